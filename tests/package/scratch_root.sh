# Sourced by ./run: a copy of the root that ./fetch_root made, in which packages are installed from a
# repository of its own by root, and used by a new user. Its network is the machine's loopback.

# make_root FOLDER: the copy, with a user and an empty repository. What runs as that user, as after logging
# in, starts with "${newcomer[@]}".
make_root() {
  root=$1
  newcomer=(chroot --userspec=newcomer:newcomer "$root" /usr/bin/env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8
    HOME=/home/newcomer USER=newcomer)
  mkdir -p "$root"
  cp -a build/peers/root/base/. "$root"
  mkdir -p "$root/srv/packages"
  cp build/peers/root/archives/*.deb "$root/srv/packages"
  rm -f "$root/etc/apt/sources.list" "$root"/etc/apt/sources.list.d/* "$root"/etc/resolv.conf
  echo "deb [trusted=yes] file:/srv/packages ./" >"$root/etc/apt/sources.list"
  # Nothing here has to survive a power failure.
  echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/fast"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
  in_root useradd --create-home --shell /bin/bash newcomer
}

in_root() {
  chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root \
    DEBIAN_FRONTEND=noninteractive "$@"
}

# offer PACKAGE-FILE…: puts them into the root's repository.
offer() {
  cp "$@" "$root/srv/packages"
  (cd "$root/srv/packages" && dpkg-scanpackages --multiversion . >Packages 2>/dev/null)
  in_root apt-get -q=2 update
}

# files_of_root: every path, but for what apt, dpkg and the manual's index note down for themselves.
files_of_root() {
  (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./srv -o -path ./var/cache/apt \
    -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/log -o -path ./var/cache/man \
    -o -path ./var/cache/debconf \) -prune -o -print | sort)
}

# next_version FOLDER FILE VERSION: the same package under another version, in FOLDER.
next_version() {
  local folder=$1 file=$2 version=$3 name
  name=$(dpkg-deb -f "$file" Package)
  dpkg-deb -R "$file" "$folder/$name"
  sed -i -E "s/^Version: .*/Version: $version/; s/libheirloom0 \(= [^)]*\)/libheirloom0 (= $version)/" \
    "$folder/$name/DEBIAN/control"
  dpkg-deb --root-owner-group -b "$folder/$name" "$folder" >/dev/null
  rm -rf "${folder:?}/$name"
}

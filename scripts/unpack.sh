#!/usr/bin/env bash
# unpack.sh FOLDER PACKAGE…: downloads Debian packages, with what they need and this machine lacks, and
# unpacks them under FOLDER without installing anything: no root, no scripts, no services. FOLDER/bin
# gets a starter for each program of the packages.
set -euo pipefail
folder=$1
shift
mkdir -p "$folder/archives" "$folder/root" "$folder/bin"
folder=$(realpath "$folder")
if [ "$(cat "$folder/done" 2>/dev/null)" = "$*" ]; then
  exit 0
fi
# apt's own words are kept for the case that it cannot tell.
mapfile -t names < <(LC_ALL=C apt-get install -s --no-install-recommends "$@" 2>"$folder/apt.log" | awk '$1 == "Inst" { print $2 }')
if [ "${#names[@]}" = 0 ]; then
  echo "apt does not know how to get $*:" >&2
  cat "$folder/apt.log" >&2
  exit 3
fi
echo "Downloading ${#names[@]} packages for $* into $folder …"
cd "$folder/archives"
if ! apt-get -q=2 -o Acquire::Retries=2 -o APT::Sandbox::User=root download "${names[@]}"; then
  echo "Downloading $* failed: is this machine online?" >&2
  exit 3
fi
for archive in *.deb; do dpkg-deb -x "$archive" "$folder/root"; done
rm -f ./*.deb
libraries=$(find "$folder/root" -name '*.so*' -printf '%h\n' | sort -u | grep -E '/lib/[^/]+$|/lib/[^/]+-linux-gnu/(nss|pulseaudio)?$' | tr '\n' ':' || true)
libraries+=$folder/root/usr/lib/$(uname -m)-linux-gnu
for name in "$@"; do
  for program in "$folder/root/usr/lib/$name/$name" "$folder/root/usr/bin/$name"; do
    if [ -x "$program" ]; then
      {
        echo '#!/bin/sh'
        [ -d /etc/fonts ] || echo "export FONTCONFIG_PATH=$folder/root/etc/fonts"
        echo "LD_LIBRARY_PATH=$libraries exec $program \"\$@\""
      } >"$folder/bin/$name"
      chmod +x "$folder/bin/$name"
      break
    fi
  done
done
echo "$*" >"$folder/done"

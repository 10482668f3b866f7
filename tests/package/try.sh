# Sourced by ./run: the packages in the hands of a new user.

try_packages() {
  make_root "$work/root"
  files_of_root >"$work/before"
  make_certificate
  in_background "$work/box.log" \
    build/peers/old_node/bin/node --enable-ssl3 tests/package/old_box.js "$work/certificate.pem" "$work/key.pem"
  need "an old box (tests/interop/fetch_peers)" wait_for "$work/box.log" '^[0-9]+$'
  box_port=$(cat "$work/box.log")
  pins=$root/home/newcomer/.local/state/heirloom/pins
  need "install" install_packages
  step "no service is enabled or started" nothing_is_enabled
  step "heirloom --version" expect_output '^heirloom [0-9]' "${newcomer[@]}" heirloom --version
  step "heirloom suites" expect_output RC4-MD5 "${newcomer[@]}" heirloom suites
  step "the manual of every page" read_manual
  step "completion in bash" expect_output '^reach$' complete_in_bash
  step "the unit is understood by systemd" verify_unit
  step "the unit is hardened" expect_output '^→ Overall exposure level .*: [01]\.[0-9] ' analyze security --offline=true \
    heirloom-reach@10.0.0.5.service
  step "a new box is not trusted silently" refuse_unknown_box
  step "reach an old server" reach --accept-new
  step "it is pinned" grep -q "127.0.0.1:$box_port" "$pins"
  step "get a page from it" expect_output 'The page of the old box: /get' "${newcomer[@]}" \
    heirloom get -sS "https://127.0.0.1:$box_port/get"
  step "demo" "${newcomer[@]}" sh -c 'folder=$(mktemp -d); heirloom demo -o "$folder/demo" && rm -r "$folder"'
  cp "$pins" "$work/pins"
  step "upgrade" upgrade
  step "the pins have survived it" cmp "$work/pins" "$pins"
  step "reach it again, by its pin" reach
  cp "$pins" "$work/pins"
  step "install and remove the development package" development_package
  step "remove" in_root apt-get -q=2 -y remove heirloom
  step "the program is gone, the pins are not" the_pins_are_left
  step "purge" in_root apt-get -q=2 -y purge --autoremove heirloom libheirloom0
  step "nothing is left but the pins" nothing_else_is_left
}

# make_certificate: 1024 bits, and nobody knows who signed it.
make_certificate() {
  openssl req -x509 -newkey rsa:1024 -sha1 -nodes -subj /CN=old-box -days 30 -keyout "$work/key.pem" \
    -out "$work/certificate.pem" 2>"$work/openssl.log"
}

# wait_for FILE PATTERN: its first match, within 30 seconds.
wait_for() {
  local found
  for _ in $(seq 300); do
    if found=$(grep -oEm1 "$2" "$1"); then
      echo "$found"
      return 0
    fi
    sleep 0.1
  done
  cat "$1" >&2
  return 1
}

expect_output() { # PATTERN COMMAND…
  local pattern=$1 said
  shift
  said=$("$@" 2>&1) || { echo "$said"; return 1; }
  grep -qE "$pattern" <<<"$said" || { echo "$said"; return 1; }
}

install_packages() {
  offer "$heirloom" "$library" "$development"
  in_root apt-get -q=2 -y install heirloom
}

nothing_is_enabled() {
  if find "$root/etc/systemd" "$root/run" -name '*heirloom*' | grep .; then return 1; fi
}

read_manual() {
  local page name section
  for page in docs/man/*.[157]; do
    name=$(basename "$page")
    section=${name##*.}
    "${newcomer[@]}" man -P cat "$section" "${name%.*}" | grep '^NAME' || { echo "no manual for $name"; return 1; }
  done
  "${newcomer[@]}" man -P cat -k heirloom | grep 'heirloom-security (7)'
}

complete_in_bash() {
  "${newcomer[@]}" bash -c '. /usr/share/bash-completion/completions/heirloom
    COMP_WORDS=(heirloom rea) COMP_CWORD=1; _heirloom_complete; printf "%s\n" "${COMPREPLY[@]}"'
}

analyze() { in_root systemd-analyze --no-pager "$@"; }

verify_unit() {
  local said
  said=$(analyze verify /lib/systemd/system/heirloom-reach@.service 2>&1) || { echo "$said"; return 1; }
  if grep heirloom <<<"$said"; then return 1; fi
}

refuse_unknown_box() {
  local code=0
  "${newcomer[@]}" heirloom reach "https://127.0.0.1:$box_port/" </dev/null >"$work/refused" 2>&1 || code=$?
  cat "$work/refused"
  test "$code" = 5
  grep -q accept-new "$work/refused"
}

# reach [OPTION…]: through heirloom in the root to the old box on this machine, and the page with curl.
reach() {
  local url name port page child
  in_background "$work/reach.log" "${newcomer[@]}" heirloom reach "$@" "https://127.0.0.1:$box_port/"
  child=$!
  url=$(wait_for "$work/reach.log" 'http://[a-zA-Z0-9.-]+\.localhost:[1-9][0-9]*/') || return 1
  name=$(sed -E 's#http://([^:]+):.*#\1#' <<<"$url")
  port=${url##*:}
  page=$(curl -sS --noproxy '*' --max-time 20 --resolve "$name:${port%/}:127.0.0.1" "${url}status")
  echo "$page"
  grep -q 'The page of the old box: /status' <<<"$page"
  kill "$child"
  wait "$child" || { echo "reach ended with $?"; return 1; }
}

upgrade() {
  local package version
  version=$(dpkg-deb -f "$heirloom" Version).1
  mkdir "$work/next"
  for package in "$heirloom" "$library" "$development"; do next_version "$work/next" "$package" "$version"; done
  offer "$work"/next/*.deb
  in_root apt-get -q=2 -y upgrade
  for package in heirloom libheirloom0; do
    same "$version" "$(in_root dpkg-query -W -f '${Version}' "$package")"
  done
}

# Its dependencies libssl-dev, libcrypto++-dev and zlib1g-dev are not in the root's repository; what is tried is that
# dpkg can put it there.
development_package() {
  in_root dpkg --force-depends -i "/srv/packages/$(basename "$(ls "$work"/next/libheirloom-dev_*.deb)")"
  "${newcomer[@]}" man -P cat 3 libheirloom | grep '^NAME'
  in_root dpkg --purge libheirloom-dev
}

the_pins_are_left() {
  test ! -e "$root/usr/bin/heirloom"
  cmp "$work/pins" "$pins"
}

# What is remembered of boxes, and the way there.
nothing_else_is_left() {
  local left
  left=$(files_of_root | diff "$work/before" - | grep '^[<>]' | grep -v '^> ./home/newcomer/.local/state/heirloom/' || true)
  same "> ./home/newcomer/.local
> ./home/newcomer/.local/state
> ./home/newcomer/.local/state/heirloom" "$left"
  test -s "$pins"
}

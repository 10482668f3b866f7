#!/usr/bin/env bash
# The stage runner of scripts/lib.sh: it must go on after a failure, count what failed, end with 1 and
# with the closing line; and a machine without root and sudo must be told what to install.
set -euo pipefail
cd "$(dirname "$0")/../.."
bad=0
expect() { # NAME WANTED SEEN
  if [ "$2" != "$3" ]; then
    printf '%s: wanted [%s], saw [%s]\n' "$1" "$2" "$3"
    bad=1
  fi
}

run_stages() {
  bash -c 'set -euo pipefail; . scripts/lib.sh; begin_run; '"$1" 2>/dev/null
}

output=$(run_stages 'good() { count 3 0 1; }; stage good 1 good')
expect "closing line" "3 passed, 0 failed, 1 skipped" "$(tail -1 <<<"$output")"

code=0
output=$(run_stages 'bad() { false; echo unreachable; }; good() { count 2 0; }; stage bad 1 bad; stage good 1 good') || code=$?
expect "exit code after a failing stage" 1 "$code"
expect "the run goes on, and the failing stage counts" "2 passed, 1 failed" "$(tail -1 <<<"$output")"
expect "the failing stage stops at its first failure" 0 "$(grep -c unreachable <<<"$output" || true)"

code=0
output=$(run_stages 'two() { count 5 2; return 1; }; stage two 1 two') || code=$?
expect "counted failures are not counted twice" "5 passed, 2 failed" "$(tail -1 <<<"$output")"

code=0
output=$(run_stages 'check good true; check bad false') || code=$?
expect "a run that dies ends with the closing line" "1 passed, 1 failed" "$(tail -1 <<<"$output")"

# A machine with dpkg and apt, nothing installed, no root, no sudo.
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
printf '#!/bin/sh\nexit 1\n' >"$tools/dpkg-query"
printf '#!/bin/sh\nexit 1\n' >"$tools/apt-get"
printf '#!/bin/sh\necho 1000\n' >"$tools/id"
chmod +x "$tools"/*
for program in bash awk grep sed cat tr; do ln -s "$(command -v "$program")" "$tools/$program"; done
code=0
output=$(PATH=$tools bash -c '. scripts/lib.sh; need_packages build' 2>&1) || code=$?
expect "without root and sudo" 7 "$code"
expect "the line for the administrator" 1 "$(grep -c 'apt-get install --no-install-recommends g++ cmake' <<<"$output")"

# The same as root, offline.
printf '#!/bin/sh\necho 0\n' >"$tools/id"
printf '#!/bin/sh\nexit 100\n' >"$tools/apt-cache"
chmod +x "$tools/apt-cache"
code=0
output=$(PATH=$tools bash -c '. scripts/lib.sh; need_packages build' 2>&1) || code=$?
expect "offline" 3 "$code"
expect "offline, in words" 1 "$(grep -c 'is this machine online' <<<"$output")"

exit "$bad"

#!/usr/bin/env bash
# demo_test.sh PROGRAM: what ./run shows without arguments: curl fails, heirloom reach does not, and the
# last line says what to do next. Without a terminal it ends with 0, and leaves nothing running or lying about.
set -euo pipefail
cd "$(dirname "$0")/../.."
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
if ! command -v curl >/dev/null || ! command -v openssl >/dev/null; then
  echo "curl and openssl are needed"
  exit 1
fi
shown=$(scripts/demo.sh "$1" </dev/null)
expect() {
  if ! grep -qE "$1" <<<"$shown"; then
    printf 'missing: %s\nshown:\n%s\n' "$1" "$shown"
    exit 1
  fi
}
expect '^curl: \([0-9]+\) '
expect 'It works over SSL 3\.0'
[ "$(tail -1 <<<"$shown")" = "Yours: ./run reach https://YOUR-BOX" ] || { echo "the last line is: $(tail -1 <<<"$shown")"; exit 1; }
[ -z "$(ls -A "$TMPDIR")" ] || { echo "left behind: $(ls -A "$TMPDIR")"; exit 1; }

#!/usr/bin/env bash
# check_version.sh [FOLDER]: the version of CMakeLists.txt stands in everything else that names one: the
# newest entry of debian/changelog and of CHANGELOG.md, and the headings of the manual.
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"
bad=0
expect() { # WHERE WANTED SEEN
  if [ "$2" != "$3" ]; then
    echo "$1 says version \"$3\"; CMakeLists.txt says \"$2\""
    bad=1
  fi
}
version=$(sed -nE 's/^project\(heirloom VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
if [ -z "$version" ]; then
  echo "CMakeLists.txt names no version"
  exit 1
fi
expect debian/changelog "$version" "$(sed -nE '1s/^heirloom \(([^)]*)\).*/\1/p' debian/changelog)"
expect CHANGELOG.md "$version" "$(sed -nE 's/^## \[?([0-9.]+).*/\1/p' CHANGELOG.md | head -1)"
for page in docs/man/*.[0-9]; do
  expect "$page" "heirloom ${version%.*}" "$(sed -nE 's/^\.TH .*"(heirloom [0-9.]*)".*/\1/p' "$page")"
done
exit "$bad"

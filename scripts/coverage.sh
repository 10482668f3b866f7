#!/usr/bin/env bash
# coverage.sh BUILD-FOLDER: what the tests reached of the library, and fails under the floor.
set -euo pipefail
cd "$(dirname "$0")/.."
gcovr --root . --object-directory "$1" --filter 'src/' --filter 'include/heirloom/' --gcov-executable gcov \
  --exclude-throw-branches --exclude-unreachable-branches --sort-uncovered \
  --txt "$1/coverage.txt" --html "$1/coverage.html" --fail-under-line 85 "$1" || code=$?
head -40 "$1/coverage.txt"
tail -4 "$1/coverage.txt"
echo "The whole report: $1/coverage.html"
exit "${code:-0}"

#!/usr/bin/env bash
# check_format.sh [--fix]: every C++ file of the project as clang-format 14 would write it.
set -euo pipefail
cd "${HEIRLOOM_ROOT:-$(dirname "$0")/..}"
formatter=$(command -v clang-format-14 || command -v clang-format || true)
if [ -z "$formatter" ]; then
  echo "clang-format-14 is not installed (apt-get install clang-format-14)"
  exit 7
fi
mapfile -d '' -t files < <(find include src app tests examples fuzz benchmarks \( -name '*.cpp' -o -name '*.hpp' \) -print0 2>/dev/null)
if [ "${#files[@]}" = 0 ]; then
  echo "no C++ files here"
  exit 2
fi
if [ "${1:-}" = --fix ]; then
  exec "$formatter" -i "${files[@]}"
fi
printf '%s\0' "${files[@]}" | xargs -0 -n 40 "$formatter" --dry-run --Werror
echo "format: ${#files[@]} files"

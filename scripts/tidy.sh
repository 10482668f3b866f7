#!/usr/bin/env bash
# tidy.sh [BASE | --all]: clang-tidy 14 on what changed since the commit BASE (default: HEIRLOOM_BASE, or
# the commit before this one), and on the files that include a header that changed.
set -euo pipefail
cd "$(dirname "$0")/.."
base=${1:-${HEIRLOOM_BASE:-}}
if [ -z "$base" ]; then
  base=$(git rev-parse -q --verify 'HEAD~1^{commit}' || git rev-parse HEAD)
fi
cmake --preset tidy -Wno-dev >/dev/null
mapfile -t files < <(scripts/tidy_files.py build/tidy/compile_commands.json "$base")
if [ "${#files[@]}" = 0 ]; then
  echo "clang-tidy: nothing changed since $base"
  exit 0
fi
echo "clang-tidy: ${#files[@]} files changed since $base"
# One file may take half a minute: a limit keeps the stage within its budget, and is printed.
limit=${HEIRLOOM_TIDY_LIMIT:-24}
if [ "$base" != --all ] && [ "${#files[@]}" -gt "$limit" ]; then
  echo "clang-tidy: looking at $limit of them; scripts/tidy.sh --all looks at every file"
  files=("${files[@]:0:$limit}")
fi
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "${HEIRLOOM_JOBS:-$(nproc)}" clang-tidy-14 -p build/tidy --quiet --warnings-as-errors='*'

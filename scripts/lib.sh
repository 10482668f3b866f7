# Shared by ./run, ./test, ./bench and .ci/run: packages, builds, stages, and the closing line.
# Sourced from the top folder of the checkout, with `set -euo pipefail` in force.

# Exit codes, the same as the program's: 2 usage, 3 network, 7 local resource.
kNetwork=3
kLocal=7

say() { printf '%s\n' "$*" >&2; }
fail() { local code=$1; shift; say "$*"; exit "$code"; }

# ---- packages ------------------------------------------------------------------------------------

# packages_of SET…: the package names of these sets, one a line.
packages_of() {
  local set
  for set in "$@"; do
    awk -v set="$set" '$1 == set { print $2 }' scripts/packages.txt
  done
}

# missing_of SET…: the packages of these sets that are not installed, unless their command is there.
missing_of() {
  local set package command
  for set in "$@"; do
    while read -r package command; do
      if [ "$command" = - ] || ! command -v "$command" >/dev/null; then
        dpkg-query -W -f='${db:Status-Abbrev}\n' "$package" 2>/dev/null | grep -q '^ii' || echo "$package"
      fi
    done < <(awk -v set="$set" '$1 == set { print $2, $3 }' scripts/packages.txt)
  done
}

# as_root COMMAND…: runs it as root, through sudo if needed; ends with 7 if that is impossible.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "$kLocal" "Neither root nor sudo here. Ask an administrator to run:
    apt-get install --no-install-recommends ${missing_packages[*]}"
  fi
}

# need_packages SET…: installs what is missing of these sets. Says what and how large first.
need_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "This is no Debian: nothing is installed. Needed (Debian's names): $(packages_of "$@" | tr '\n' ' ')"
    return 0
  fi
  mapfile -t missing_packages < <(missing_of "$@")
  if [ "${#missing_packages[@]}" = 0 ]; then
    return 0
  fi
  say "Missing packages: ${missing_packages[*]}"
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    as_root false
  fi
  local simulate=(apt-get install --no-install-recommends --assume-no "${missing_packages[@]}")
  if ! LC_ALL=C apt-cache show "${missing_packages[@]}" >/dev/null 2>&1; then
    say "Reading the package lists (apt-get update) …"
    as_root apt-get -q=2 -o Acquire::Retries=2 update ||
      fail "$kNetwork" "apt-get update failed: is this machine online? What is missing cannot be installed offline."
  fi
  { LC_ALL=C "${simulate[@]}" 2>/dev/null || true; } |
    grep -E '^(Need to get|After this operation|[0-9]+ upgraded)' | sed 's/^/  /' >&2 || true
  say "Installing them with apt, from Debian's archive …"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q=2 -y --no-install-recommends \
    -o Acquire::Retries=2 -o Dpkg::Use-Pty=0 "${missing_packages[@]}" >&2 ||
    fail "$kNetwork" "apt-get install failed (see above). If this machine is offline, install the packages above when it is online."
}

# ---- builds --------------------------------------------------------------------------------------

jobs() { echo "${HEIRLOOM_JOBS:-$(nproc)}"; }

# configure PRESET: once; again, from scratch, when the presets or the compilers have changed.
configure() {
  local preset=$1 folder=build/$1 stamp
  stamp=$({ pwd; cat CMakePresets.json; g++ --version | head -1; cmake --version | head -1; } | sha256sum | cut -d' ' -f1)
  if [ -e "$folder/build.ninja" ] && [ "$(cat "$folder/.stamp" 2>/dev/null)" = "$stamp" ]; then
    return 0
  fi
  cmake --preset "$preset" --fresh -Wno-dev >&2
  echo "$stamp" >"$folder/.stamp"
}

# build PRESET [TARGET…]: progress goes to standard error.
build() {
  local preset=$1
  shift
  configure "$preset"
  cmake --build "build/$preset" -j "$(jobs)" ${1:+--target "$@"} >&2
}

# ---- stages --------------------------------------------------------------------------------------

# begin_run: from here on counts add up, and the last line on standard output is the closing line,
# whatever happens.
begin_run() {
  results=$(mktemp -d "${TMPDIR:-/tmp}/heirloom-test.XXXXXX")
  : >"$results/counts"
  : >"$results/stages"
  trap 'end_run $?' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# count PASSED FAILED SKIPPED: adds to the totals.
count() { echo "$1 $2 ${3:-0}" >>"$results/counts"; }

# totals: passed, failed, skipped so far.
totals() { awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$results/counts"; }

# stage NAME BUDGET FUNCTION [ARGUMENT…]: runs it, prints its minutes beside its budget. A stage that
# breaks without having counted a failure counts as one. The run goes on.
stage() {
  local name=$1 budget=$2 began code before after note=""
  shift 2
  began=$(date +%s)
  before=$(totals)
  printf '\n== %s (budget %s min)\n' "$name" "$budget"
  set +e
  (
    set -e
    "$@"
  )
  code=$?
  set -e
  after=$(totals)
  if [ "$code" != 0 ] && [ "$(cut -d' ' -f2 <<<"$before")" = "$(cut -d' ' -f2 <<<"$after")" ]; then
    count 0 1
    after=$(totals)
  fi
  local minutes
  minutes=$(awk -v s=$(($(date +%s) - began)) 'BEGIN { printf "%.1f", s / 60 }')
  if awk -v m="$minutes" -v b="$budget" 'BEGIN { exit !(m > b) }'; then
    note=" WARNING: over budget"
  fi
  paste -d' ' <(tr ' ' '\n' <<<"$before") <(tr ' ' '\n' <<<"$after") |
    awk -v name="$name" -v minutes="$minutes" -v budget="$budget" -v note="$note" \
      '{ d[NR] = $2 - $1 } END { printf "%-28s %5s of %4s min  %d passed, %d failed, %d skipped%s\n", name, minutes, budget, d[1], d[2], d[3], note }' |
    tee -a "$results/stages"
}

# end_run CODE: the table of stages and the closing line. Ends with 1 if anything failed.
end_run() {
  local code=$1 passed failed skipped
  trap - EXIT
  read -r passed failed skipped <<<"$(totals)"
  if [ "$code" != 0 ] && [ "$failed" = 0 ]; then
    failed=1
  fi
  printf '\n'
  cat "$results/stages"
  rm -rf "$results"
  if [ "$skipped" = 0 ]; then
    printf '%s passed, %s failed\n' "$passed" "$failed"
  else
    printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
  fi
  if [ "$failed" != 0 ] && [ "$code" = 0 ]; then
    code=1
  fi
  exit "$code"
}

# check NAME COMMAND…: one step that counts as one test.
check() {
  local name=$1
  shift
  if "$@"; then
    count 1 0
    echo "ok: $name"
  else
    count 0 1
    echo "FAILED: $name"
    return 1
  fi
}

# run_ctest PRESET [CTEST-OPTION…]: runs a built preset's tests in parallel, prints a line now and
# then and everything about a failure, and counts. Three for each core, because many tests wait.
run_ctest() {
  local preset=$1 report code=0
  shift
  report=$results/$preset.$RANDOM.xml
  ctest --test-dir "build/$preset" -j "$((3 * $(jobs)))" --timeout 300 --output-on-failure --output-junit "$report" "$@" |
    awk '/^ *[0-9]+\/[0-9]+ Test +#/ { n++; if (/Passed|Skipped/) { if (n % 250 == 0) print; next } }
         /^ +Start +[0-9]+:/ { next }
         { print }' || code=$?
  if [ ! -s "$report" ]; then
    return "$code"
  fi
  # shellcheck disable=SC2046
  count $(scripts/count_junit.py "$report")
  return "$code"
}

# The stages of ./test: name, budget in minutes on two cores, and what each does. A new stage is a
# line in kBudget, its place in kFullStages and a function stage_NAME.

declare -A kBudget=(
  [packages]=1 [sanitizers]=12 [peers_found]=0 [package]=6 [release]=8 [install]=2.5 [interop]=5
  [constant_time]=0.5 [clang]=2.5 [threads]=6 [tidy]=1 [coverage]=3
)
# coverage runs when it is named: ./test full coverage
kFullStages=(packages sanitizers peers_found package release install interop constant_time clang threads tidy)

# All that comes from the network comes here.
stage_packages() {
  if [ "$HEIRLOOM_TEST_MODE" = quick ]; then
    need_packages build test
    return
  fi
  need_packages build bench package test full peers
  if [ -n "$(missing_of unpack)" ]; then
    # shellcheck disable=SC2046
    scripts/unpack.sh build/peers/unpacked $(missing_of unpack)
  fi
  # A peer that could not be fetched is judged by the stage peers_found.
  tests/interop/fetch_peers || [ $? = 3 ]
  tests/package/fetch_root
}

# The program and its tests, under the sanitizers; the checks of scripts/ are tests too (label check).
# The state machine's sequences of four messages, most of the time of all, are left to stage_release; in a full
# run also those of mere words, which need many runs of the program.
stage_sanitizers() {
  local left_out='^full$'
  if [ "$HEIRLOOM_TEST_MODE" = full ]; then
    left_out='^(full|words)$'
  fi
  check "build asan-ubsan" build asan-ubsan
  run_ctest asan-ubsan -LE "$left_out" -E EverySequenceUpToFourMessages
}

# Which real peers this machine has. A quick run only says so; the full run needs the minimum set.
stage_peers_found() {
  local minimum=(javac certutil gnutls pike8.0 openssl old_node node4) missing=() peer
  for peer in "${minimum[@]}"; do
    if has_peer "$peer"; then
      echo "peer found: $peer"
    else
      echo "peer missing: $peer"
      missing+=("$peer")
    fi
  done
  if [ "${#missing[@]}" = 0 ]; then
    count 1 0
  elif [ "$HEIRLOOM_TEST_MODE" = full ]; then
    echo "FAILED: the minimum set of real peers is not here: ${missing[*]}"
    return 1
  else
    count 0 0 1
  fi
}

has_peer() {
  case "$1" in
    gnutls) compgen -G '/usr/lib/*/libgnutls.so.30' >/dev/null ;;
    old_node | node4) [ -x "build/peers/$1/bin/node" ] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# Optimised: the library with all its tests, every public header on its own, and the program that is in the
# packages with all of its tests but those of its parts.
stage_release() {
  check "the packages" scripts/package --if-changed
  check "build ci" build ci
  check "public headers are self-contained" build ci all_verify_interface_header_sets
  run_ctest ci -LE '^(check|ct)$'
}

# Installed, and used by find_package, pkg-config and add_subdirectory; static and shared.
stage_install() {
  check "install and consumers" tests/consumer/run "$results/consumer" build/ci
}

# Conversations with software that nobody here wrote.
stage_interop() {
  check "the packages" scripts/package --if-changed
  counted interop tests/interop/all --heirloom build/packages/heirloom --require --check
}

# The Debian packages, built as for release, judged, and tried by a new user in a scratch root.
stage_package() { counted package tests/package/run; }

# counted NAME COMMAND…: runs what ends with a line "N passed, N failed[, N skipped]", and counts that.
counted() {
  local log=$results/$1.log code=0 line
  shift
  "$@" 2>&1 | tee "$log" || code=$?
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -1)
  # shellcheck disable=SC2046
  count $(sed -E 's/^([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?.*/\1 \2 \4/' <<<"$line")
  return "$code"
}

# Secrets marked as undefined: valgrind reports every branch and index that depends on one.
stage_constant_time() {
  check "build ci" build ci
  run_ctest ci -L '^ct$'
}

# The second compiler builds the fuzzers with sanitizers; each of them replays its corpus and explores
# for a while.
stage_clang() {
  check "build fuzz (clang)" build fuzz heirloom_fuzzers
  run_ctest fuzz -L '^fuzz$'
}

# The second compiler builds everything but the tests of the library. The program has threads; its tests
# that use them run under the thread sanitizer.
stage_threads() {
  check "build tsan (clang)" build tsan heirloom_all_but_tests heirloom_app_tests
  run_ctest tsan -L '^app$' -LE '^(full|alone)$'
}

stage_tidy() {
  check "clang-tidy on what changed" scripts/tidy.sh
}

stage_coverage() {
  check "build coverage" build coverage
  run_ctest coverage -LE '^(full|check)$'
  check "coverage report" scripts/coverage.sh build/coverage
}

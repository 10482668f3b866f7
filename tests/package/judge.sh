# Sourced by ./run: what can be said of the packages without installing them.

judge_packages() {
  local package
  step "lintian has nothing to say" judge_lintian
  for package in "$heirloom" "$library" "$development"; do
    step "contents of $(dpkg-deb -f "$package" Package)" judge_contents "$package"
  done
  step "dependencies of heirloom" judge_dependencies "$heirloom" \
    "libc6 libfmt9 libgcc-s1 libheirloom0 libhttp-parser2.9 libspdlog1.10-fmt9 libssl3 libstdc++6 zlib1g"
  step "dependencies of libheirloom0" judge_dependencies "$library" "libc6 libcrypto++8 libgcc-s1 libssl3 libstdc++6 zlib1g"
  step "dependencies of libheirloom-dev" judge_dependencies "$development" "libcrypto++-dev libheirloom0 libssl-dev zlib1g-dev"
  mkdir "$work/unpacked"
  for package in "$heirloom" "$library" "$development"; do dpkg-deb -x "$package" "$work/unpacked"; done
  lib=$(echo "$work"/unpacked/usr/lib/*-linux-gnu*)
  step "the library shows the namespace heirloom only" judge_symbols
  step "the program and the library are hardened" judge_hardening
  step "a program with the shared library" build_consumer shared
  step "a program with the static library" build_consumer static
  step "a program with find_package, both libraries" build_with_cmake
}

# Errors and warnings count.
judge_lintian() {
  local said
  said=$(lintian --allow-root --fail-on none "$heirloom" "$library" "$development" 2>&1 | grep -vE '^(N: |running with root)' || true)
  echo "$said"
  test -z "$said"
}

# expected_contents NAME: the list with its placeholders filled in from the tree.
expected_contents() {
  local line section library_folder
  library_folder=/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)
  while IFS= read -r line; do
    case "$line" in
      '#'*) ;;
      '{man '*)
        section=${line//[!0-9]/}
        (cd docs/man && printf "/usr/share/man/man$section/%s.gz\n" *."$section")
        ;;
      '{recipes}') (cd docs/recipes && find . -type f -printf '/usr/share/doc/heirloom/recipes/%P\n') ;;
      '{headers}') (cd include/heirloom && find . -type f -printf '/usr/include/heirloom/%P\n') ;;
      '{examples}') (cd examples && find . -type f -printf '/usr/share/doc/libheirloom-dev/examples/%P\n') ;;
      *) printf '%s\n' "${line/\{lib\}/$library_folder}" ;;
    esac
  done <"tests/package/contents/$1.txt" | sort
}

judge_contents() {
  local name seen
  name=$(dpkg-deb -f "$1" Package)
  # dpkg compresses documents above four kilobytes; the list does not care.
  seen=$(dpkg-deb --fsys-tarfile "$1" | tar -tf - | sed 's/^\.//' | grep -v '/$' | sed -E 's#(/recipes/.*|\.md)\.gz$#\1#' | sort)
  same "$(expected_contents "$name")" "$seen"
}

judge_dependencies() {
  local seen
  seen=$(dpkg-deb -f "$1" Depends | tr ',' '\n' | awk '{ print $1 }' | sort -u | tr '\n' ' ')
  same "$2 " "$seen"
}

# Strong symbols are ours; vague ones may be instances of the C++ library's templates.
judge_symbols() {
  local shown
  shown=$(nm -DC --defined-only "$lib/libheirloom.so.0" | awk '{ $1 = ""; print }')
  if [ "$(grep -c ' T heirloom::' <<<"$shown")" -lt 50 ]; then
    echo "hardly any symbol is shown"
    return 1
  fi
  if grep -vE '^ [TV] (vtable for |typeinfo for |typeinfo name for )?heirloom::|^ [VWu] ' <<<"$shown"; then
    return 1
  fi
}

judge_hardening() {
  local file said
  for file in "$work/unpacked/usr/bin/heirloom" "$lib/libheirloom.so.0"; do
    said=$(readelf -dlW --dyn-syms "$file")
    grep -q BIND_NOW <<<"$said" || { echo "$file is not bound at its start"; return 1; }
    grep -q GNU_RELRO <<<"$said" || { echo "$file has no read-only relocations"; return 1; }
    grep -q __stack_chk_fail <<<"$said" || { echo "$file has no stack protector"; return 1; }
    if grep -E 'RUNPATH|RPATH' <<<"$said"; then return 1; fi
  done
  readelf -hW "$work/unpacked/usr/bin/heirloom" | grep 'Type: *DYN'
}

expect_usage() { # PROGRAM
  local code=0
  LD_LIBRARY_PATH=$lib "$1" 2>"$work/usage" || code=$?
  cat "$work/usage"
  test "$code" = 2
  grep '^usage: plain_socket' "$work/usage"
}

build_consumer() { # shared | static
  local flags=(--cflags --libs) how=()
  if [ "$1" = static ]; then
    flags+=(--static)
    how=(-Wl,-Bstatic -lheirloom -Wl,-Bdynamic)
  fi
  # shellcheck disable=SC2046
  g++ -std=c++20 examples/plain_socket/main.cpp -L"$lib" "${how[@]}" -o "$work/consumer-$1" \
    $(PKG_CONFIG_PATH="$lib/pkgconfig" pkg-config "${flags[@]}" heirloom)
  expect_usage "$work/consumer-$1"
}

build_with_cmake() {
  mkdir "$work/cmake"
  cat >"$work/cmake/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.25)
project(consumer CXX)
find_package(heirloom REQUIRED)
foreach(kind heirloom heirloom_static)
  add_executable(with_\${kind} $PWD/examples/plain_socket/main.cpp)
  target_link_libraries(with_\${kind} PRIVATE heirloom::\${kind})
endforeach()
END
  cmake -S "$work/cmake" -B "$work/cmake/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/unpacked/usr"
  cmake --build "$work/cmake/build"
  expect_usage "$work/cmake/build/with_heirloom"
  expect_usage "$work/cmake/build/with_heirloom_static"
}

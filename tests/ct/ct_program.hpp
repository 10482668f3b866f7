// What every constant-time program needs: it must run under valgrind, it must do what it is there
// to do (a program that does nothing leaks nothing), and it says so by its exit code.
#pragma once

#include "base/bytes.hpp"
#include "base/constant_time.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include <valgrind/memcheck.h>

namespace heirloom::ct {

/// require_valgrind ends the program with 2 if nothing watches it: a pass would mean nothing.
inline void require_valgrind() {
  if (RUNNING_ON_VALGRIND == 0) {
    std::fputs("this program proves something under valgrind only\n", stderr);
    std::exit(2);
  }
}

/// expect ends the program with 1 if the code under test gave the wrong answer. The condition must
/// not be secret.
inline void expect(bool condition, const char* what) {
  if (!condition) {
    std::fprintf(stderr, "wrong answer: %s\n", what);
    std::exit(1);
  }
}

inline void make_secret(ByteView bytes) {
  constant_time::poison(bytes.data(), bytes.size());
}

inline void make_public(ByteView bytes) {
  constant_time::declassify(bytes.data(), bytes.size());
}

}  // namespace heirloom::ct

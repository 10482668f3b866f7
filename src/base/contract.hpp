// HEIRLOOM_EXPECT: an invariant of our own. Nothing a peer can send may reach a false one.
#pragma once

#include <cstdlib>

#define HEIRLOOM_EXPECT(condition) \
  do {                             \
    if (!(condition)) {            \
      std::abort();                \
    }                              \
  } while (false)

// Constant-time vocabulary: masks instead of branches, and marks for the memory checker.
//
// A mask is all ones for true and zero for false. The functions contain no branch and no memory
// access that depends on their operands. poison and declassify tell valgrind which bytes are secret
// (tests/ct); they cost nothing unless the library is built with HEIRLOOM_CT_MARKS.
#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>

#if defined(HEIRLOOM_CT_MARKS)
#include <valgrind/memcheck.h>
#endif

namespace heirloom::constant_time {

using Mask = std::uint64_t;

/// hide keeps the optimiser from seeing where a value came from, so that it cannot turn masks back
/// into branches.
inline std::uint64_t hide(std::uint64_t value) noexcept {
  __asm__("" : "+r"(value));  // NOLINT(hicpp-no-assembler): an empty barrier
  return value;
}

/// is_negative is true if the top bit is set. The mask is hidden too: a compiler that knows it to
/// be all ones or zero may load one of two operands by a selected address instead of combining
/// both.
inline Mask is_negative(std::uint64_t value) noexcept {
  return hide(0 - (hide(value) >> 63U));
}

inline Mask is_zero(std::uint64_t value) noexcept {
  return is_negative(~value & (value - 1));
}

inline Mask equal(std::uint64_t a, std::uint64_t b) noexcept {
  return is_zero(a ^ b);
}

/// less is a < b, for values below 2^63. The operands are hidden: a compiler that sees the
/// difference of a loop counter and a secret makes that difference its loop counter, and then the
/// loop ends by a comparison of secrets.
inline Mask less(std::uint64_t a, std::uint64_t b) noexcept {
  return is_negative(hide(a) - hide(b));
}

inline Mask less_or_equal(std::uint64_t a, std::uint64_t b) noexcept {
  return ~less(b, a);
}

inline std::uint64_t select(Mask mask, std::uint64_t if_true, std::uint64_t if_false) noexcept {
  return (mask & if_true) | (~mask & if_false);
}

inline std::uint8_t select_byte(Mask mask, std::uint8_t if_true, std::uint8_t if_false) noexcept {
  return static_cast<std::uint8_t>(select(mask, if_true, if_false));
}

/// equal_bytes compares two buffers whose sizes are public; false if the sizes differ.
inline Mask equal_bytes(ByteView a, ByteView b) noexcept {
  if (a.size() != b.size()) {
    return 0;
  }
  std::uint64_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<std::uint64_t>(a[i] ^ b[i]);
  }
  return is_zero(difference);
}

/// poison marks bytes as secret for the memory checker.
inline void poison([[maybe_unused]] const void* data, [[maybe_unused]] std::size_t size) noexcept {
#if defined(HEIRLOOM_CT_MARKS)
  (void)VALGRIND_MAKE_MEM_UNDEFINED(data, size);
#endif
}

/// declassify says that a value may be acted upon: the final verdict, and nothing before it.
inline void declassify([[maybe_unused]] const void* data,
                       [[maybe_unused]] std::size_t size) noexcept {
#if defined(HEIRLOOM_CT_MARKS)
  (void)VALGRIND_MAKE_MEM_DEFINED(data, size);
#endif
}

/// verdict declassifies a mask and returns it as a condition.
inline bool verdict(Mask mask) noexcept {
  declassify(&mask, sizeof mask);
  return mask != 0;
}

}  // namespace heirloom::constant_time

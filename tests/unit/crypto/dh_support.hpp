// Diffie-Hellman groups for tests: those of a file of vectors and those of the library's table.
#pragma once

#include "crypto/dh.hpp"
#include "support/vector_file.hpp"

#include <cstddef>

namespace heirloom::testing {

inline crypto::DhGroup group_of(const VectorBlock& vector) {
  return crypto::make_dh_group(
      vector.bytes("p"), vector.bytes("g"), vector.has("q") ? vector.bytes("q") : Bytes{});
}

inline crypto::DhGroup known(std::size_t bits) {
  return *crypto::known_group_of_size(bits);
}

/// minus_one is p - 1.
inline Bytes minus_one(Bytes p) {
  --p.back();  // p is odd
  return p;
}

}  // namespace heirloom::testing

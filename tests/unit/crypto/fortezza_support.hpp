// The vectors of tests/vectors/crypto/fortezza.txt by kind, and arrays of a fixed size out of them.
#pragma once

#include "crypto/kea.hpp"
#include "support/vector_file.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace heirloom::testing {

inline std::vector<VectorBlock> fortezza_vectors(std::string_view kind) {
  std::vector<VectorBlock> chosen;
  for (auto& vector : read_vectors("crypto/fortezza.txt")) {
    if (vector.text("kind") == kind) {
      chosen.push_back(std::move(vector));
    }
  }
  return chosen;
}

/// array_of throws if the bytes are not N.
template <std::size_t N>
std::array<std::uint8_t, N> array_of(ByteView bytes) {
  if (bytes.size() != N) {
    throw std::length_error("not of that size");
  }
  std::array<std::uint8_t, N> out{};
  std::ranges::copy(bytes, out.begin());
  return out;
}

inline std::array<std::uint8_t, crypto::kSkipjackKeySize> skipjack_key(const VectorBlock& vector,
                                                                       std::string_view name) {
  return array_of<crypto::kSkipjackKeySize>(vector.bytes(name));
}

inline crypto::SkipjackKey secret_key(ByteView bytes) {
  crypto::SkipjackKey key;
  std::ranges::copy(array_of<crypto::kSkipjackKeySize>(bytes), key.expose().begin());
  return key;
}

/// fortezza_domain is that of the vectors: RFC 5114 section 2.1.
inline crypto::KeaDomain fortezza_domain() {
  const VectorBlock vector = fortezza_vectors("domain").at(0);
  return crypto::KeaDomain::from_numbers(vector.bytes("p"), vector.bytes("q"), vector.bytes("g"))
      .value();
}

/// GivenRandom gives its bytes in order and then fails.
class GivenRandom final : public RandomSource {
 public:
  explicit GivenRandom(Bytes bytes) : bytes_(std::move(bytes)) {}

  bool fill(std::span<std::uint8_t> out) noexcept override {
    if (out.size() > bytes_.size() - at_) {
      return false;
    }
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), out.size(), out.begin());
    at_ += out.size();
    return true;
  }

  [[nodiscard]] std::size_t taken() const { return at_; }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
};

}  // namespace heirloom::testing

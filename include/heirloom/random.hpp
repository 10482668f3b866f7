// RandomSource: where hello randoms, premaster secrets and session ids come from (RFC 2246 D.2).
#pragma once

#include "heirloom/export.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace heirloom {

/// RandomSource must be cryptographically strong. One object may serve many connections on many
/// threads, so implementations are thread-safe.
class HEIRLOOM_EXPORT RandomSource {
 public:
  RandomSource() = default;
  RandomSource(const RandomSource&) = delete;
  RandomSource& operator=(const RandomSource&) = delete;
  virtual ~RandomSource() = default;

  /// fill writes random bytes; false if none can be had, which fails the connection.
  [[nodiscard]] virtual bool fill(std::span<std::uint8_t> out) noexcept = 0;
};

/// system_random is the operating system's generator, through libcrypto.
[[nodiscard]] HEIRLOOM_EXPORT std::shared_ptr<RandomSource> system_random();

}  // namespace heirloom

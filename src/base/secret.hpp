// Secret<N> and SecretBytes: bytes that are wiped when they go, cannot be copied, compared with ==
// or printed. Access is through expose(), which is easy to find in a review.
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace heirloom {

/// secure_wipe overwrites memory in a way the optimiser keeps.
void secure_wipe(void* data, std::size_t size) noexcept;

template <std::size_t N>
class Secret {
 public:
  Secret() = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { other.wipe(); }

  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      other.wipe();
    }
    return *this;
  }

  ~Secret() { wipe(); }

  [[nodiscard]] std::span<std::uint8_t, N> expose() noexcept { return bytes_; }

  [[nodiscard]] std::span<const std::uint8_t, N> expose() const noexcept { return bytes_; }

  /// clone makes the one kind of copy there is, and says so.
  [[nodiscard]] Secret clone() const {
    Secret copy;
    copy.bytes_ = bytes_;
    return copy;
  }

  void wipe() noexcept { secure_wipe(bytes_.data(), N); }

 private:
  std::array<std::uint8_t, N> bytes_{};
};

/// SecretBytes has a length known at run time and never reallocates.
class SecretBytes {
 public:
  SecretBytes() = default;

  explicit SecretBytes(std::size_t size) : bytes_(size) {}

  explicit SecretBytes(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}

  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;

  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      wipe();
      bytes_ = std::exchange(other.bytes_, {});
    }
    return *this;
  }

  ~SecretBytes() { wipe(); }

  [[nodiscard]] ByteSpan expose() noexcept { return bytes_; }

  [[nodiscard]] ByteView expose() const noexcept { return bytes_; }

  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

  [[nodiscard]] SecretBytes clone() const { return SecretBytes(ByteView(bytes_)); }

  void wipe() noexcept { secure_wipe(bytes_.data(), bytes_.size()); }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// PremasterSecret is 48 bytes for RSA and of any length for Diffie-Hellman.
class PremasterSecret {
 public:
  explicit PremasterSecret(SecretBytes bytes) : bytes_(std::move(bytes)) {}

  [[nodiscard]] ByteView expose() const noexcept { return bytes_.expose(); }

 private:
  SecretBytes bytes_;
};

/// MasterSecret, RFC 6101 §6.1, RFC 2246 §8.1.
class MasterSecret {
 public:
  MasterSecret() = default;

  explicit MasterSecret(Secret<48> bytes) : bytes_(std::move(bytes)) {}

  [[nodiscard]] std::span<const std::uint8_t, 48> expose() const noexcept {
    return bytes_.expose();
  }

  [[nodiscard]] MasterSecret clone() const { return MasterSecret(bytes_.clone()); }

 private:
  Secret<48> bytes_;
};

}  // namespace heirloom

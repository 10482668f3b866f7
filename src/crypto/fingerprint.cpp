// Fingerprints: the SHA-256 of a certificate's encoding, as people write it down.
#include "heirloom/certificate.hpp"

#include "base/bytes.hpp"
#include "crypto/hash.hpp"

#include <algorithm>
#include <optional>

namespace heirloom {

namespace {

constexpr std::string_view kPrefix = "sha256:";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::optional<unsigned> digit(char c) {
  c = lower(c);
  if (c >= '0' && c <= '9') {
    return static_cast<unsigned>(c - '0');
  }
  if (c >= 'a' && c <= 'f') {
    return static_cast<unsigned>(c - 'a') + 10;
  }
  return std::nullopt;
}

bool has_prefix(std::string_view text) {
  return text.size() >= kPrefix.size() &&
         std::ranges::equal(text.substr(0, kPrefix.size()), kPrefix, {}, lower);
}

}  // namespace

std::array<std::uint8_t, 32> certificate_fingerprint(std::span<const std::uint8_t> der) {
  return crypto::sha256(der);
}

std::string format_fingerprint(std::span<const std::uint8_t, 32> fingerprint) {
  return std::string(kPrefix) + to_hex(fingerprint);
}

Result<std::array<std::uint8_t, 32>> parse_fingerprint(std::string_view text) {
  const Error error(Cause::config_invalid,
                    "a fingerprint is sha256: and 64 hexadecimal digits, or 32 pairs with colons");
  if (has_prefix(text)) {
    text.remove_prefix(kPrefix.size());
  }
  std::array<std::uint8_t, 32> fingerprint{};
  const bool has_colons = text.size() == fingerprint.size() * 3 - 1;
  if (!has_colons && text.size() != fingerprint.size() * 2) {
    return error;
  }
  for (std::size_t i = 0; i < fingerprint.size(); ++i) {
    if (has_colons && i != 0) {
      if (text.front() != ':') {
        return error;
      }
      text.remove_prefix(1);
    }
    const auto high = digit(text[0]);
    const auto low = digit(text[1]);
    if (!high.has_value() || !low.has_value()) {
      return error;
    }
    fingerprint[i] = static_cast<std::uint8_t>(*high << 4U | *low);
    text.remove_prefix(2);
  }
  return fingerprint;
}

}  // namespace heirloom

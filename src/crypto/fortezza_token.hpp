// What a FORTEZZA card does with a token encryption key (TEK), in software: it seals and opens what
// a ClientKeyExchange carries, which is both message encryption keys (MEKs), their IVs and the
// premaster secret (RFC 6101 §5.6.7.2, §6.1.3, D.5).
//
// A TEK is used once: sealing and opening take it, and wipe it. No function gives it out.
#pragma once

#include "heirloom/random.hpp"
#include "heirloom/result.hpp"
#include "heirloom/version.hpp"

#include "base/secret.hpp"
#include "crypto/cipher_families.hpp"
#include "crypto/skipjack.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace heirloom::crypto {

inline constexpr std::size_t kFortezzaPremasterSize = 48;

using FortezzaIv = std::array<std::uint8_t, kFortezzaIvSize>;

/// make_fortezza_iv draws the cipher's eight bytes. Before them stand those that Netscape's
/// software token wrote in place of a card's escrow field. Empty if no random bytes can be had.
[[nodiscard]] std::optional<FortezzaIv> make_fortezza_iv(RandomSource& random);

/// FortezzaSecrets are what a client makes for a connection.
struct FortezzaSecrets {
  SkipjackKey client_write_key;
  SkipjackKey server_write_key;
  FortezzaIv client_write_iv{};
  FortezzaIv server_write_iv{};
  Secret<kFortezzaPremasterSize> premaster;

  /// generate draws all of them. The premaster begins with the negotiated version, as Netscape's
  /// clients had it and their servers may demand; RFC 6101 §6.1.3 wants 48 random bytes, which
  /// nobody can tell from it. random_failed.
  [[nodiscard]] static Result<FortezzaSecrets> generate(ProtocolVersion version,
                                                        RandomSource& random);
};

/// SealedFortezzaSecrets are the last fields of FortezzaKeys in their order on the wire.
struct SealedFortezzaSecrets {
  WrappedKey client_write_key{};
  WrappedKey server_write_key{};
  FortezzaIv client_write_iv{};
  FortezzaIv server_write_iv{};
  FortezzaIv master_secret_iv{};
  std::array<std::uint8_t, kFortezzaPremasterSize> premaster{};
};

/// TokenKey is a TEK that two sides have agreed on.
class TokenKey {
 public:
  explicit TokenKey(SkipjackKey key) : key_(std::move(key)) {}

  /// seal encrypts for the peer; `master_secret_iv` is a fresh one (make_fortezza_iv).
  [[nodiscard]] SealedFortezzaSecrets seal(const FortezzaSecrets& secrets,
                                           const FortezzaIv& master_secret_iv) &&;

  /// open decrypts what a peer has sealed. Empty if one of the keys does not have its check word.
  /// Security: all is computed before anything is judged, so what was wrong does not show in time.
  [[nodiscard]] std::optional<FortezzaSecrets> open(const SealedFortezzaSecrets& sealed) &&;

 private:
  SkipjackKey key_;
};

}  // namespace heirloom::crypto

// FortezzaToken: a FORTEZZA card in software. It holds KEA keys and the domains they belong to,
// agrees with a peer on a token encryption key (TEK), and seals and opens what a ClientKeyExchange
// carries: both message encryption keys (MEKs), their IVs and the premaster secret (RFC 6101
// §5.6.3, §5.6.7.2, §6.1.3, D.5).
//
// A TEK is used once: sealing and opening take it, and wipe it. No function gives it out.
#pragma once

#include "heirloom/random.hpp"
#include "heirloom/result.hpp"
#include "heirloom/version.hpp"

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "crypto/cipher_families.hpp"
#include "crypto/kea.hpp"
#include "crypto/skipjack.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

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

/// FortezzaInitiation is the outcome of the client's part.
struct FortezzaInitiation {
  KeaValue public_value;  ///< y_c, for a client whose certificate does not have it
  KeaValue random_value;  ///< r_c
  TokenKey key;
};

/// ResponderRandom is the form of KEA that a server chooses.
enum class ResponderRandom : std::uint8_t {
  fresh,  ///< two-party: a random for this exchange
  one,    ///< e-mail form, as Netscape's servers had it: the number 1 on the wire
};

/// FortezzaResponse is the server's part of one exchange, from its random to the client's answer.
class FortezzaResponse {
 public:
  /// random_value is r_s, for the ServerKeyExchange.
  [[nodiscard]] const KeaValue& random_value() const noexcept;

  /// agree takes the client's public value, from its message or its certificate, and its random.
  /// key_exchange_malformed if one of them is none of the domain.
  [[nodiscard]] Result<TokenKey> agree(ByteView peer_public, ByteView peer_random) const;

 private:
  friend class FortezzaToken;
  FortezzaResponse(std::shared_ptr<const KeaKeyPair> own, std::optional<KeaKeyPair> own_random);

  std::shared_ptr<const KeaKeyPair> own_;
  std::optional<KeaKeyPair> own_random_;  ///< empty: the e-mail form
};

/// FortezzaToken is filled once and can then be used by any number of threads.
class FortezzaToken {
 public:
  /// add_domain makes a domain known. config_invalid if another one has its identifier.
  [[nodiscard]] Result<void> add_domain(KeaDomain domain);

  /// add_key takes a key, and its domain if that is new. config_invalid if there is a key of the
  /// domain already.
  [[nodiscard]] Result<void> add_key(KeaKeyPair key);

  /// find_domain and find_key are null for what the token does not have.
  [[nodiscard]] const KeaDomain* find_domain(const DomainIdentifier& identifier) const noexcept;
  [[nodiscard]] std::shared_ptr<const KeaKeyPair> find_key(
      const DomainIdentifier& identifier) const noexcept;

  /// initiate is the client's part, with the server's key and domain from its certificate and the
  /// random of its ServerKeyExchange. Without a key of that domain one is made for this exchange.
  /// certificate_key_unsupported if the domain is unknown; key_exchange_malformed if one of the
  /// server's values is none of the domain; random_failed.
  [[nodiscard]] Result<FortezzaInitiation> initiate(const DomainIdentifier& identifier,
                                                    ByteView peer_public,
                                                    ByteView peer_random,
                                                    RandomSource& random) const;

  /// respond begins the server's part. config_invalid if there is no key of that domain;
  /// random_failed.
  [[nodiscard]] Result<FortezzaResponse> respond(const DomainIdentifier& identifier,
                                                 ResponderRandom form,
                                                 RandomSource& random) const;

 private:
  std::vector<KeaDomain> domains_;
  std::vector<std::shared_ptr<const KeaKeyPair>> keys_;
};

}  // namespace heirloom::crypto

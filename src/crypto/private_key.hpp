// The private keys that live in this process, over libcrypto: RSA, DSA, EC, Diffie-Hellman and KEA.
//
// None is ever changed after it was made, and each operation has a context of its own, so any
// number of threads may use one.
#pragma once

#include "heirloom/credentials.hpp"
#include "heirloom/temporary_keys.hpp"

#include "base/secret.hpp"
#include "crypto/dh.hpp"
#include "crypto/kea.hpp"
#include "crypto/library.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace heirloom::crypto {

/// LocalPrivateKey can show its public half. What a kind of key cannot do fails with
/// private_key_failed.
class LocalPrivateKey : public PrivateKey {
 public:
  [[nodiscard]] Pending<PrivateKeyResult> decrypt_raw(
      std::span<const std::uint8_t> ciphertext) override;
  [[nodiscard]] Pending<PrivateKeyResult> sign(std::span<const std::uint8_t> digest) override;

  /// belongs_to compares the public numbers with a certificate's.
  [[nodiscard]] virtual bool belongs_to(const X509_PUBKEY* info) const = 0;

  /// as_kea is the same key as KEA's. config_invalid if it has no group, or one that is no domain.
  [[nodiscard]] virtual Result<std::shared_ptr<LocalPrivateKey>> as_kea() const;
};

/// RsaPrivateKey decrypts and signs. libcrypto blinds both operations (the ciphertext tells nothing
/// about timing) and checks a CRT result with the public exponent (a computing fault does not give
/// the factors away).
class RsaPrivateKey final : public LocalPrivateKey {
 public:
  explicit RsaPrivateKey(PublicKeyPointer key);

  [[nodiscard]] PublicKeyAlgorithm algorithm() const noexcept override;
  [[nodiscard]] std::size_t size() const noexcept override;
  [[nodiscard]] Pending<PrivateKeyResult> decrypt_raw(
      std::span<const std::uint8_t> ciphertext) override;
  [[nodiscard]] Pending<PrivateKeyResult> sign(std::span<const std::uint8_t> digest) override;
  [[nodiscard]] bool belongs_to(const X509_PUBKEY* info) const override;

 private:
  PublicKeyPointer key_;
};

/// SigningPrivateKey is a DSA or an EC key; libcrypto takes a fresh random number for each
/// signature.
class SigningPrivateKey final : public LocalPrivateKey {
 public:
  SigningPrivateKey(PublicKeyAlgorithm algorithm, PublicKeyPointer key);

  [[nodiscard]] PublicKeyAlgorithm algorithm() const noexcept override;
  [[nodiscard]] std::size_t size() const noexcept override;
  [[nodiscard]] Pending<PrivateKeyResult> sign(std::span<const std::uint8_t> digest) override;
  [[nodiscard]] bool belongs_to(const X509_PUBKEY* info) const override;
  [[nodiscard]] Result<std::shared_ptr<LocalPrivateKey>> as_kea() const override;

 private:
  PublicKeyAlgorithm algorithm_;
  PublicKeyPointer key_;
};

/// DhPrivateKey is the key of a certificate for fixed Diffie-Hellman.
class DhPrivateKey final : public LocalPrivateKey {
 public:
  explicit DhPrivateKey(DhKeyPair pair);

  [[nodiscard]] PublicKeyAlgorithm algorithm() const noexcept override;
  [[nodiscard]] std::size_t size() const noexcept override;
  [[nodiscard]] Pending<PrivateKeyResult> agree(std::span<const std::uint8_t> peer_public) override;
  [[nodiscard]] bool belongs_to(const X509_PUBKEY* info) const override;
  [[nodiscard]] Result<std::shared_ptr<LocalPrivateKey>> as_kea() const override;

 private:
  DhKeyPair pair_;
};

/// KeaPrivateKey is the key of a certificate with a KEA key. No file says that a key is KEA's: what
/// stands there is one of Diffie-Hellman with an order, or of DSA.
class KeaPrivateKey final : public LocalPrivateKey {
 public:
  /// make is config_invalid if the pair's group is no domain.
  [[nodiscard]] static Result<std::shared_ptr<LocalPrivateKey>> make(DhKeyPair pair);

  KeaPrivateKey(KeaDomain domain, DhKeyPair pair);

  [[nodiscard]] const KeaDomain& domain() const noexcept { return domain_; }

  [[nodiscard]] PublicKeyAlgorithm algorithm() const noexcept override;
  [[nodiscard]] std::size_t size() const noexcept override;
  [[nodiscard]] Pending<PrivateKeyResult> agree(std::span<const std::uint8_t> peer_public) override;
  [[nodiscard]] bool belongs_to(const X509_PUBKEY* info) const override;

 private:
  KeaDomain domain_;
  DhKeyPair pair_;
};

/// make_private_key goes by the key's type. config_invalid for one that no cipher suite uses, or
/// whose numbers cannot be used.
[[nodiscard]] Result<std::shared_ptr<PrivateKey>> make_private_key(PublicKeyPointer key);

/// generate_rsa_key makes a key of 512 bits or more with libcrypto's generator, in about 10 ms for
/// 512. private_key_failed.
[[nodiscard]] Result<TemporaryRsaKey> generate_rsa_key(std::size_t bits);

}  // namespace heirloom::crypto

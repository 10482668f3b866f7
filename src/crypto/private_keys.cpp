// The operations of DSA, EC, Diffie-Hellman and KEA keys, and what a key of each kind cannot do.
#include "base/try.hpp"
#include "crypto/dsa.hpp"
#include "crypto/ec.hpp"
#include "crypto/fortezza_certificate.hpp"
#include "crypto/private_key.hpp"
#include "crypto/x509.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <openssl/core_names.h>

namespace heirloom {

Pending<PrivateKeyResult> PrivateKey::agree(std::span<const std::uint8_t> /*peer_public*/) {
  return PrivateKeyResult(Error(Cause::private_key_failed, "this key cannot agree"));
}

namespace crypto {

namespace {

Error failed(std::string detail) {
  return {Cause::private_key_failed, std::move(detail)};
}

Error unusable(std::string_view type) {
  return {Cause::config_invalid, "the numbers of the " + std::string(type) + " key cannot be used"};
}

bool is_a(const EVP_PKEY* key, const char* type) {
  return EVP_PKEY_is_a(key, type) == 1;
}

std::optional<NamedCurve> curve_of(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), nullptr) != 1) {
    return std::nullopt;
  }
  return curve_of_library_name(name.data());
}

Result<std::shared_ptr<PrivateKey>> make_dsa_key(PublicKeyPointer key) {
  const auto numbers = DsaPublicKey::from_numbers(key_number(key.get(), OSSL_PKEY_PARAM_FFC_P),
                                                  key_number(key.get(), OSSL_PKEY_PARAM_FFC_Q),
                                                  key_number(key.get(), OSSL_PKEY_PARAM_FFC_G),
                                                  key_number(key.get(), OSSL_PKEY_PARAM_PUB_KEY));
  if (!numbers.has_value()) {
    return unusable("DSA");
  }
  return std::shared_ptr<PrivateKey>(
      std::make_shared<SigningPrivateKey>(PublicKeyAlgorithm::dsa, std::move(key)));
}

Result<std::shared_ptr<PrivateKey>> make_ec_key(PublicKeyPointer key) {
  if (!curve_of(key.get()).has_value()) {
    return Error(Cause::config_invalid, "the EC key is on a curve that no version here has");
  }
  return std::shared_ptr<PrivateKey>(
      std::make_shared<SigningPrivateKey>(PublicKeyAlgorithm::ec, std::move(key)));
}

/// read_pair takes group and exponent from a key of Diffie-Hellman or DSA.
Result<DhKeyPair> read_pair(const EVP_PKEY* key) {
  const DhGroup group = make_dh_group(key_number(key, OSSL_PKEY_PARAM_FFC_P),
                                      key_number(key, OSSL_PKEY_PARAM_FFC_G),
                                      key_number(key, OSSL_PKEY_PARAM_FFC_Q));
  Bytes number = key_number(key, OSSL_PKEY_PARAM_PRIV_KEY);
  const SecretBytes exponent{ByteView(number)};
  secure_wipe(number.data(), number.size());
  return DhKeyPair::from_private(group, exponent.expose());
}

Result<std::shared_ptr<PrivateKey>> make_dh_key(const EVP_PKEY* key) {
  auto pair = read_pair(key);
  if (!pair.has_value()) {
    return unusable("DH");
  }
  return std::shared_ptr<PrivateKey>(std::make_shared<DhPrivateKey>(std::move(pair).value()));
}

}  // namespace

Pending<PrivateKeyResult> LocalPrivateKey::decrypt_raw(
    std::span<const std::uint8_t> /*ciphertext*/) {
  return PrivateKeyResult(failed("this key cannot decrypt"));
}

Pending<PrivateKeyResult> LocalPrivateKey::sign(std::span<const std::uint8_t> /*digest*/) {
  return PrivateKeyResult(failed("this key cannot sign"));
}

Result<std::shared_ptr<LocalPrivateKey>> LocalPrivateKey::as_kea() const {
  return Error(Cause::config_invalid, "no KEA key has the form of this private key");
}

SigningPrivateKey::SigningPrivateKey(PublicKeyAlgorithm algorithm, PublicKeyPointer key)
    : algorithm_(algorithm), key_(std::move(key)) {}

PublicKeyAlgorithm SigningPrivateKey::algorithm() const noexcept {
  return algorithm_;
}

std::size_t SigningPrivateKey::size() const noexcept {
  if (algorithm_ == PublicKeyAlgorithm::ec) {
    const auto curve = curve_of(key_.get());
    return curve.has_value() ? curve_info(*curve).field_size : 0;
  }
  return (static_cast<std::size_t>(std::max(0, EVP_PKEY_get_bits(key_.get()))) + 7) / 8;
}

Pending<PrivateKeyResult> SigningPrivateKey::sign(std::span<const std::uint8_t> digest) {
  const ErrorQueueGuard guard;
  const PublicKeyContext context(
      EVP_PKEY_CTX_new_from_pkey(library_context(), key_.get(), nullptr));
  std::size_t size = static_cast<std::size_t>(std::max(0, EVP_PKEY_get_size(key_.get())));
  std::vector<std::uint8_t> signature(size);
  // No digest algorithm is set: what is signed is the digest as it stands (RFC 2246 §4.7).
  if (context == nullptr || EVP_PKEY_sign_init(context.get()) != 1 ||
      EVP_PKEY_sign(context.get(), signature.data(), &size, digest.data(), digest.size()) != 1) {
    return PrivateKeyResult(failed("the key cannot sign " + std::to_string(digest.size()) +
                                   " bytes: " + last_reason()));
  }
  signature.resize(size);  // DER: short numbers make it shorter
  return PrivateKeyResult(std::move(signature));
}

bool SigningPrivateKey::belongs_to(const X509_PUBKEY* info) const {
  const ErrorQueueGuard guard;
  const EVP_PKEY* public_key = X509_PUBKEY_get0(info);
  return public_key != nullptr && EVP_PKEY_eq(public_key, key_.get()) == 1;
}

Result<std::shared_ptr<LocalPrivateKey>> SigningPrivateKey::as_kea() const {
  if (algorithm_ != PublicKeyAlgorithm::dsa) {
    return LocalPrivateKey::as_kea();
  }
  const ErrorQueueGuard guard;
  auto pair = read_pair(key_.get());
  if (!pair.has_value()) {
    return unusable("DSA");
  }
  return KeaPrivateKey::make(std::move(*pair));
}

DhPrivateKey::DhPrivateKey(DhKeyPair pair) : pair_(std::move(pair)) {}

PublicKeyAlgorithm DhPrivateKey::algorithm() const noexcept {
  return PublicKeyAlgorithm::dh;
}

std::size_t DhPrivateKey::size() const noexcept {
  return pair_.group().p.size();
}

Pending<PrivateKeyResult> DhPrivateKey::agree(std::span<const std::uint8_t> peer_public) {
  const auto z = pair_.agree(peer_public);
  if (!z.has_value()) {
    return PrivateKeyResult(z.error());
  }
  return PrivateKeyResult(to_bytes(z->expose()));
}

bool DhPrivateKey::belongs_to(const X509_PUBKEY* info) const {
  const auto key = dh_key_of(info);
  // The order is left out: a key file in the form of PKCS#3 has none, its certificate may.
  return key.has_value() && key->group.p == pair_.group().p && key->group.g == pair_.group().g &&
         key->public_value == pair_.public_value();
}

Result<std::shared_ptr<LocalPrivateKey>> DhPrivateKey::as_kea() const {
  return KeaPrivateKey::make(pair_.clone());
}

KeaPrivateKey::KeaPrivateKey(KeaDomain domain, DhKeyPair pair)
    : domain_(std::move(domain)), pair_(std::move(pair)) {}

Result<std::shared_ptr<LocalPrivateKey>> KeaPrivateKey::make(DhKeyPair pair) {
  const DhGroup& group = pair.group();
  HEIRLOOM_TRY(KeaDomain domain, KeaDomain::from_numbers(group.p, group.q, group.g));
  return std::shared_ptr<LocalPrivateKey>(
      std::make_shared<KeaPrivateKey>(std::move(domain), std::move(pair)));
}

PublicKeyAlgorithm KeaPrivateKey::algorithm() const noexcept {
  return PublicKeyAlgorithm::kea;
}

std::size_t KeaPrivateKey::size() const noexcept {
  return kKeaValueSize;
}

Pending<PrivateKeyResult> KeaPrivateKey::agree(std::span<const std::uint8_t> peer_public) {
  const auto power = pair_.agree(peer_public);
  if (!power.has_value()) {
    return PrivateKeyResult(power.error());
  }
  return PrivateKeyResult(to_bytes(power->expose()));
}

bool KeaPrivateKey::belongs_to(const X509_PUBKEY* info) const {
  const auto key = fortezza_key_of(info);
  const auto* kea = key.has_value() ? std::get_if<KeaPublicKey>(&*key) : nullptr;
  // The certificate has no group, only what tells it from others.
  return kea != nullptr && kea->domain_identifier == domain_.identifier() &&
         kea->public_value == pair_.public_value();
}

Result<std::shared_ptr<PrivateKey>> make_private_key(PublicKeyPointer key) {
  const ErrorQueueGuard guard;
  if (is_a(key.get(), "RSA")) {
    return std::shared_ptr<PrivateKey>(std::make_shared<RsaPrivateKey>(std::move(key)));
  }
  if (is_a(key.get(), "DSA")) {
    return make_dsa_key(std::move(key));
  }
  if (is_a(key.get(), "EC")) {
    return make_ec_key(std::move(key));
  }
  if (is_a(key.get(), "DH") || is_a(key.get(), "DHX")) {
    return make_dh_key(key.get());
  }
  const char* type = EVP_PKEY_get0_type_name(key.get());
  return Error(Cause::config_invalid,
               std::string("the key is of type ") + (type == nullptr ? "unknown" : type) +
                   ", which no cipher suite uses");
}

}  // namespace crypto

}  // namespace heirloom

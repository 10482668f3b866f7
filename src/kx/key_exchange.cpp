#include "kx/key_exchange.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace heirloom::kx {

namespace {

struct Method {
  KeyExchangeKind kind;
  std::unique_ptr<ClientKeyAgreement> (*make_client)();
  std::unique_ptr<ServerKeyAgreement> (*make_server)();
};

constexpr std::array kMethods{
    Method{KeyExchangeKind::rsa, &make_rsa_client, &make_rsa_server},
    Method{KeyExchangeKind::dh_dss, &make_fixed_dh_client, &make_fixed_dh_server},
    Method{KeyExchangeKind::dh_rsa, &make_fixed_dh_client, &make_fixed_dh_server},
    Method{KeyExchangeKind::dhe_dss, &make_dhe_client, &make_dhe_server},
    Method{KeyExchangeKind::dhe_rsa, &make_dhe_client, &make_dhe_server},
    Method{KeyExchangeKind::dh_anon, &make_dhe_client, &make_dhe_server},
    Method{KeyExchangeKind::ecdhe_ecdsa, &make_ecdhe_client, &make_ecdhe_server},
    Method{KeyExchangeKind::ecdhe_rsa, &make_ecdhe_client, &make_ecdhe_server},
    Method{KeyExchangeKind::ecdh_anon, &make_ecdhe_client, &make_ecdhe_server},
    Method{KeyExchangeKind::fortezza_kea, &make_fortezza_client, &make_fortezza_server},
};

const Method& method(KeyExchangeKind kind) {
  const auto* const found = std::ranges::find(kMethods, kind, &Method::kind);
  HEIRLOOM_EXPECT(found != kMethods.end());
  return *found;
}

/// may_be_used compares keyUsage with the part that the key has in the suite.
bool may_be_used(KeyExchangeInfo::Use use, const crypto::CertificateKey& key) {
  switch (use) {
    case KeyExchangeInfo::Use::none:
      return true;
    case KeyExchangeInfo::Use::encipherment:
      return key.may_encipher;
    case KeyExchangeInfo::Use::signature:
      return key.may_sign;
    case KeyExchangeInfo::Use::agreement:
      return key.may_agree;
  }
  return false;
}

std::string_view bit_of(KeyExchangeInfo::Use use) {
  switch (use) {
    case KeyExchangeInfo::Use::encipherment:
      return "keyEncipherment";
    case KeyExchangeInfo::Use::agreement:
      return "keyAgreement";
    case KeyExchangeInfo::Use::none:
    case KeyExchangeInfo::Use::signature:
      break;
  }
  return "digitalSignature";
}

}  // namespace

bool expects_server_key_exchange(const VersionProfile& profile,
                                 const CipherSuite& suite,
                                 const crypto::CertificateKey* key) {
  switch (info(suite.key_exchange).server_key_exchange) {
    case KeyExchangeInfo::ServerKeyExchangeRule::never:
      return false;
    case KeyExchangeInfo::ServerKeyExchangeRule::always:
      return true;
    case KeyExchangeInfo::ServerKeyExchangeRule::if_certificate_key_exceeds_export_limit:
      break;
  }
  HEIRLOOM_EXPECT(key != nullptr);
  if (suite.export_limit_bits != 0) {
    return key->bits > suite.export_limit_bits;
  }
  // A certificate that may only sign (RFC 6101 §5.6.3): "the certificate is a signing-only RSA
  // certificate"; TLS has no such case (drift D118).
  return profile.temporary_rsa == TemporaryRsa::for_signing_certificates && !key->may_encipher &&
         key->may_sign;
}

bool signs_params(const CipherSuite& suite) {
  const KeyExchangeInfo& row = info(suite.key_exchange);
  return !row.is_anonymous && row.certificate_use != KeyExchangeInfo::Use::agreement;
}

bool is_proved_by_agreement(const crypto::CertificateKey& key) {
  return key.dh.has_value() || key.kea.has_value();
}

bool uses_group(KeyExchangeKind kind) {
  return method(kind).make_client == &make_dhe_client;
}

bool uses_curve(KeyExchangeKind kind) {
  return method(kind).make_client == &make_ecdhe_client;
}

Result<void> check_certificate_key(const VersionProfile& profile,
                                   const CipherSuite& suite,
                                   const crypto::CertificateKey& key) {
  const KeyExchangeInfo& row = info(suite.key_exchange);
  if (key.algorithm != row.certificate_key) {
    return Error(Cause::certificate_key_unsupported,
                 std::string(to_string(key.algorithm)) + " key for the key exchange " +
                     std::string(row.name));
  }
  if (row.certificate_signed_by != PublicKeyAlgorithm::other &&
      key.signature_algorithm != row.certificate_signed_by) {
    return Error(Cause::certificate_key_unsupported,
                 "signed with " + std::string(to_string(key.signature_algorithm)) +
                     " for the key exchange " + std::string(row.name));
  }
  // RFC 2246 C limits the key that is used for the exchange; where the certificate's key signs
  // another one, it is that other one.
  if (row.certificate_use == KeyExchangeInfo::Use::agreement && suite.export_limit_bits != 0 &&
      key.bits > suite.export_limit_bits) {
    return Error(Cause::export_restriction,
                 "a certificate's key of " + std::to_string(key.bits) + " bits for " +
                     std::to_string(suite.export_limit_bits));
  }
  const KeyExchangeInfo::Use use = row.certificate_use == KeyExchangeInfo::Use::encipherment &&
                                           expects_server_key_exchange(profile, suite, &key)
                                       ? KeyExchangeInfo::Use::signature
                                       : row.certificate_use;
  if (!may_be_used(use, key)) {
    return Error(Cause::certificate_key_usage, std::string(bit_of(use)) + " is missing");
  }
  return {};
}

Result<ClientKeyAgreement::Response> ClientKeyAgreement::complete(
    const KxContext& /*context*/, const PrivateKeyResult& /*made*/) {
  HEIRLOOM_EXPECT(false);  // respond asks for no private key
  return Cause::internal_error;
}

std::unique_ptr<ClientKeyAgreement> make_client_agreement(KeyExchangeKind kind) {
  return method(kind).make_client();
}

std::unique_ptr<ServerKeyAgreement> make_server_agreement(KeyExchangeKind kind) {
  return method(kind).make_server();
}

}  // namespace heirloom::kx

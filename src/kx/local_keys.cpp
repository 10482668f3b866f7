#include "kx/local_keys.hpp"

#include <string>
#include <utility>

namespace heirloom::kx {

namespace {

/// issuers_of passes over what libcrypto cannot read.
std::vector<Bytes> issuers_of(const CertificateChain& chain) {
  std::vector<Bytes> names;
  for (const CertificateDer& certificate : chain) {
    if (auto name = crypto::issuer_name(certificate); name.has_value()) {
      names.push_back(std::move(name).value());
    }
  }
  return names;
}

}  // namespace

Result<std::vector<LocalKey>> parse_local_keys(std::span<const Credentials> credentials) {
  std::vector<LocalKey> keys;
  for (const Credentials& own : credentials) {
    if (own.empty()) {
      continue;
    }
    auto key = crypto::certificate_key(own.chain.front());
    if (!key.has_value()) {
      return Error(Cause::config_invalid, key.error().text());
    }
    if (key->algorithm != own.key->algorithm()) {
      return Error(Cause::config_invalid,
                   "the certificate has a key of kind " + std::string(to_string(key->algorithm)) +
                       ", the private key is of kind " +
                       std::string(to_string(own.key->algorithm())));
    }
    keys.push_back({.credentials = &own,
                    .certificate_key = std::move(key).value(),
                    .issuers = issuers_of(own.chain)});
  }
  return keys;
}

}  // namespace heirloom::kx

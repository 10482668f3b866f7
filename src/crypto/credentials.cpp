// make_credentials and load_credentials: a chain and the key behind its first certificate.
#include "heirloom/credentials.hpp"

#include "base/try.hpp"
#include "crypto/library.hpp"
#include "crypto/ocsp.hpp"
#include "crypto/pem.hpp"
#include "crypto/private_key.hpp"
#include "crypto/x509_parse.hpp"

#include <utility>

namespace heirloom {

namespace {

/// belongs compares what can be compared. The key of a module on another machine shows no numbers;
/// its kind and size must do, and a wrong one fails its first handshake.
bool belongs(const PrivateKey& key, const X509* certificate) {
  if (const auto* local = dynamic_cast<const crypto::LocalPrivateKey*>(&key); local != nullptr) {
    return local->belongs_to(certificate);
  }
  if (key.algorithm() != crypto::key_algorithm_of(certificate)) {
    return false;
  }
  if (key.algorithm() != PublicKeyAlgorithm::rsa) {
    return true;
  }
  const EVP_PKEY* certificate_key = X509_get0_pubkey(certificate);
  const int bits = certificate_key == nullptr ? 0 : EVP_PKEY_get_bits(certificate_key);
  return bits > 0 && key.size() == (static_cast<std::size_t>(bits) + 7) / 8;
}

/// in_file puts a file's name before what is wrong with it.
Error in_file(const std::string& file, Error error) {
  error.detail = error.detail.empty() ? file : file + ": " + error.detail;
  return error;
}

}  // namespace

Result<Credentials> make_credentials(CertificateChain chain, std::shared_ptr<PrivateKey> key) {
  if (chain.empty()) {
    return Error(Cause::config_invalid, "there is no certificate");
  }
  if (key == nullptr) {
    return Error(Cause::config_invalid, "there is no private key");
  }
  HEIRLOOM_TRY(const auto certificate, crypto::parse_x509(chain.front()));
  const crypto::ErrorQueueGuard guard;
  if (!belongs(*key, certificate.get())) {
    return Error(Cause::config_invalid,
                 "the private key does not belong to the certificate of " +
                     crypto::name_text(X509_get_subject_name(certificate.get())));
  }
  return Credentials{std::move(chain), std::move(key)};
}

Result<Credentials> load_credentials(const std::string& chain_file,
                                     const std::string& key_file,
                                     std::string_view passphrase) {
  HEIRLOOM_TRY(const auto chain_text, crypto::read_file(chain_file));
  HEIRLOOM_TRY(const auto key_text, crypto::read_file(key_file));
  auto chain = parse_pem_chain(crypto::as_text(chain_text.expose()));
  if (!chain.has_value()) {
    return in_file(chain_file, std::move(chain).error());
  }
  auto key = parse_private_key(crypto::as_text(key_text.expose()), passphrase);
  if (!key.has_value()) {
    return in_file(key_file, std::move(key).error());
  }
  auto credentials = make_credentials(std::move(chain).value(), std::move(key).value());
  if (!credentials.has_value()) {
    return in_file(key_file, std::move(credentials).error());
  }
  return credentials;
}

Result<std::vector<std::uint8_t>> load_ocsp_response(const std::string& file) {
  HEIRLOOM_TRY(const auto content, crypto::read_file(file));
  if (!crypto::is_ocsp_answer(content.expose())) {
    return Error(Cause::config_invalid, file + ": it is no OCSP response with an answer");
  }
  return to_bytes(content.expose());
}

}  // namespace heirloom

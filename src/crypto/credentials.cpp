// make_credentials and load_credentials: a chain and the key behind its first certificate.
#include "heirloom/credentials.hpp"

#include "base/try.hpp"
#include "crypto/library.hpp"
#include "crypto/ocsp.hpp"
#include "crypto/pem.hpp"
#include "crypto/private_key.hpp"
#include "crypto/x509.hpp"
#include "crypto/x509_parse.hpp"

#include <utility>

namespace heirloom {

namespace {

/// belongs compares what can be compared. The key of a module on another machine shows no numbers;
/// its kind and size must do, and a wrong one fails its first handshake.
bool belongs(const PrivateKey& key, const X509_PUBKEY* info) {
  if (const auto* local = dynamic_cast<const crypto::LocalPrivateKey*>(&key); local != nullptr) {
    return local->belongs_to(info);
  }
  if (key.algorithm() != crypto::public_key_algorithm(info)) {
    return false;
  }
  if (key.algorithm() != PublicKeyAlgorithm::rsa) {
    return true;
  }
  const EVP_PKEY* certificate_key = X509_PUBKEY_get0(info);
  const int bits = certificate_key == nullptr ? 0 : EVP_PKEY_get_bits(certificate_key);
  return bits > 0 && key.size() == (static_cast<std::size_t>(bits) + 7) / 8;
}

/// fitting is the key as its certificate has it: no file says that a key is KEA's.
Result<std::shared_ptr<PrivateKey>> fitting(std::shared_ptr<PrivateKey> key,
                                            const X509_PUBKEY* info) {
  const auto* local = dynamic_cast<const crypto::LocalPrivateKey*>(key.get());
  if (crypto::public_key_algorithm(info) != PublicKeyAlgorithm::kea ||
      key->algorithm() == PublicKeyAlgorithm::kea || local == nullptr) {
    return key;
  }
  HEIRLOOM_TRY(std::shared_ptr<PrivateKey> kea, local->as_kea());
  return kea;
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
  const crypto::ErrorQueueGuard guard;
  const auto certificate = crypto::parse_x509(chain.front());
  // One that libcrypto refuses can be shown all the same: a box that has it now has it for good.
  const crypto::KeyInfoPointer walked =
      certificate.has_value() ? nullptr : crypto::key_info_by_walk(chain.front());
  if (!certificate.has_value() && walked == nullptr) {
    return certificate.error();
  }
  const X509_PUBKEY* const info =
      certificate.has_value() ? X509_get_X509_PUBKEY(certificate->get()) : walked.get();
  HEIRLOOM_TRY(key, fitting(std::move(key), info));
  if (!belongs(*key, info)) {
    return Error(Cause::config_invalid,
                 "the private key does not belong to the certificate" +
                     (certificate.has_value()
                          ? " of " + crypto::name_text(X509_get_subject_name(certificate->get()))
                          : ""));
  }
  return Credentials{std::move(chain), std::move(key)};
}

Result<Credentials> load_credentials(const std::string& chain_file,
                                     const std::string& key_file,
                                     std::string_view passphrase) {
  HEIRLOOM_TRY(const auto chain_text, crypto::read_file(chain_file));
  HEIRLOOM_TRY(const auto key_text, crypto::read_file(key_file));
  auto chain =
      crypto::pem_chain(crypto::as_text(chain_text.expose()), crypto::CertificateUse::shown);
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

Result<void> check_own_response(const Credentials& credentials,
                                std::chrono::system_clock::time_point now) {
  if (credentials.ocsp_response.empty() || credentials.chain.empty()) {
    return {};
  }
  HEIRLOOM_TRY(const auto certificate, crypto::parse_x509(credentials.chain.front()));
  return crypto::check_own_response(certificate.get(), credentials.ocsp_response, now);
}

}  // namespace heirloom

// The certificates of tests/vectors/certificates (README.md there says what each is for).
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/certificate_verifier.hpp"
#include "heirloom/credentials.hpp"

#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace heirloom::testing {

/// pki_file is the path of a file there: pki_file("rsa1024.crt").
inline std::string pki_file(const std::string& name) {
  return HEIRLOOM_SOURCE_DIR "/tests/vectors/certificates/" + name;
}

/// pki_certificate is one certificate: pki_certificate("rsa1024").
inline CertificateDer pki_certificate(const std::string& name) {
  auto certificates = load_pem_certificates(pki_file(name + ".crt"));
  if (!certificates.has_value()) {
    throw std::runtime_error(certificates.error().text());
  }
  return certificates->front();
}

/// pki_chain runs from the certificate to its root.
inline CertificateChain pki_chain(const std::string& name) {
  auto chain = load_pem_certificates(pki_file(name + ".chain"));
  if (!chain.has_value()) {
    throw std::runtime_error(chain.error().text());
  }
  return *chain;
}

/// pki_response is an OCSP response: pki_response("rsa1024-expired").
inline std::vector<std::uint8_t> pki_response(const std::string& name) {
  auto response = load_ocsp_response(pki_file(name + ".ocsp"));
  if (!response.has_value()) {
    throw std::runtime_error(response.error().text());
  }
  return *response;
}

/// pki_credentials is the chain with its key. They are read once: tests make many connections.
inline Credentials pki_credentials(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, Credentials> all;
  const std::lock_guard lock(mutex);
  const auto known = all.find(name);
  if (known != all.end()) {
    return known->second;
  }
  auto credentials = load_credentials(pki_file(name + ".chain"), pki_file(name + ".key"));
  if (!credentials.has_value()) {
    throw std::runtime_error(credentials.error().text());
  }
  return all.emplace(name, *credentials).first->second;
}

}  // namespace heirloom::testing

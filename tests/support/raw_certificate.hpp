// Certificates that libcrypto refuses, read without it having a say: only the PEM frame is looked
// at.
#pragma once

#include "heirloom/certificate.hpp"

#include "support/test_pki.hpp"

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/pem.h>

namespace heirloom::testing {

/// raw_pki_certificate is the first one of the file: raw_pki_certificate("padded-serial").
inline CertificateDer raw_pki_certificate(const std::string& name) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(pki_file(name + ".crt").c_str(), "r"), std::fclose);
  char* kind = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (file == nullptr || PEM_read(file.get(), &kind, &header, &data, &size) != 1) {
    throw std::runtime_error(name + " cannot be read");
  }
  CertificateDer der(data, data + size);
  OPENSSL_free(kind);
  OPENSSL_free(header);
  OPENSSL_free(data);
  return der;
}

}  // namespace heirloom::testing

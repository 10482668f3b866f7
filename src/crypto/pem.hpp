// PEM files of certificates, and reading files at all.
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/result.hpp"

#include "base/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace heirloom::crypto {

/// BadBlock says what a certificate block that cannot be read means: the end, or nothing. A
/// system's bundle may hold certificates that this libcrypto does not understand.
enum class BadBlock : std::uint8_t { is_error, is_skipped };

/// CertificateUse says what a certificate is read for. To be judged it must be one that libcrypto
/// reads; to be shown it need only be built like one (walk_certificate).
enum class CertificateUse : std::uint8_t { judged, shown };

/// pem_certificates reads every CERTIFICATE block, in order. certificate_malformed for a bad block
/// if that is an error. The list may be empty.
[[nodiscard]] Result<CertificateChain> pem_certificates(
    std::string_view pem, BadBlock bad_block, CertificateUse use = CertificateUse::judged);

/// pem_chain is pem_certificates with certificate_malformed for a bad block and for none at all.
[[nodiscard]] Result<CertificateChain> pem_chain(std::string_view pem, CertificateUse use);

/// read_file reads a whole file, at most 64 MiB. file_unreadable, with name and reason as detail.
/// What it read is wiped, for it may be a private key.
[[nodiscard]] Result<SecretBytes> read_file(const std::string& path);

/// as_text looks at bytes as characters.
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// as_bytes looks at characters as bytes.
[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace heirloom::crypto

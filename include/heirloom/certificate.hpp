// Certificate: what a person or a policy wants to know of an X.509 certificate.
#pragma once

#include "heirloom/export.hpp"
#include "heirloom/result.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom {

/// CertificateDer is one certificate as it stands on the wire.
using CertificateDer = std::vector<std::uint8_t>;

/// CertificateChain is the sender's certificate first, then authorities upward (RFC 2246 §7.4.2).
using CertificateChain = std::vector<CertificateDer>;

/// PublicKeyAlgorithm: kea is the key exchange of FORTEZZA (RFC 3279 §2.3.4).
enum class PublicKeyAlgorithm : std::uint8_t { rsa, dsa, dh, ec, kea, other };

/// CertificateInfo describes a parsed certificate. Names are in RFC 2253 form, UTF-8, with control
/// characters escaped, so they can be printed.
struct CertificateInfo {
  std::string subject;
  std::string issuer;
  std::string serial;  ///< upper-case hexadecimal
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;
  PublicKeyAlgorithm key_algorithm = PublicKeyAlgorithm::other;
  std::size_t key_bits = 0;
  std::string signature_algorithm;        ///< "sha1WithRSAEncryption"
  std::vector<std::string> dns_names;     ///< subjectAltName; the common name if there is none
  std::vector<std::string> ip_addresses;  ///< subjectAltName, in text form
  bool is_self_signed = false;            ///< subject equals issuer and its own key verifies it
  bool is_authority = false;              ///< basicConstraints CA:TRUE
  std::array<std::uint8_t, 32> sha256_fingerprint{};  ///< of the DER encoding
};

/// describe_certificate parses one certificate. certificate_malformed if it is none.
[[nodiscard]] HEIRLOOM_EXPORT Result<CertificateInfo> describe_certificate(
    std::span<const std::uint8_t> der);

/// certificate_fingerprint is the SHA-256 of the DER encoding; it needs no parsing.
[[nodiscard]] HEIRLOOM_EXPORT std::array<std::uint8_t, 32> certificate_fingerprint(
    std::span<const std::uint8_t> der);

/// format_fingerprint gives "sha256:" and 64 lower-case hexadecimal digits.
[[nodiscard]] HEIRLOOM_EXPORT std::string format_fingerprint(
    std::span<const std::uint8_t, 32> fingerprint);

/// parse_fingerprint accepts what format_fingerprint gives, with or without the prefix, colons
/// between bytes and either case.
[[nodiscard]] HEIRLOOM_EXPORT Result<std::array<std::uint8_t, 32>> parse_fingerprint(
    std::string_view text);

/// certificate_matches_host applies RFC 6125 to the subjectAltName entries (DNS names with a
/// wildcard as the whole left-most label, and addresses), and to the common name only where there
/// is no subjectAltName of type DNS, as the devices of the time have it.
[[nodiscard]] HEIRLOOM_EXPORT bool certificate_matches_host(const CertificateInfo& certificate,
                                                            std::string_view host);

/// parse_pem_chain reads every CERTIFICATE block, in order. certificate_malformed if there is none
/// or one cannot be read.
[[nodiscard]] HEIRLOOM_EXPORT Result<CertificateChain> parse_pem_chain(std::string_view pem);

/// format_pem encodes one certificate.
[[nodiscard]] HEIRLOOM_EXPORT std::string format_pem(std::span<const std::uint8_t> der);

/// to_string gives "RSA", "DSA", "DH", "EC", "KEA" or "unknown".
[[nodiscard]] HEIRLOOM_EXPORT std::string_view to_string(PublicKeyAlgorithm algorithm) noexcept;

}  // namespace heirloom

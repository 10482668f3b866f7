// OCSP: whether a stapled response says that a certificate is good (RFC 6960 §3.2, RFC 6066 §8).
//
// The path of the certificate has been verified before, so its issuer is known. libcrypto reads the
// response and verifies its signature; who may sign, with what, and what counts as now is decided
// here: libcrypto would apply its security level, and take the time from the machine's clock.
#pragma once

#include "heirloom/certificate_rules.hpp"
#include "heirloom/result.hpp"

#include "base/bytes.hpp"
#include "crypto/library.hpp"

#include <chrono>

namespace heirloom::crypto {

/// OcspQuestion asks about a certificate and the issuer above it in the verified path.
struct OcspQuestion {
  X509* certificate = nullptr;
  X509* issuer = nullptr;
  ByteView response;
  std::chrono::system_clock::time_point now;
  const CertificateRules& rules;  ///< of the response's signature and the responder's certificate
};

/// check_ocsp_response succeeds if the response says good. certificate_revoked;
/// certificate_status_invalid, with the reason as detail, for everything else.
[[nodiscard]] Result<void> check_ocsp_response(const OcspQuestion& question);

/// check_own_response is the part of it that who has the certificate alone can ask: about it, of
/// now, and good. The key of the issuer is not known, so its name and the serial number must do.
[[nodiscard]] Result<void> check_own_response(const X509* certificate,
                                              ByteView response,
                                              std::chrono::system_clock::time_point now);

/// is_ocsp_answer is true for the DER of a response that holds an answer, whatever it says.
[[nodiscard]] bool is_ocsp_answer(ByteView der);

}  // namespace heirloom::crypto

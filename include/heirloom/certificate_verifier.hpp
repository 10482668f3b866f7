// CertificateVerifier: who judges the peer's certificate, and the judges that the library brings.
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/certificate_rules.hpp"
#include "heirloom/export.hpp"
#include "heirloom/pending.hpp"
#include "heirloom/result.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace heirloom {

/// CertificateQuestion is what a verifier is told. References are valid during the call only.
struct CertificateQuestion {
  enum class Role : std::uint8_t { server, client };

  const CertificateChain& chain;  ///< as the peer sent it, not empty
  Role role;                      ///< whose certificate it is
  std::string host;               ///< the name the application connected to; empty for a client's
  std::chrono::system_clock::time_point now;
  std::span<const std::uint8_t> ocsp_response =
      {};  ///< stapled by the server (RFC 6066 §8), or empty
};

/// CertificateAccepted is a verdict. verified_chain runs from the peer's certificate to the trust
/// anchor; a verifier that trusts without a path leaves it empty.
struct CertificateAccepted {
  CertificateChain verified_chain;
};

/// CertificateVerdict: accepted, or an error whose cause is one of the certificate_… causes.
using CertificateVerdict = Result<CertificateAccepted>;

/// CertificateVerifier may answer pending and be resolved later, for instance after asking a
/// person. One object may serve many connections on many threads.
class HEIRLOOM_EXPORT CertificateVerifier {
 public:
  CertificateVerifier() = default;
  CertificateVerifier(const CertificateVerifier&) = delete;
  CertificateVerifier& operator=(const CertificateVerifier&) = delete;
  virtual ~CertificateVerifier() = default;

  [[nodiscard]] virtual Pending<CertificateVerdict> verify(const CertificateQuestion& question) = 0;

  /// approves_resumption says whether a session may be resumed in which the peer has shown these
  /// certificates: asked before a client offers the session and before a server takes it up, with
  /// what verify was told then and the time of now. No is no error: a full handshake follows, and
  /// verify is asked about what the peer shows in it. The verifiers of the library judge as in
  /// verify: paths, dates, revocation lists, the stapled response of then. Unless overridden: yes
  /// if every certificate of the chain is within its dates.
  [[nodiscard]] virtual bool approves_resumption(const CertificateQuestion& question);
};

/// StapledStatus says what becomes of a server that staples no OCSP response.
enum class StapledStatus : std::uint8_t { optional, required };

/// TrustOptions configure verify_with_authorities.
///
/// A stapled OCSP response is always checked (RFC 6066 §8: the client must): it must be about the
/// certificate, signed by its issuer or by whom the issuer has let sign for it (id-kp-OCSPSigning,
/// RFC 6960 §4.2.2.2), be of now, and say good. A certificate that is itself one of the authorities
/// has no issuer here, and its response is not looked at.
struct TrustOptions {
  std::vector<CertificateDer> authorities = {};  ///< trust anchors; roots or intermediates
  /// revocation_lists are DER CRLs. If there are any, every certificate of a path below its anchor
  /// must be covered by one that is valid: what cannot be looked up is not accepted. Where there is
  /// none of a server certificate's issuer, a good stapled response says as much.
  std::vector<std::vector<std::uint8_t>> revocation_lists = {};
  /// stapled_status: `required` makes the lack of a response certificate_status_unknown. It takes
  /// Policy::extensions to have status_request, and there is none at SSL 3.0.
  StapledStatus stapled_status = StapledStatus::optional;
  bool check_host = true;       ///< compare the server's name with the question's host
  CertificateRules rules = {};  ///< sizes of keys, signatures and the order of the chain
};

/// verify_with_authorities builds a path to one of the given authorities and to nothing else; an
/// empty list trusts nobody (RFC 2246 D.3).
[[nodiscard]] HEIRLOOM_EXPORT std::shared_ptr<CertificateVerifier> verify_with_authorities(
    TrustOptions options);

/// verify_with_pin accepts exactly the certificates whose SHA-256 fingerprint is listed, whatever
/// else is wrong with them (expiry, MD5, small key, name): the pin is the trust. Anything else is
/// certificate_pin_mismatch.
[[nodiscard]] HEIRLOOM_EXPORT std::shared_ptr<CertificateVerifier> verify_with_pin(
    std::vector<std::array<std::uint8_t, 32>> fingerprints);

/// accept_any_certificate looks at nothing. Whoever sits on the wire can be the peer.
[[nodiscard]] HEIRLOOM_EXPORT std::shared_ptr<CertificateVerifier> accept_any_certificate();

/// load_pem_certificates reads the certificates of a PEM file for TrustOptions::authorities.
[[nodiscard]] HEIRLOOM_EXPORT Result<std::vector<CertificateDer>> load_pem_certificates(
    const std::string& file);

/// load_revocation_lists reads the CRLs of a file for TrustOptions::revocation_lists: one in DER,
/// or any number in PEM. file_unreadable; certificate_status_unknown if there is none that can be
/// read.
[[nodiscard]] HEIRLOOM_EXPORT Result<std::vector<std::vector<std::uint8_t>>> load_revocation_lists(
    const std::string& file);

/// load_system_authorities reads the operating system's trust store. Empty if there is none.
[[nodiscard]] HEIRLOOM_EXPORT std::vector<CertificateDer> load_system_authorities();

}  // namespace heirloom

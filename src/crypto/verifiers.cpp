// The judges that need no path: pins, and none at all; what a judge says of a resumption by
// default; and where trust anchors are read from.
#include "heirloom/certificate_verifier.hpp"

#include "base/try.hpp"
#include "crypto/pem.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace heirloom {

namespace {

class PinVerifier final : public CertificateVerifier {
 public:
  explicit PinVerifier(std::vector<std::array<std::uint8_t, 32>> fingerprints)
      : fingerprints_(std::move(fingerprints)) {}

  Pending<CertificateVerdict> verify(const CertificateQuestion& question) override {
    if (question.chain.empty()) {
      return CertificateVerdict(Cause::certificate_missing);
    }
    const auto fingerprint = certificate_fingerprint(question.chain.front());
    if (std::ranges::find(fingerprints_, fingerprint) != fingerprints_.end()) {
      return CertificateVerdict(CertificateAccepted{});
    }
    return CertificateVerdict(Error(Cause::certificate_pin_mismatch,
                                    "the certificate is " + format_fingerprint(fingerprint)));
  }

  [[nodiscard]] bool approves_resumption(const CertificateQuestion& question) override {
    return verify(question).answer().has_value();
  }

 private:
  std::vector<std::array<std::uint8_t, 32>> fingerprints_;
};

class AnyVerifier final : public CertificateVerifier {
 public:
  Pending<CertificateVerdict> verify(const CertificateQuestion& /*question*/) override {
    return CertificateVerdict(CertificateAccepted{});
  }

  [[nodiscard]] bool approves_resumption(const CertificateQuestion& /*question*/) override {
    return true;
  }
};

/// Where distributions keep all their authorities in one file.
constexpr std::array<const char*, 6> kSystemBundles{
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Arch, Gentoo, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",                             // SUSE
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // RHEL 7 and later
    "/etc/ssl/cert.pem",                                  // BSDs, macOS, Alpine
    "/usr/local/share/certs/ca-root-nss.crt",             // FreeBSD
};

std::vector<CertificateDer> read_bundle(const char* path) {
  const auto text = crypto::read_file(path);
  if (!text.has_value()) {
    return {};
  }
  auto chain =
      crypto::pem_certificates(crypto::as_text(text->expose()), crypto::BadBlock::is_skipped);
  return chain.has_value() ? std::move(chain).value() : std::vector<CertificateDer>{};
}

}  // namespace

bool CertificateVerifier::approves_resumption(const CertificateQuestion& question) {
  return std::ranges::all_of(question.chain, [&](const CertificateDer& der) {
    const auto info = describe_certificate(der);
    return info.has_value() && info->not_before <= question.now && question.now <= info->not_after;
  });
}

std::shared_ptr<CertificateVerifier> verify_with_pin(
    std::vector<std::array<std::uint8_t, 32>> fingerprints) {
  return std::make_shared<PinVerifier>(std::move(fingerprints));
}

std::shared_ptr<CertificateVerifier> accept_any_certificate() {
  return std::make_shared<AnyVerifier>();
}

Result<std::vector<CertificateDer>> load_pem_certificates(const std::string& file) {
  HEIRLOOM_TRY(const auto text, crypto::read_file(file));
  auto chain = parse_pem_chain(crypto::as_text(text.expose()));
  if (!chain.has_value()) {
    Error error = std::move(chain).error();
    error.detail = file + ": " + error.detail;
    return error;
  }
  return chain;
}

std::vector<CertificateDer> load_system_authorities() {
  // Who sets this variable means this file and no other, as with every program of OpenSSL.
  if (const char* path = std::getenv("SSL_CERT_FILE"); path != nullptr && *path != '\0') {
    return read_bundle(path);
  }
  for (const char* path : kSystemBundles) {
    auto authorities = read_bundle(path);
    if (!authorities.empty()) {
      return authorities;
    }
  }
  return {};
}

}  // namespace heirloom

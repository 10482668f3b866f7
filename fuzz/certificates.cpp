// certificates: what a peer shows as its certificate can be described and judged, or is refused.
#include "heirloom/certificate.hpp"
#include "heirloom/certificate_verifier.hpp"

#include "support/pair.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heirloom;
  const CertificateDer der(data, data + size);
  static const auto verifier = verify_with_authorities({});
  (void)describe_certificate(der);
  if (!der.empty()) {
    const CertificateChain chain{der};
    const CertificateQuestion question{
        chain, CertificateQuestion::Role::server, "old-box.example", testing::FixedClock().now()};
    auto verdict = verifier->verify(question);
    if (verdict.is_pending() || verdict.answer().has_value()) {
      std::abort();  // nobody is trusted
    }
  }
  return 0;
}

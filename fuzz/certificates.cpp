// certificates: what a peer shows as its certificate can be described and judged, or is refused,
// and so is a key of FORTEZZA in it.
#include "heirloom/certificate.hpp"
#include "heirloom/certificate_verifier.hpp"

#include "crypto/fortezza_certificate.hpp"
#include "support/pair.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heirloom;
  const CertificateDer der(data, data + size);
  static const auto verifier = verify_with_authorities({});
  (void)describe_certificate(der);
  const auto key = crypto::fortezza_certificate_key(der);
  if (key.has_value()) {
    const auto* kea = std::get_if<crypto::KeaPublicKey>(&key->key);
    const Bytes& value =
        kea != nullptr ? kea->public_value : std::get<crypto::MissiKey>(key->key).kea_value;
    if (value.empty() || value.size() > 128 || value[0] == 0) {
      std::abort();  // what every user of the key relies on
    }
  }
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

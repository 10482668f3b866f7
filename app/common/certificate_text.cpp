#include "common/certificate_text.hpp"

#include <array>
#include <ctime>

#include <nlohmann/json.hpp>

namespace heirloom::app {

std::string format_day(std::chrono::system_clock::time_point when) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  if (::gmtime_r(&seconds, &parts) == nullptr) {
    return "unknown";
  }
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
  return {text.data(), length};
}

nlohmann::ordered_json certificate_json(const CertificateDer& der) {
  nlohmann::ordered_json object;
  object["fingerprint"] = format_fingerprint(certificate_fingerprint(der));
  if (const auto certificate = describe_certificate(der)) {
    object["subject"] = certificate->subject;
    object["issuer"] = certificate->issuer;
    object["serial"] = certificate->serial;
    object["not_before"] = format_day(certificate->not_before);
    object["not_after"] = format_day(certificate->not_after);
    object["key"] = to_string(certificate->key_algorithm);
    object["key_bits"] = certificate->key_bits;
    object["signature"] = certificate->signature_algorithm;
    object["self_signed"] = certificate->is_self_signed;
    object["names"] = certificate->dns_names;
  }
  object["pem"] = format_pem(der);
  return object;
}

}  // namespace heirloom::app

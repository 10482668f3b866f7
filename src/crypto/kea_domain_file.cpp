// load_kea_domain and kea_domain_identifier: domains of KEA as files have them, which are the
// parameters of DSA (Dss-Parms, RFC 3279 §2.3.2).
#include "heirloom/config.hpp"

#include "base/try.hpp"
#include "crypto/kea.hpp"
#include "crypto/pem.hpp"

#include <string>

namespace heirloom {

namespace {

/// is_der: a file that begins like a SEQUENCE and not like any text.
bool is_der(ByteView content) {
  constexpr std::uint8_t kSequence = 0x30;
  constexpr std::uint8_t kLongLength = 0x80;
  return content.size() > 1 && content[0] == kSequence && content[1] >= kLongLength;
}

}  // namespace

Result<std::string> load_kea_domain(const std::string& file) {
  HEIRLOOM_TRY(const auto content, crypto::read_file(file));
  const auto domain = is_der(content.expose())
                          ? crypto::KeaDomain::parse_der(content.expose())
                          : crypto::KeaDomain::parse(crypto::as_text(content.expose()));
  if (!domain.has_value()) {
    return Error(Cause::config_invalid, file + ": " + domain.error().detail);
  }
  return domain->pem();
}

Result<std::array<std::uint8_t, 10>> kea_domain_identifier(std::string_view pem) {
  HEIRLOOM_TRY(const crypto::KeaDomain domain, crypto::KeaDomain::parse(pem));
  return domain.identifier();
}

}  // namespace heirloom

#include "check/suite_catalog.hpp"

#include "heirloom/cipher_suite.hpp"

#include "common/describe.hpp"

#include <algorithm>
#include <array>

#include <openssl/ssl.h>

namespace heirloom::app {

namespace {

constexpr std::size_t kBatch = 48;

bool has(std::string_view name, std::string_view part) {
  return name.find(part) != std::string_view::npos;
}

/// is_tls13 is true for suites that name no key exchange (RFC 8446 B.4).
bool is_tls13(const CatalogSuite& suite) {
  constexpr std::array kGost = {"KUZNYECHIK_MGM", "MAGMA_MGM"};  // RFC 9367
  return !has(suite.name, "_WITH_") ||
         std::ranges::any_of(kGost, [&](std::string_view part) { return has(suite.name, part); });
}

/// needs_tls12 is true for suites with a hash or a mode of RFC 5246 and later.
bool needs_tls12(const CatalogSuite& suite) {
  constexpr std::array kParts = {"_SHA256", "_SHA384", "_CCM", "_GCM", "_POLY1305", "_OMAC"};
  return std::ranges::any_of(kParts, [&](std::string_view part) { return has(suite.name, part); });
}

bool needs_shared_secret(const CatalogSuite& suite) {
  constexpr std::array kParts = {"PSK", "SRP", "KRB5", "ECCPWD", "ECJPAKE"};
  return std::ranges::any_of(kParts, [&](std::string_view part) { return has(suite.name, part); });
}

bool belongs_to(const CatalogSuite& suite, CheckVersion version) {
  switch (version) {
    case CheckVersion::ssl20:
      return false;  // has its own numbers, see sslv2.hpp
    case CheckVersion::ssl30:
    case CheckVersion::tls10:
    case CheckVersion::tls11:
      return !is_tls13(suite) && !needs_tls12(suite);
    case CheckVersion::tls12:
      return !is_tls13(suite);
    case CheckVersion::tls13:
      return is_tls13(suite);
  }
  return false;
}

void append_batches(std::vector<std::vector<std::uint16_t>>& batches,
                    const std::vector<std::uint16_t>& suites) {
  for (std::size_t at = 0; at < suites.size(); at += kBatch) {
    const auto first = suites.begin() + static_cast<std::ptrdiff_t>(at);
    const auto count = static_cast<std::ptrdiff_t>(std::min(kBatch, suites.size() - at));
    batches.emplace_back(first, first + count);
  }
}

}  // namespace

std::string_view suite_name(std::uint16_t id) noexcept {
  const auto catalog = suite_catalog();
  const auto found = std::ranges::lower_bound(catalog, id, {}, &CatalogSuite::id);
  return found != catalog.end() && found->id == id ? found->name : std::string_view();
}

std::string openssl_suite_name(std::uint16_t id) {
  const CipherSuite* const ours = find_cipher_suite(id);
  const std::string name(suite_name(id));
  // 0x001e is FORTEZZA's in SSL 3.0 alone; every server that is found with it means Kerberos.
  if (ours != nullptr && cipher_suite_name(*ours, ProtocolVersion::tls10) == name) {
    return std::string(ours->openssl_name);
  }
  const std::string theirs = name.empty() ? name : OPENSSL_cipher_name(name.c_str());
  return theirs == "(NONE)" ? "" : theirs;
}

std::string describe_offered_suite(std::uint16_t id) {
  const std::string_view name = suite_name(id);
  const std::string openssl = openssl_suite_name(id);
  return (name.empty() ? std::string("unknown suite") : std::string(name)) + " (" +
         (openssl.empty() ? "" : openssl + ", ") + format_hex16(id) + ")";
}

std::vector<std::vector<std::uint16_t>> suites_for(CheckVersion version) {
  std::vector<std::uint16_t> usual;
  std::vector<std::uint16_t> with_secret;
  for (const CatalogSuite& suite : suite_catalog()) {
    if (belongs_to(suite, version)) {
      (needs_shared_secret(suite) ? with_secret : usual).push_back(suite.id);
    }
  }
  std::vector<std::vector<std::uint16_t>> batches;
  append_batches(batches, usual);
  append_batches(batches, with_secret);
  return batches;
}

}  // namespace heirloom::app

#include "check/weakness.hpp"

#include "check/sslv2.hpp"
#include "check/suite_catalog.hpp"

#include <cstdio>

namespace heirloom::app {

namespace {

bool has(std::string_view name, std::string_view part) {
  return name.find(part) != std::string_view::npos;
}

bool is_cbc(std::string_view suite) {
  return has(suite, "_CBC");
}

bool is_null(CheckVersion /*version*/, std::string_view suite) {
  // The two suites of RFC 9150 have no cipher in their name.
  return has(suite, "_WITH_NULL") || suite == "TLS_SHA256_SHA256" || suite == "TLS_SHA384_SHA384";
}

bool is_anonymous(CheckVersion /*version*/, std::string_view suite) {
  return has(suite, "_anon_");
}

bool is_export(CheckVersion /*version*/, std::string_view suite) {
  return has(suite, "EXPORT");
}

bool is_single_des(CheckVersion /*version*/, std::string_view suite) {
  return has(suite, "_DES_CBC") || has(suite, "_DES40_") || has(suite, "_DES_64_");
}

bool is_rc4(CheckVersion /*version*/, std::string_view suite) {
  return has(suite, "RC4");
}

bool has_small_blocks(CheckVersion version, std::string_view suite) {
  return is_single_des(version, suite) || has(suite, "3DES") || has(suite, "_DES_192_") ||
         has(suite, "IDEA") || has(suite, "RC2") || has(suite, "28147") || has(suite, "MAGMA") ||
         has(suite, "WITH_FORTEZZA");
}

bool is_poodle(CheckVersion version, std::string_view suite) {
  return version == CheckVersion::ssl30 && is_cbc(suite);
}

bool is_beast(CheckVersion version, std::string_view suite) {
  const bool is_old = version == CheckVersion::ssl30 || version == CheckVersion::tls10;
  return is_old && is_cbc(suite);
}

bool is_lucky13(CheckVersion version, std::string_view suite) {
  return version >= CheckVersion::tls10 && is_cbc(suite);
}

bool has_no_forward_secrecy(CheckVersion /*version*/, std::string_view suite) {
  const bool names_exchange = has(suite, "_WITH_");
  return names_exchange && !has(suite, "DHE_") && !has(suite, "_anon_") && !has(suite, "SRP") &&
         !has(suite, "ECCPWD") && !has(suite, "ECJPAKE");
}

constexpr std::array<Weakness, 10> kWeaknesses = {{
    {"suite_null",
     "no encryption",
     Severity::critical,
     "",
     "everybody on the wire reads what passes",
     is_null},
    {"suite_anonymous",
     "no certificate",
     Severity::critical,
     "",
     "nothing proves who the box is: whoever sits on the wire can be it",
     is_anonymous},
    {"suite_export",
     "export grade",
     Severity::critical,
     "CVE-2015-0204 CVE-2015-4000",
     "keys of 40 or 56 bits are found by trying, and clients can be forced down to them (FREAK, "
     "Logjam)",
     is_export},
    {"suite_des",
     "single DES",
     Severity::high,
     "",
     "its 56-bit key is found within a day by searching all keys",
     is_single_des},
    {"suite_rc4",
     "RC4",
     Severity::high,
     "CVE-2013-2566 CVE-2015-2808",
     "its biases give up a cookie or password that is sent often enough; forbidden by RFC 7465",
     is_rc4},
    {"poodle",
     "POODLE",
     Severity::high,
     "CVE-2014-3566",
     "SSL 3.0 does not protect the padding of block ciphers, so somebody on the wire can read "
     "cookies byte by byte",
     is_poodle},
    {"sweet32",
     "SWEET32",
     Severity::medium,
     "CVE-2016-2183",
     "64-bit blocks repeat after some hundred gigabytes under one key and then give up plain text",
     has_small_blocks},
    {"beast",
     "BEAST",
     Severity::low,
     "CVE-2011-3389",
     "the IV of each record can be predicted; clients counter it by splitting records",
     is_beast},
    {"lucky13",
     "CBC with MAC-then-encrypt",
     Severity::low,
     "CVE-2013-0169",
     "an implementation whose timing depends on the padding gives up plain text (Lucky 13); the "
     "timing was not measured",
     is_lucky13},
    {"forward_secrecy",
     "no forward secrecy",
     Severity::low,
     "",
     "who gets the key of the box later can read what is recorded today",
     has_no_forward_secrecy},
}};

}  // namespace

std::span<const Weakness> weaknesses() noexcept {
  return kWeaknesses;
}

std::string_view any_suite_name(SuiteAt suite) noexcept {
  return suite.version == CheckVersion::ssl20 ? sslv2_suite_name(suite.id)
                                              : suite_name(static_cast<std::uint16_t>(suite.id));
}

std::string describe_any_suite(SuiteAt suite) {
  if (suite.version != CheckVersion::ssl20) {
    return describe_offered_suite(static_cast<std::uint16_t>(suite.id));
  }
  const std::string_view name = sslv2_suite_name(suite.id);
  std::array<char, 16> number{};
  static_cast<void>(std::snprintf(number.data(), number.size(), "0x%06x", suite.id));
  return (name.empty() ? std::string("unknown suite") : std::string(name)) + " (" + number.data() +
         ")";
}

Severity severity_of_suite(SuiteAt suite) {
  Severity worst = Severity::ok;
  for (const Weakness& weakness : kWeaknesses) {
    if (weakness.concerns(suite.version, any_suite_name(suite))) {
      worst = std::max(worst, weakness.severity);
    }
  }
  return worst;
}

std::vector<std::string> complaints_about(SuiteAt suite) {
  std::vector<std::string> titles;
  for (const Weakness& weakness : kWeaknesses) {
    if (weakness.concerns(suite.version, any_suite_name(suite))) {
      titles.emplace_back(weakness.title);
    }
  }
  return titles;
}

std::vector<std::string> cve_list(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace heirloom::app

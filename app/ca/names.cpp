#include "ca/names.hpp"

#include "ca/libcrypto.hpp"
#include "common/output.hpp"
#include "common/target.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

#include <openssl/asn1.h>

namespace heirloom::app {

namespace {

constexpr std::size_t kLongestCommonName = 64;  // ub-common-name, RFC 2459 appendix A
constexpr std::size_t kLongestHostName = 253;

using GeneralNamePtr = std::unique_ptr<GENERAL_NAME, LibcryptoDeleter<GENERAL_NAME_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, LibcryptoDeleter<GENERAL_NAMES_free>>;
using TextPtr = std::unique_ptr<ASN1_IA5STRING, LibcryptoDeleter<ASN1_STRING_free>>;

Failure wrong_name(const std::string& name, const std::string& why) {
  return {ExitCode::usage,
          "\"" + escape_text(name) + "\" cannot be a name in a certificate: " + why,
          "a host name, an address, or NAME@HOST",
          "ca_name"};
}

bool is_control(char letter) {
  return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
}

bool is_utf8(const std::string& text) {
  ASN1_STRING* copy = nullptr;
  const int type = ASN1_mbstring_copy(&copy,
                                      reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()),
                                      MBSTRING_UTF8,
                                      B_ASN1_UTF8STRING);
  ASN1_STRING_free(copy);
  return type >= 0;
}

bool is_host_letter(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-' || letter == '.' ||
         letter == '_' || letter == '*';
}

std::optional<AlternativeName> alternative_of(const std::string& name) {
  if (is_address(name)) {
    return AlternativeName{GEN_IPADD, name};
  }
  const std::size_t at = name.find('@');
  const std::string_view host = std::string_view(name).substr(at == std::string::npos ? 0 : at + 1);
  const bool is_host =
      !host.empty() && host.size() <= kLongestHostName && std::ranges::all_of(host, is_host_letter);
  if (!is_host || at == 0) {
    return std::nullopt;
  }
  if (at == std::string::npos) {
    return AlternativeName{GEN_DNS, name};
  }
  const bool is_plain = std::ranges::all_of(
      name, [](char letter) { return letter > ' ' && static_cast<unsigned char>(letter) < 0x7F; });
  return is_plain ? std::optional(AlternativeName{GEN_EMAIL, name}) : std::nullopt;
}

GeneralNamePtr encode(const AlternativeName& name) {
  GeneralNamePtr encoded(GENERAL_NAME_new());
  if (encoded == nullptr) {
    return nullptr;
  }
  if (name.kind == GEN_IPADD) {
    ASN1_OCTET_STRING* const address = a2i_IPADDRESS(name.text.c_str());
    if (address == nullptr) {
      return nullptr;
    }
    GENERAL_NAME_set0_value(encoded.get(), GEN_IPADD, address);
    return encoded;
  }
  TextPtr text(ASN1_IA5STRING_new());
  if (text == nullptr ||
      ASN1_STRING_set(text.get(), name.text.data(), static_cast<int>(name.text.size())) != 1) {
    return nullptr;
  }
  GENERAL_NAME_set0_value(encoded.get(), name.kind, text.release());
  return encoded;
}

}  // namespace

Outcome<CertificateNames> read_names(const std::vector<std::string>& typed) {
  CertificateNames names;
  for (const std::string& name : typed) {
    const bool is_first = &name == &typed.front();
    if (name.empty()) {
      return Failure{ExitCode::usage,
                     "a name in a certificate cannot be empty",
                     "a host name, an address, or NAME@HOST",
                     "ca_name"};
    }
    if (std::ranges::any_of(name, is_control) || !is_utf8(name)) {
      return wrong_name(name, "it has control characters or is no UTF-8");
    }
    if (is_first && name.size() > kLongestCommonName) {
      return wrong_name(name, "the first one may have 64 characters");
    }
    const auto alternative = alternative_of(name);
    if (alternative.has_value()) {
      names.alternatives.push_back(*alternative);
    } else if (!is_first) {
      return wrong_name(name,
                        "it is no host, address or mail address, as all but the first must be");
    }
  }
  names.common_name = typed.front();
  return names;
}

bool set_common_name(X509_NAME* name, const std::string& common_name) {
  // libcrypto copies the bytes; only its type for them is unsigned.
  const auto* const bytes = reinterpret_cast<const unsigned char*>(common_name.data());
  const int size = static_cast<int>(common_name.size());
  const bool is_printable = ASN1_PRINTABLE_type(bytes, size) == V_ASN1_PRINTABLESTRING;
  const int type = is_printable ? V_ASN1_PRINTABLESTRING : MBSTRING_UTF8;
  return X509_NAME_add_entry_by_txt(name, "CN", type, bytes, size, -1, 0) == 1;
}

bool add_alternative_names(X509* certificate, const std::vector<AlternativeName>& names) {
  if (names.empty()) {
    return true;
  }
  const GeneralNamesPtr encoded(sk_GENERAL_NAME_new_null());
  for (const AlternativeName& name : names) {
    GeneralNamePtr one = encode(name);
    if (encoded == nullptr || one == nullptr ||
        sk_GENERAL_NAME_push(encoded.get(), one.get()) <= 0) {
      return false;
    }
    static_cast<void>(one.release());  // the list's now
  }
  return X509_add1_ext_i2d(
             certificate, NID_subject_alt_name, encoded.get(), 0, X509V3_ADD_APPEND) == 1;
}

}  // namespace heirloom::app

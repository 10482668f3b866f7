// names: whom a certificate is for.
//
// The first name is the common name; all of them are alternative names (RFC 2459 §4.2.1.7), by
// what they look like: addresses, mail addresses, host names. A first name that is none of these,
// such as "A Client", is a common name only.
#pragma once

#include "common/failure.hpp"

#include <string>
#include <vector>

#include <openssl/x509.h>

namespace heirloom::app {

struct AlternativeName {
  int kind = 0;  ///< GEN_DNS, GEN_EMAIL, GEN_IPADD
  std::string text;
};

struct CertificateNames {
  std::string common_name;
  std::vector<AlternativeName> alternatives;
};

/// read_names sorts what was typed. ExitCode::usage with "ca_name" for a name that is empty, has
/// control characters, is longer than the 64 characters of a common name (the first), or is no name
/// of a host, mail box or address (the others).
[[nodiscard]] Outcome<CertificateNames> read_names(const std::vector<std::string>& typed);

/// set_common_name fills a subject: PrintableString if possible, which the oldest programs know,
/// otherwise UTF8String.
[[nodiscard]] bool set_common_name(X509_NAME* name, const std::string& common_name);

/// add_alternative_names adds the extension, unless there are none.
[[nodiscard]] bool add_alternative_names(X509* certificate,
                                         const std::vector<AlternativeName>& names);

}  // namespace heirloom::app

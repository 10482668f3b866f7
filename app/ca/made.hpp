// Made: what there is to say about a new key or certificate.
#pragma once

#include "ca/certificate_maker.hpp"
#include "common/output.hpp"

#include <string>
#include <vector>

namespace heirloom::app {

struct Made {
  struct Fact {
    std::string name;  ///< "not_before": for a person without the underscore
    std::string value;
  };

  std::vector<Fact> facts;
  std::vector<std::string> weak;  ///< clauses of weak_points
  std::vector<std::string> next;  ///< commands to type
};

/// add_key_facts says what the key is, and what is weak about it.
void add_key_facts(Made& made, const EVP_PKEY* key);

/// add_certificate_facts says what stands in the certificate (PEM), and what is weak about it. The
/// key of its issuer may be null if that is its own.
void add_certificate_facts(Made& made,
                           const CertificatePlan& plan,
                           const std::string& pem,
                           const EVP_PKEY* issuer_key);

/// quote_word is a word as a shell takes it.
[[nodiscard]] std::string quote_word(const std::string& word);

/// report prints a table and the next commands on standard output, and the weak points in one
/// sentence on standard error; in JSON one object on standard output.
void report(const Made& made, OutputFormat format);

}  // namespace heirloom::app

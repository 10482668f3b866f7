// A policy as text and as JSON, and what differs between two.
#pragma once

#include "heirloom/policy.hpp"

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace heirloom::app {

/// PolicyLine is one field as the library prints it: "min_dh_bits" and "768".
struct PolicyLine {
  std::string name;
  std::string value;
};

/// policy_lines takes the library's to_string(Policy) apart; its fields are the struct's.
[[nodiscard]] std::vector<PolicyLine> policy_lines(const Policy& policy);

/// policy_json has numbers as numbers and lists as arrays.
[[nodiscard]] nlohmann::ordered_json policy_json(const Policy& policy);

/// PolicyDifference says what `to` has otherwise than `from`.
struct PolicyDifference {
  struct Field {
    std::string name;
    std::string from;
    std::string to;
  };

  std::vector<Field> fields;         ///< but for the suites
  std::vector<std::string> removed;  ///< names of suites that only `from` has
  std::vector<std::string> added;    ///< names of suites that only `to` has
  bool has_other_order = false;      ///< those of both stand in another order
};

[[nodiscard]] PolicyDifference compare(const Policy& from, const Policy& to);

/// difference_text is one line for each, with "-" for `from` and "+" for `to`, as diff prints it;
/// empty if there is none.
[[nodiscard]] std::string difference_text(const PolicyDifference& difference);

[[nodiscard]] nlohmann::ordered_json difference_json(const PolicyDifference& difference);

}  // namespace heirloom::app

// weak_points: what is weak about a key or certificate of the period, in words.
#pragma once

#include "ca/certificate_maker.hpp"
#include "ca/key_maker.hpp"

#include <ctime>
#include <string>
#include <vector>

namespace heirloom::app {

/// weak_points_of a key or a plan are clauses without subject in front of them: "an RSA key of 512
/// bits is broken within hours". Empty: nothing is weak.
[[nodiscard]] std::vector<std::string> weak_points_of(const KeyFacts& key);
[[nodiscard]] std::vector<std::string> weak_points_of(const CertificatePlan& plan, std::time_t now);

/// weak_sentence joins the clauses: "Weak: one, two and three."
[[nodiscard]] std::string weak_sentence(const std::vector<std::string>& points);

}  // namespace heirloom::app

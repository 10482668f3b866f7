// What is said of a certificate wherever one is shown: its days, and its fields as JSON.
#pragma once

#include "heirloom/certificate.hpp"

#include <chrono>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace heirloom::app {

/// format_day gives "2026-01-31", UTC.
[[nodiscard]] std::string format_day(std::chrono::system_clock::time_point when);

/// certificate_json has the fingerprint and the PEM text always, the other fields if it can be
/// parsed.
[[nodiscard]] nlohmann::ordered_json certificate_json(const CertificateDer& der);

}  // namespace heirloom::app

// kea_options: the files of KEA domains for FORTEZZA, whose certificates name a domain without
// having it (RFC 3279 §2.3.4).
#pragma once

#include "common/failure.hpp"

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace heirloom::app {

/// add_kea_domain_option declares --kea-domain, which may be repeated.
void add_kea_domain_option(CLI::App& command, std::vector<std::string>& files);

/// load_kea_domains reads the files. What is in them is looked at when the configuration is built.
[[nodiscard]] Outcome<std::vector<std::string>> load_kea_domains(
    const std::vector<std::string>& files);

}  // namespace heirloom::app

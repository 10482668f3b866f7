#include "common/kea_options.hpp"

#include "common/files.hpp"

#include <utility>

#include <CLI/App.hpp>

namespace heirloom::app {

void add_kea_domain_option(CLI::App& command, std::vector<std::string>& files) {
  command
      .add_option("--kea-domain",
                  files,
                  "domain of FORTEZZA keys (PEM, DSA parameters); known without: RFC 5114 2.1")
      ->allow_extra_args(false)
      ->type_name("FILE")
      ->group("Protocol");
}

Outcome<std::vector<std::string>> load_kea_domains(const std::vector<std::string>& files) {
  std::vector<std::string> domains;
  for (const std::string& file : files) {
    auto text = read_file(file);
    if (!text) {
      return std::move(text).error();
    }
    domains.push_back(*std::move(text));
  }
  return domains;
}

}  // namespace heirloom::app

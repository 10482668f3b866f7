// PathOptions: the command-line options about a path of certificates to an authority, for every
// command that asks authorities.
#pragma once

#include "heirloom/certificate_verifier.hpp"
#include "heirloom/policy.hpp"

#include "common/failure.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace heirloom::app {

struct PathOptions {
  std::vector<std::string> revocation_files;  ///< --crl
  bool any_chain_order = false;               ///< --any-chain-order
  bool must_be_good = false;                  ///< --status, as client

  [[nodiscard]] bool empty() const noexcept {
    return revocation_files.empty() && !any_chain_order && !must_be_good;
  }
};

/// add_revocation_option declares --crl, under the name that the users of a command know.
void add_revocation_option(CLI::App& command,
                           PathOptions& options,
                           const std::string& name,
                           const std::string& group);

/// add_path_options declares --crl and --any-chain-order.
void add_path_options(CLI::App& command, PathOptions& options, const std::string& group);

/// build_trust gives the policy's rules and the lists; authorities are for the caller to add.
/// ExitCode::local for a file that cannot be read, usage for one without a list.
[[nodiscard]] Outcome<TrustOptions> build_trust(const PathOptions& options, const Policy& policy);

}  // namespace heirloom::app

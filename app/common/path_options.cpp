#include "common/path_options.hpp"

#include <utility>

#include <CLI/App.hpp>

namespace heirloom::app {

void add_revocation_option(CLI::App& command,
                           PathOptions& options,
                           const std::string& name,
                           const std::string& group) {
  command
      .add_option(name,
                  options.revocation_files,
                  "revocation lists (PEM or DER) of every authority in the path; may be repeated")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group(group);
}

void add_path_options(CLI::App& command, PathOptions& options, const std::string& group) {
  add_revocation_option(command, options, "--crl", group);
  command
      .add_flag("--any-chain-order",
                options.any_chain_order,
                "take certificates in a wrong order, or with others among them")
      ->group(group);
}

Outcome<TrustOptions> build_trust(const PathOptions& options, const Policy& policy) {
  TrustOptions trust;
  trust.rules = policy.certificates;
  if (options.any_chain_order) {
    trust.rules.chain_order = ChainOrder::any;
  }
  // Lists of every authority say as much as a stapled response.
  if (options.must_be_good && options.revocation_files.empty()) {
    trust.stapled_status = StapledStatus::required;
  }
  for (const std::string& file : options.revocation_files) {
    const auto lists = load_revocation_lists(file);
    if (!lists.has_value() && lists.error().cause == Cause::file_unreadable) {
      return Failure{ExitCode::local, "cannot read " + lists.error().detail, "", "file_unreadable"};
    }
    if (!lists.has_value()) {
      return Failure{ExitCode::usage,
                     file + " holds no revocation list that can be read",
                     "a file that `openssl crl -in FILE -noout -text` understands",
                     "revocation_list_invalid"};
    }
    trust.revocation_lists.insert(trust.revocation_lists.end(), lists->begin(), lists->end());
  }
  return trust;
}

}  // namespace heirloom::app

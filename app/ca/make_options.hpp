// MakeOptions: the options of `heirloom ca key`, `authority` and `leaf`, as typed.
#pragma once

#include "ca/certificate_maker.hpp"
#include "ca/key_plan.hpp"
#include "ca/new_files.hpp"
#include "ca/validity.hpp"
#include "common/output.hpp"

#include <optional>
#include <string>
#include <vector>

namespace heirloom::app {

struct MakeOptions {
  std::vector<std::string> names;  ///< of authority and leaf
  KeyWords key;
  std::string key_file;   ///< one that exists
  std::string authority;  ///< folder of the one above
  std::string hash = "sha1";
  CertificateVersion version = CertificateVersion::v3;
  std::string usage;      ///< of leaf; empty: server
  std::string key_usage;  ///< of leaf; empty: what the kind of key is for
  std::optional<int> path_length;
  DateWords dates;
  std::string output;
  Overwrite overwrite = Overwrite::no;
  OutputFormat format = OutputFormat::text;
};

}  // namespace heirloom::app

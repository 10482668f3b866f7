// Ground: everything that a certificate needs, read from the options and found to make sense before
// a key is made or a file is written.
#pragma once

#include "ca/certificate_maker.hpp"
#include "ca/make_options.hpp"
#include "ca/mint.hpp"
#include "ca/signer.hpp"
#include "common/failure.hpp"

#include <optional>

namespace heirloom::app {

struct Ground {
  CertificatePlan plan;          ///< without the key usage, which depends on the key
  std::optional<Signer> signer;  ///< none: the certificate is its own issuer
};

/// prepare reads the options for an authority, or for a leaf with any other usage. The failures of
/// load_signer, read_names and plan_validity; "ca_version1" for options that version 1 has no place
/// for, "ca_pathlen" for an authority below one that may have none, "ca_same_folder" for an output
/// that would replace the authority's own files.
[[nodiscard]] Outcome<Ground> prepare(const MakeOptions& options, CertificateUsage usage);

/// KeySource is where a key comes from: a plan, or a file that was read.
struct KeySource {
  KeyPlan plan;
  KeyPtr existing;
};

/// find_key reads the key of --key, or plans one. The failures of read_file and plan_key,
/// "ca_key_unreadable", "ca_key_options" for both at once.
[[nodiscard]] Outcome<KeySource> find_key(const MakeOptions& options);

/// take_key makes the key unless it exists.
[[nodiscard]] Outcome<KeyPtr> take_key(KeySource source);

}  // namespace heirloom::app

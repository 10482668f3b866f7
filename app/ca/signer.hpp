// Signer: the authority in a folder of `heirloom ca authority`, or of a person's own:
// certificate.pem and key.pem, and chain.pem for one that has others above it.
#pragma once

#include "ca/mint.hpp"
#include "ca/validity.hpp"
#include "common/failure.hpp"

#include <filesystem>
#include <string>

namespace heirloom::app {

struct Signer {
  KeyPtr key;
  CertificatePtr certificate;
  std::string chain_pem;  ///< its own certificate first, its root last
  std::string root_pem;   ///< what others have to trust
  Validity validity;
};

/// load_signer reads a folder. ExitCode::local with "ca_authority_missing" if there is nothing,
/// "file_unreadable", "ca_authority_unusable" if the files do not belong together or the
/// certificate is none of an authority.
[[nodiscard]] Outcome<Signer> load_signer(const std::filesystem::path& folder);

/// may_have_authority_below is false if a path length of 0 forbids it (RFC 2459 §4.2.1.10).
[[nodiscard]] bool may_have_authority_below(const Signer& signer);

/// SignerFiles are the names of the files in a folder.
struct SignerFiles {
  explicit SignerFiles(const std::filesystem::path& folder)
      : certificate(folder / "certificate.pem"),
        chain(folder / "chain.pem"),
        key(folder / "key.pem") {}

  std::filesystem::path certificate;
  std::filesystem::path chain;
  std::filesystem::path key;
};

}  // namespace heirloom::app

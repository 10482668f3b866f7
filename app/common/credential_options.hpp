// CredentialFiles: the command-line options for certificates of our own, and files of authorities.
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/credentials.hpp"

#include "common/failure.hpp"

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace heirloom::app {

/// CredentialFiles are --cert, --key and --pass-file. Of several, the first key belongs to the
/// first certificate, and so on.
struct CredentialFiles {
  std::vector<std::string> certificates;
  std::vector<std::string> keys;  ///< empty: each key stands in its certificate file
  std::string pass_file;          ///< one passphrase for all keys that have one
};

/// add_credential_options declares them.
void add_credential_options(CLI::App& command, CredentialFiles& files);

/// repeat_credential_options writes them for a next step: " --cert FILE --key FILE".
[[nodiscard]] std::string repeat_credential_options(const CredentialFiles& files);

/// key_file_of names the file with the key of a certificate.
[[nodiscard]] const std::string& key_file_of(const CredentialFiles& files, std::size_t index);

/// read_passphrase gives the first line of --pass-file, or nothing.
[[nodiscard]] Outcome<std::string> read_passphrase(const CredentialFiles& files);

/// load_credential_files reads and checks them, in their order. ExitCode::local for a file that
/// cannot be read, usage for contents that do not fit and for a number of keys that does not.
[[nodiscard]] Outcome<std::vector<Credentials>> load_credential_files(const CredentialFiles& files);

/// load_authorities reads a --cafile.
[[nodiscard]] Outcome<std::vector<CertificateDer>> load_authorities(const std::string& file);

}  // namespace heirloom::app

#include "common/credential_options.hpp"

#include "heirloom/certificate_verifier.hpp"

#include "common/command_text.hpp"
#include "common/files.hpp"

#include <utility>

#include <CLI/App.hpp>

namespace heirloom::app {

namespace {

/// reason_of leaves out that the configuration does not fit together: the sentence says it already.
std::string reason_of(const Error& error) {
  return error.cause == Cause::config_invalid ? error.detail : error.text();
}

Outcome<Credentials> load_one(const std::string& certificate,
                              const std::string& key,
                              const std::string& passphrase) {
  // Read first, so that the sentence is about the file if it is the file.
  for (const std::string& file : {certificate, key}) {
    if (auto text = read_file(file); !text) {
      return std::move(text).error();
    }
  }
  auto credentials = load_credentials(certificate, key, passphrase);
  if (!credentials) {
    const bool is_file = credentials.error().cause == Cause::file_unreadable;
    return Failure{is_file ? ExitCode::local : ExitCode::usage,
                   "the certificate " + certificate + " and the key " + key +
                       " cannot be used: " + reason_of(credentials.error()),
                   "openssl x509 -in " + shell_word(certificate) +
                       " -noout -text; --pass-file if the key "
                       "is encrypted",
                   std::string(credentials.error().name())};
  }
  return *std::move(credentials);
}

}  // namespace

void add_credential_options(CLI::App& command, CredentialFiles& files) {
  const std::string group = "Own certificate";
  command
      .add_option("--cert",
                  files.certificates,
                  "certificate chain (PEM), own one first; may be repeated for other kinds of key")
      ->allow_extra_args(false)
      ->type_name("FILE")
      ->group(group);
  command
      .add_option("--key",
                  files.keys,
                  "private key (PEM), one for each --cert; default: in the --cert file")
      ->allow_extra_args(false)
      ->type_name("FILE")
      ->group(group);
  command.add_option("--pass-file", files.pass_file, "file whose first line decrypts the keys")
      ->type_name("FILE")
      ->group(group);
}

std::string repeat_credential_options(const CredentialFiles& files) {
  std::string line;
  for (std::size_t i = 0; i < files.certificates.size(); ++i) {
    line += " --cert " + shell_word(files.certificates[i]);
    line += i < files.keys.size() ? " --key " + shell_word(files.keys[i]) : "";
  }
  return line;
}

const std::string& key_file_of(const CredentialFiles& files, std::size_t index) {
  return index < files.keys.size() ? files.keys[index] : files.certificates[index];
}

Outcome<std::string> read_passphrase(const CredentialFiles& files) {
  return files.pass_file.empty() ? Outcome<std::string>(std::string())
                                 : read_first_line(files.pass_file);
}

Outcome<std::vector<Credentials>> load_credential_files(const CredentialFiles& files) {
  if (!files.keys.empty() && files.keys.size() != files.certificates.size()) {
    return Failure{ExitCode::usage,
                   "--cert was given " + std::to_string(files.certificates.size()) + " and --key " +
                       std::to_string(files.keys.size()) +
                       " times: nobody can say which belongs to which",
                   "one --key FILE behind each --cert FILE, or none if the keys stand in the "
                   "certificate files",
                   "option_conflict"};
  }
  const auto passphrase = read_passphrase(files);
  if (!passphrase) {
    return passphrase.error();
  }
  std::vector<Credentials> all;
  for (std::size_t i = 0; i < files.certificates.size(); ++i) {
    auto one = load_one(files.certificates[i], key_file_of(files, i), *passphrase);
    if (!one) {
      return std::move(one).error();
    }
    all.push_back(*std::move(one));
  }
  return all;
}

Outcome<std::vector<CertificateDer>> load_authorities(const std::string& file) {
  if (auto text = read_file(file); !text) {
    return std::move(text).error();
  }
  auto authorities = load_pem_certificates(file);
  if (!authorities) {
    return Failure{ExitCode::usage,
                   file + " holds no certificate that can be read: " + authorities.error().text(),
                   "a PEM file with -----BEGIN CERTIFICATE-----",
                   std::string(authorities.error().name())};
  }
  return *std::move(authorities);
}

}  // namespace heirloom::app

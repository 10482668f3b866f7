#include "ca/ground.hpp"

#include "ca/key_maker.hpp"
#include "ca/made.hpp"
#include "common/files.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace heirloom::app {

namespace fs = std::filesystem;

namespace {

constexpr std::time_t kDay = 86400;
constexpr std::time_t kRootDays = 3650;

SignatureHash hash_of(const std::string& word) {
  return word == "md5"      ? SignatureHash::md5
         : word == "sha256" ? SignatureHash::sha256
                            : SignatureHash::sha1;
}

KeyForm form_of(const std::string& word) {
  return word == "kea"       ? KeyForm::kea
         : word == "kea-dss" ? KeyForm::kea_and_dss
                             : KeyForm::ordinary;
}

Outcome<bool> check_version(const MakeOptions& options) {
  std::string what;
  if (options.names.size() > 1) {
    what = "more than one name";
  } else if (!options.usage.empty()) {
    what = "--usage";
  } else if (!options.key_usage.empty()) {
    what = "--key-usage";
  } else if (options.path_length.has_value()) {
    what = "--pathlen";
  }
  if (options.version == CertificateVersion::v3 || what.empty()) {
    return true;
  }
  return Failure{ExitCode::usage,
                 "a certificate of version 1 has no extensions, so no place for " + what,
                 "the same without --v1",
                 "ca_version1"};
}

Failure none_below(const std::string& folder) {
  return {ExitCode::usage,
          "the authority in " + folder + " may have no other below it: its path length is 0",
          "heirloom ca authority NAME --pathlen 1 -o FOLDER",
          "ca_pathlen"};
}

Failure same_folder(const std::string& folder) {
  return {ExitCode::usage,
          folder + " is the folder of the authority, whose key would be lost",
          "-o with another folder",
          "ca_same_folder"};
}

/// add_signer loads the authority above, if there is to be one.
Outcome<Ground> add_signer(Ground ground, const MakeOptions& options) {
  if (options.authority.empty()) {
    return ground;
  }
  std::error_code error;
  if (fs::equivalent(options.authority, options.output, error)) {
    return same_folder(options.output);
  }
  Outcome<Signer> signer = load_signer(options.authority);
  if (!signer.has_value()) {
    return signer.error();
  }
  if (ground.plan.usage == CertificateUsage::authority && !may_have_authority_below(*signer)) {
    return none_below(options.authority);
  }
  ground.signer = *std::move(signer);
  return ground;
}

}  // namespace

Outcome<Ground> prepare(const MakeOptions& options, CertificateUsage usage) {
  if (const auto checked = check_version(options); !checked.has_value()) {
    return checked.error();
  }
  Outcome<CertificateNames> names = read_names(options.names);
  if (!names.has_value()) {
    return names.error();
  }
  Ground empty;
  empty.plan.version = options.version;
  empty.plan.hash = hash_of(options.hash);
  empty.plan.usage = usage;
  empty.plan.form = form_of(options.key.fortezza);
  empty.plan.names = *std::move(names);
  empty.plan.path_length = options.path_length;
  Outcome<Ground> ground = add_signer(std::move(empty), options);
  if (!ground.has_value()) {
    return ground;
  }
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  // A day of slack is for clocks that differ.
  const Validity otherwise = ground->signer.has_value()
                                 ? ground->signer->validity
                                 : Validity{now - kDay, now + kRootDays * kDay};
  const Outcome<Validity> validity = plan_validity(options.dates, otherwise, now);
  if (!validity.has_value()) {
    return validity.error();
  }
  ground->plan.validity = *validity;
  return ground;
}

Outcome<KeySource> find_key(const MakeOptions& options) {
  if (options.key_file.empty()) {
    const Outcome<KeyPlan> plan = plan_key(options.key);
    return plan.has_value() ? Outcome<KeySource>(KeySource{*plan, nullptr})
                            : Outcome<KeySource>(plan.error());
  }
  if (has_key_words(options.key)) {
    return Failure{ExitCode::usage,
                   "--key names a key that exists, so nothing else is to be said about its kind",
                   "--key alone, or only the options that describe a new key",
                   "ca_key_options"};
  }
  const Outcome<std::string> text = read_file(options.key_file);
  if (!text.has_value()) {
    return text.error();
  }
  KeyPtr key = key_from_pem(*text);
  if (key == nullptr || !facts_of(key.get()).has_value()) {
    return Failure{
        ExitCode::usage,
        options.key_file + " holds no RSA, DSA, DH or EC key that can be read without a passphrase",
        "openssl pkey -in " + quote_word(options.key_file) + " -noout -text",
        "ca_key_unreadable"};
  }
  return KeySource{{}, std::move(key)};
}

Outcome<KeyPtr> take_key(KeySource source) {
  return source.existing == nullptr ? generate_key(source.plan)
                                    : Outcome<KeyPtr>(std::move(source.existing));
}

}  // namespace heirloom::app

#include "ca/make_command.hpp"

#include "ca/make.hpp"

#include <memory>
#include <string>

#include <CLI/App.hpp>

namespace heirloom::app {

namespace {

using Action = Outcome<Made> (*)(const MakeOptions& options);
using Options = std::shared_ptr<MakeOptions>;

ExitCode run_maker(Action action, const MakeOptions& options) {
  const Outcome<Made> made = action(options);
  if (!made.has_value()) {
    print_failure(made.error(), options.format);
    return made.error().code;
  }
  report(*made, options.format);
  return ExitCode::ok;
}

void add_key_options(CLI::App& command, KeyWords& key) {
  const std::string group = "New key";
  command.add_option("--type", key.type, "kind of key; default: rsa")
      ->check(CLI::IsMember({"rsa", "dsa", "dh", "ec"}))
      ->group(group);
  command
      .add_option("--bits",
                  key.bits,
                  "size: RSA 512-4096 (default 2048), DSA 512-3072 (1024), DH 512-4096 (2048)")
      ->group(group);
  command.add_option("--subgroup", key.subgroup, "DSA: size of the subgroup: 160, 224 or 256")
      ->group(group);
  command.add_option("--curve", key.curve, "EC: its name; default: P-256")->group(group);
  command.add_option("--group", key.group, "DH: name of a group, or a file that holds one (PEM)")
      ->group(group);
  command
      .add_option(
          "--dh-oid", key.dh_oid, "DH: how certificates name the key; default: dhKeyAgreement")
      ->check(CLI::IsMember({"dhKeyAgreement", "dhpublicnumber"}))
      ->group(group);
}

void add_date_options(CLI::App& command, DateWords& dates) {
  const std::string group = "Dates";
  auto* const days = command.add_option("--days", dates.days, "valid for that many days")
                         ->check(CLI::Range(1, 3000000))
                         ->group(group);
  command.add_option("--from", dates.from, "first day: 1999-12-31, or 1999-12-31T12:00:00Z")
      ->group(group);
  command.add_option("--to", dates.to, "last day, in the same form")->excludes(days)->group(group);
}

void add_signature_options(CLI::App& command, const Options& options) {
  command.add_option("--hash", options->hash, "hash of the signature; default: sha1")
      ->check(CLI::IsMember({"md5", "sha1", "sha256"}));
  auto* const first = command.add_flag_callback(
      "--v1", [options] { options->version = CertificateVersion::v1; }, "X.509 version 1");
  command
      .add_flag_callback(
          "--v3",
          [options] { options->version = CertificateVersion::v3; },
          "X.509 version 3, with extensions (default)")
      ->excludes(first);
  command.add_option("--key", options->key_file, "private key that exists (PEM), not a new one")
      ->type_name("FILE");
}

void add_output_options(CLI::App& command, const Options& options, const std::string& what) {
  command.add_option("-o,--output", options->output, what)->required();
  command.add_flag_callback(
      "--force", [options] { options->overwrite = Overwrite::yes; }, "replace what is there");
  command.add_flag_callback(
      "--json", [options] { options->format = OutputFormat::json; }, "one object");
}

/// add declares a command, and what it does.
CLI::App& add(CLI::App& ca,
              Context& context,
              const std::string& name,
              const std::string& what,
              Action action,
              const Options& options) {
  CLI::App* const command = ca.add_subcommand(name, what);
  command->callback([&context, action, options] {
    context.run = [action, options] { return run_maker(action, *options); };
  });
  return *command;
}

void add_authority(CLI::App& ca, Context& context) {
  const auto options = std::make_shared<MakeOptions>();
  CLI::App& command = add(ca,
                          context,
                          "authority",
                          "make an authority: its key, and its certificate",
                          make_authority_folder,
                          options);
  command.add_option("name", options->names, "its name")->required()->expected(1);
  command.add_option("--authority", options->authority, "folder of the one above; none: a root");
  command.add_option("--pathlen", options->path_length, "how many authorities may follow below it")
      ->check(CLI::Range(0, 100));
  add_signature_options(command, options);
  add_key_options(command, options->key);
  add_date_options(command, options->dates);
  add_output_options(command, options, "folder for certificate.pem, chain.pem and key.pem");
}

void add_leaf(CLI::App& ca, Context& context) {
  const auto options = std::make_shared<MakeOptions>();
  CLI::App& command = add(ca,
                          context,
                          "leaf",
                          "make a certificate for a server or a client",
                          make_leaf_folder,
                          options);
  command.add_option("name", options->names, "host names and addresses, or a client's name")
      ->required();
  command.add_option("--authority", options->authority, "folder of the authority that signs")
      ->required();
  command.add_option("--usage", options->usage, "what it is for; default: server")
      ->check(CLI::IsMember({"server", "client", "both"}));
  command.add_option("--key-usage",
                     options->key_usage,
                     "words of X.509 with commas, or none; default: what the kind of key can do");
  command
      .add_option("--fortezza",
                  options->key.fortezza,
                  "show the key as FORTEZZA does: for KEA, or one for KEA and DSS")
      ->check(CLI::IsMember({"kea", "kea-dss"}));
  add_signature_options(command, options);
  add_key_options(command, options->key);
  add_date_options(command, options->dates);
  add_output_options(command, options, "folder for chain.pem, key.pem and root.pem");
}

}  // namespace

void add_ca_makers(CLI::App& ca, Context& context) {
  const auto options = std::make_shared<MakeOptions>();
  CLI::App& key = add(ca, context, "key", "make a private key", make_key_file, options);
  add_key_options(key, options->key);
  add_output_options(key, options, "file for the key (PEM, mode 0600)");
  add_authority(ca, context);
  add_leaf(ca, context);
}

}  // namespace heirloom::app

// heirloom ca: shows and removes the authority that `reach --tls` makes for its certificates, and
// makes keys, authorities and certificates of the period (make_command).
#include "heirloom/certificate.hpp"

#include "ca/authority.hpp"
#include "ca/make_command.hpp"
#include "commands.hpp"
#include "pins/pin.hpp"

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

namespace heirloom::app {

namespace {

struct CaOptions {
  bool pem = false;
  OutputFormat format = OutputFormat::text;
};

constexpr std::string_view kNames = "localhost, *.localhost, 127.0.0.0/8, ::1";

std::string date(std::chrono::system_clock::time_point time) {
  return format_utc(std::chrono::system_clock::to_time_t(time));
}

void print_out(const std::string& text) {
  static_cast<void>(std::fputs(text.c_str(), stdout));
}

void print_json(const LocalAuthority& authority,
                const CertificateInfo& info,
                const std::string& fingerprint) {
  nlohmann::ordered_json object{{"certificate", authority.certificate_file().string()},
                                {"key", authority.key_file().string()},
                                {"fingerprint", fingerprint},
                                {"subject", info.subject},
                                {"not_before", date(info.not_before)},
                                {"not_after", date(info.not_after)},
                                {"names", kNames},
                                {"pem", authority.certificate_pem()}};
  print_out(object.dump() + "\n");
}

void print_text(const LocalAuthority& authority,
                const CertificateInfo& info,
                const std::string& fingerprint) {
  const std::string file = authority.certificate_file().string();
  print_out("certificate  " + file + "\nkey          " + authority.key_file().string() +
            " (keep it private)\nfingerprint  " + fingerprint + "\nsubject      " +
            escape_text(info.subject) + "\nvalid        " + date(info.not_before).substr(0, 10) +
            " to " + date(info.not_after).substr(0, 10) + "\nvouches for  " + std::string(kNames) +
            "; for nothing else\n\nWhere it is to be trusted:\n");
  print_out(
      "  Firefox   Settings, Privacy & Security, View Certificates, Authorities, Import;\n"
      "            tick \"identify websites\"\n"
      "  Chrome    Settings, Privacy and security, Security, Manage certificates, or\n"
      "            certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n heirloom -i " +
      file + "\n  curl      curl --cacert " + file + " URL\n  Debian    sudo cp " + file +
      " /usr/local/share/ca-certificates/heirloom.crt\n"
      "            sudo update-ca-certificates\n");
}

Outcome<bool> show(const CaOptions& options, const std::filesystem::path& folder) {
  const Outcome<LocalAuthority> authority = LocalAuthority::load(folder);
  if (!authority.has_value()) {
    return authority.error();
  }
  if (options.pem) {
    print_out(authority->certificate_pem());
    return true;
  }
  const auto chain = parse_pem_chain(authority->certificate_pem());
  const auto info = chain.has_value() ? describe_certificate(chain->front())
                                      : Result<CertificateInfo>(chain.error());
  if (!info.has_value()) {
    return Failure{ExitCode::internal, info.error().text(), "", "ca_minting"};
  }
  const std::string fingerprint = format_fingerprint(certificate_fingerprint(chain->front()));
  if (options.format == OutputFormat::json) {
    print_json(*authority, *info, fingerprint);
  } else {
    print_text(*authority, *info, fingerprint);
  }
  return true;
}

Outcome<bool> remove_authority(const CaOptions& /*options*/, const std::filesystem::path& folder) {
  Outcome<bool> removed = LocalAuthority::remove(folder);
  if (removed.has_value()) {
    print_line("The local authority in " + folder.string() +
               " is gone. Remove it from the browsers that were told to trust it, too.");
  }
  return removed;
}

using Action = Outcome<bool> (*)(const CaOptions& options, const std::filesystem::path& folder);

ExitCode run_ca(Action action, const CaOptions& options) {
  const Outcome<std::filesystem::path> folder = LocalAuthority::default_folder();
  const Outcome<bool> done =
      folder.has_value() ? action(options, *folder) : Outcome<bool>(folder.error());
  if (done.has_value()) {
    return ExitCode::ok;
  }
  print_failure(done.error(), options.format);
  return done.error().code;
}

/// Listed says whether options stand in the help: those of `ca` alone are the same as of `show`.
enum class Listed : std::uint8_t { no, yes };

void add_show_options(CLI::App& command, const std::shared_ptr<CaOptions>& options, Listed listed) {
  const std::string group = listed == Listed::yes ? "Options" : "";
  command.add_flag("--pem", options->pem, "print the certificate itself")->group(group);
  command
      .add_flag_callback(
          "--json", [options] { options->format = OutputFormat::json; }, "one object")
      ->group(group);
}

}  // namespace

void add_ca(CLI::App& root, Context& context) {
  auto options = std::make_shared<CaOptions>();
  CLI::App* const command = root.add_subcommand(
      "ca", "make keys and certificates of the period; alone: the authority of reach --tls");
  command->require_subcommand(0, 1);
  const auto run = [&context, options](Action action) {
    return [&context, options, action] {
      context.run = [options, action] { return run_ca(action, *options); };
    };
  };
  CLI::App* const shown = command->add_subcommand("show", "the authority behind reach --tls");
  add_show_options(*shown, options, Listed::yes);
  shown->callback(run(show));
  command->add_subcommand("remove", "remove the authority behind reach --tls")
      ->callback(run(remove_authority));
  add_ca_makers(*command, context);
  // Alone it is `ca show`.
  add_show_options(*command, options, Listed::no);
  command->callback([command, alone = run(show)] {
    if (command->get_subcommands().empty()) {
      alone();
    }
  });
}

}  // namespace heirloom::app

// heirloom connect: standard input and output to a peer, like openssl s_client.
//
// After the end of standard input it keeps reading until the peer closes; the protocol has no
// half-close (RFC 2246 §7.2.1: who receives close_notify answers it and discards what it still
// meant to send), so close_notify is sent last. What the peer says goes to standard output,
// everything else to standard error.
#include "commands.hpp"
#include "common/kea_options.hpp"
#include "connect/options.hpp"
#include "connect/run.hpp"
#include "starttls/start_tls.hpp"

#include <memory>
#include <string>

#include <CLI/App.hpp>

namespace heirloom::app {

namespace {

void add_identity_options(CLI::App& command, ConnectOptions& options) {
  const std::string group = "Who the peer is (default: the system's authorities)";
  command.add_option("--pin", options.pins, "accept exactly this certificate: sha256:HEX")
      ->allow_extra_args(false)
      ->group(group);
  command.add_option("--cafile", options.authorities, "trust these authorities (PEM)")
      ->group(group);
  add_path_options(command, options.path, group);
  command
      .add_flag("--status",
                options.path.must_be_good,
                "ask for a stapled OCSP response; without --crl there must be one")
      ->group(group);
  command.add_flag("--insecure", options.insecure, "accept anybody")->group(group);
  command.add_option("--sni", options.server_name, "name to ask for and to verify")->group(group);
  command.add_flag("--no-sni", options.no_server_name, "do not send the name")->group(group);
}

void add_display_options(CLI::App& command, ConnectOptions& options) {
  const std::string group = "What is shown, on standard error";
  command.add_flag("--messages", options.show_messages, "every handshake message and alert")
      ->group(group);
  command.add_flag("--showcerts", options.show_certificates, "the certificates, as PEM")
      ->group(group);
  command
      .add_flag_callback(
          "--json", [&options] { options.format = OutputFormat::json; }, "one object per line")
      ->group(group);
}

}  // namespace

void add_connect(CLI::App& root, Context& context) {
  auto options = std::make_shared<ConnectOptions>();
  CLI::App* const command =
      root.add_subcommand("connect", "standard input and output to a peer, like s_client");
  command->add_option("target", options->target, "HOST[:PORT], [v6]:PORT or a URL")->required();
  command->add_option("--timeout", options->timeout, "seconds for TCP, and again for the handshake")
      ->check(CLI::Range(0.001, 86400.0));
  command->add_flag_callback(
      "-4", [options] { options->family = AddressFamily::ipv4; }, "IPv4 only");
  command->add_flag_callback(
      "-6", [options] { options->family = AddressFamily::ipv6; }, "IPv6 only");
  command
      ->add_option("--starttls", options->start_tls, "begin in plain text, as this protocol does")
      ->check(CLI::IsMember(start_tls_words()));
  command->add_option("--own-name", options->own_name, "how SMTP's EHLO calls this machine");
  command->add_flag("--crlf", options->crlf, "line ends of standard input become CR LF");
  add_protocol_options(*command, options->protocol);
  add_kea_domain_option(*command, options->kea_domain_files);
  add_sslv2_hello_option(*command, options->protocol);
  command
      ->add_flag("--fallback-scsv",
                 options->fallback_signal,
                 "say that this is a retry at a lower version (RFC 7507)")
      ->group("Protocol");
  SessionOptions& session = options->protocol.session;
  add_alpn_option(*command, session);
  add_tickets_option(*command, session);
  add_resume_option(*command, session);
  add_session_file_options(*command, session);
  add_renegotiate_option(*command, session, "negotiate again, once, after the handshake");
  add_identity_options(*command, *options);
  add_credential_options(*command, options->credentials);
  add_display_options(*command, *options);
  command->callback([&context, options] {
    context.run = [&context, options] { return run_connect(*options, context); };
  });
}

}  // namespace heirloom::app

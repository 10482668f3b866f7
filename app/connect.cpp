// heirloom connect: standard input and output to a peer, like openssl s_client.
//
// After the end of standard input it keeps reading until the peer closes; the protocol has no
// half-close (RFC 2246 §7.2.1: who receives close_notify answers it and discards what it still
// meant to send), so close_notify is sent last. What the peer says goes to standard output,
// everything else to standard error.
#include "heirloom/config.hpp"

#include "commands.hpp"
#include "common/command_text.hpp"
#include "common/credential_options.hpp"
#include "common/describe.hpp"
#include "common/explain.hpp"
#include "common/fd_stream.hpp"
#include "common/heirloom_stream.hpp"
#include "common/line_ends.hpp"
#include "common/option_words.hpp"
#include "common/path_options.hpp"
#include "common/protocol_options.hpp"
#include "common/relay.hpp"
#include "common/session_display.hpp"
#include "starttls/start_tls.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <unistd.h>

namespace heirloom::app {

namespace {

constexpr std::uint16_t kDefaultPort = 443;

struct ConnectOptions {
  std::string target;
  std::string start_tls;  ///< a word of start_tls_words; empty: TLS from the first byte
  std::string own_name = "localhost";
  ProtocolOptions protocol;
  CredentialFiles credentials;
  std::string server_name;
  bool no_server_name = false;
  bool fallback_signal = false;
  std::string authorities;
  PathOptions path;
  std::vector<std::string> pins;
  bool insecure = false;
  AddressFamily family = AddressFamily::any;
  double timeout = 10;  ///< seconds, for TCP and again for the handshake
  bool crlf = false;    ///< line ends of standard input become CR LF
  bool show_messages = false;
  bool show_certificates = false;
  OutputFormat format = OutputFormat::text;
};

/// command_for_anybody repeats the command as far as a next step may build on it, without what says
/// who the peer may be.
std::string command_for_anybody(const ConnectOptions& options) {
  std::string line = "heirloom connect " + shell_word(options.target);
  const auto add = [&line](const std::string& name, const std::string& value) {
    line += value.empty() ? "" : " " + name + " " + shell_word(value);
  };
  add("--starttls", options.start_tls);
  add("--sni", options.server_name);
  line += options.no_server_name ? " --no-sni" : "";
  return line + repeat_credential_options(options.credentials) + option_words(options.protocol);
}

/// judge_words repeats what says who the peer may be.
std::string judge_words(const ConnectOptions& options) {
  std::string words = options.insecure ? " --insecure" : "";
  const auto add = [&words](const std::string& name, const std::string& value) {
    words += value.empty() ? "" : " " + name + " " + shell_word(value);
  };
  add("--cafile", options.authorities);
  for (const std::string& file : options.path.revocation_files) {
    add("--crl", file);
  }
  for (const std::string& pin : options.pins) {
    add("--pin", pin);
  }
  words += options.path.must_be_good ? " --status" : "";
  return words + (options.path.any_chain_order ? " --any-chain-order" : "");
}

std::string simpler_hello(const ConnectOptions& options) {
  if (!options.protocol.no_extensions) {
    return "--no-extensions";
  }
  return options.protocol.max.empty() ? "--max ssl3" : "";
}

Outcome<std::shared_ptr<CertificateVerifier>> make_verifier(const ConnectOptions& options,
                                                            const Policy& policy) {
  const int ways = (options.insecure ? 1 : 0) + (options.pins.empty() ? 0 : 1) +
                   (options.authorities.empty() ? 0 : 1);
  if (ways > 1) {
    return Failure{ExitCode::usage,
                   "--pin, --cafile and --insecure are three ways to judge one certificate",
                   "only one of them",
                   "option_conflict"};
  }
  if (!options.path.empty() && (options.insecure || !options.pins.empty())) {
    return Failure{ExitCode::usage,
                   "--crl, --status and --any-chain-order are about authorities, which --pin and "
                   "--insecure do not ask",
                   "the same without --pin and --insecure",
                   "option_conflict"};
  }
  if (options.insecure) {
    return accept_any_certificate();
  }
  if (!options.pins.empty()) {
    std::vector<std::array<std::uint8_t, 32>> fingerprints;
    for (const std::string& pin : options.pins) {
      const auto fingerprint = parse_fingerprint(pin);
      if (!fingerprint) {
        return Failure{ExitCode::usage,
                       "\"" + escape_text(pin) + "\" is no SHA-256 fingerprint",
                       "--pin sha256: and 64 hexadecimal digits",
                       "pin_invalid"};
      }
      fingerprints.push_back(*fingerprint);
    }
    return verify_with_pin(std::move(fingerprints));
  }
  Outcome<TrustOptions> trust = build_trust(options.path, policy);
  if (!trust) {
    return std::move(trust).error();
  }
  if (options.authorities.empty()) {
    trust->authorities = load_system_authorities();
    return verify_with_authorities(*std::move(trust));
  }
  auto authorities = load_authorities(options.authorities);
  if (!authorities) {
    return std::move(authorities).error();
  }
  trust->authorities = *std::move(authorities);
  return verify_with_authorities(*std::move(trust));
}

Outcome<std::shared_ptr<const ClientConfig>> make_config(const ConnectOptions& options) {
  ClientOptions client;
  auto policy = build_policy(options.protocol);
  if (!policy) {
    return std::move(policy).error();
  }
  client.policy = *std::move(policy);
  if (options.no_server_name) {
    client.policy.extensions.remove(Extension::server_name);
  }
  if (options.path.must_be_good && !options.protocol.no_extensions) {
    client.policy.extensions.add(Extension::status_request);
  }
  if (options.fallback_signal) {
    client.policy.fallback = SignalFallback::on;
  }
  auto verifier = make_verifier(options, client.policy);
  if (!verifier) {
    return std::move(verifier).error();
  }
  client.verifier = *std::move(verifier);
  auto key_log = open_requested_key_log(options.protocol);
  if (!key_log) {
    return std::move(key_log).error();
  }
  client.key_log = *std::move(key_log);
  auto credentials = load_credential_files(options.credentials);
  if (!credentials) {
    return std::move(credentials).error();
  }
  client.credentials = *std::move(credentials);
  client.trace = options.show_messages ? Trace::messages : Trace::off;
  auto config = ClientConfig::build(std::move(client));
  if (!config) {
    return Failure{ExitCode::usage,
                   "these options do not fit together: " + config.error().text(),
                   "heirloom connect --help",
                   std::string(config.error().name())};
  }
  return *std::move(config);
}

/// Ending is how the data phase ended; no failure means cleanly.
struct Ending {
  RelayReport report;
  std::optional<Failure> failure;
};

Ending exchange(HeirloomStream& stream,
                const StopSignal& stop,
                const Attempt& attempt,
                const ConnectOptions& options) {
  FdStream descriptors(STDIN_FILENO, STDOUT_FILENO);
  NetworkLineEnds converted(descriptors);
  Stream& standard = options.crlf ? static_cast<Stream&>(converted) : descriptors;
  RelayOptions relay_options;
  relay_options.idle_timeout = std::chrono::hours(24 * 365);
  relay_options.at_end_of_first = RelayOptions::AtEndOfFirst::keep_second_open;
  relay_options.at_end_of_second = RelayOptions::AtEndOfSecond::stop;
  relay_options.stop = &stop;
  Ending ending{relay(standard, stream, relay_options), std::nullopt};
  const RelayReport& report = ending.report;
  if (report.end == RelayReport::End::first_failed) {
    ending.failure = Failure{ExitCode::local,
                             "cannot use standard input or output: " + report.reason,
                             "",
                             "standard_stream"};
  } else if (stream.connection().error() != nullptr) {
    ending.failure = explain_error(*stream.connection().error(), attempt);
  } else if (report.end == RelayReport::End::second_failed) {
    ending.failure = Failure{ExitCode::handshake,
                             attempt.target + " broke the connection off: " + report.reason,
                             "",
                             "reset"};
  }
  static_cast<void>(stream.finish_writing(in(std::chrono::seconds(2))));
  return ending;
}

ExitCode fail(const Failure& failure, OutputFormat format) {
  print_failure(failure, format);
  return failure.code;
}

/// begin_tls asks the server for TLS, if it has to be asked.
Outcome<bool> begin_tls(TcpStream& transport,
                        const HostPort& where,
                        const ConnectOptions& options,
                        Deadline deadline) {
  const auto protocol = parse_start_tls_protocol(options.start_tls);
  if (!protocol.has_value()) {
    return true;
  }
  const std::string host = options.server_name.empty() ? where.host : options.server_name;
  return start_tls(transport, {*protocol, to_string(where), host, options.own_name}, deadline);
}

bool is_certificate_request(const Event& event) {
  return event.kind == Event::Kind::handshake_message &&
         event.handshake_type == HandshakeType::certificate_request;
}

Attempt describe_attempt(const ConnectOptions& options,
                         const HostPort& where,
                         const ConnectionInfo& info) {
  Attempt attempt;
  attempt.target = to_string(where);
  attempt.anybody = command_for_anybody(options);
  attempt.command = attempt.anybody + judge_words(options);
  attempt.simpler = simpler_hello(options);
  attempt.peer_chain = info.peer_chain;
  attempt.peer_key_bits = info.peer_key_bits;
  attempt.has_shown_certificate = !info.own_chain.empty();
  return attempt;
}

ExitCode run_connect(const ConnectOptions& options, const Context& context) {
  const auto protocol = parse_start_tls_protocol(options.start_tls);
  auto where = parse_target(options.target, protocol ? start_tls_port(*protocol) : kDefaultPort);
  if (!where) {
    return fail(where.error(), options.format);
  }
  auto config = make_config(options);
  if (!config) {
    return fail(config.error(), options.format);
  }
  const auto timeout = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));
  auto transport = connect_tcp(*where, options.family, in(timeout));
  if (!transport) {
    return fail(transport.error(), options.format);
  }
  const Outcome<bool> begun = begin_tls(**transport, *where, options, in(timeout));
  if (!begun) {
    return fail(begun.error(), options.format);
  }
  StopSignal stop;
  stop_on_signals(stop);
  SessionDisplay display({to_string(*where),
                          options.format,
                          context.verbosity,
                          options.show_messages,
                          options.show_certificates});
  const PeerName peer{options.server_name.empty() ? where->host : options.server_name};
  bool certificate_was_wanted = false;
  HeirloomStream stream(*std::move(transport),
                        Connection::client(*config, peer),
                        [&](const Event& event, const Connection& connection) {
                          certificate_was_wanted |= is_certificate_request(event);
                          display.show_event(event, connection.info());
                        });
  const HandshakeReport report = stream.handshake(in(timeout), &stop);
  Attempt attempt = describe_attempt(options, *where, stream.connection().info());
  attempt.certificate_was_wanted = certificate_was_wanted;
  if (report.end == HandshakeReport::End::stopped) {
    stream.connection().cancel();
    static_cast<void>(stream.write({}, in(std::chrono::seconds(1))));
    return ExitCode::ok;
  }
  if (report.end != HandshakeReport::End::complete) {
    return fail(explain_handshake(report, attempt), options.format);
  }
  display.show_summary(stream.connection().info());
  const Ending ending = exchange(stream, stop, attempt, options);
  display.show_end(ending.report.first_to_second, ending.report.second_to_first);
  return ending.failure.has_value() ? fail(*ending.failure, options.format) : ExitCode::ok;
}

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
  add_sslv2_hello_option(*command, options->protocol);
  command
      ->add_flag("--fallback-scsv",
                 options->fallback_signal,
                 "say that this is a retry at a lower version (RFC 7507)")
      ->group("Protocol");
  add_identity_options(*command, *options);
  add_credential_options(*command, options->credentials);
  add_display_options(*command, *options);
  command->callback([&context, options] {
    context.run = [&context, options] { return run_connect(*options, context); };
  });
}

}  // namespace heirloom::app

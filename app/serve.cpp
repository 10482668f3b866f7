// heirloom serve: terminates SSL 3.0 and TLS 1.0 for clients that know nothing newer, in front of a
// plain back end, a test page or an echo.
#include "heirloom/certificate_verifier.hpp"
#include "heirloom/config.hpp"

#include "commands.hpp"
#include "common/describe.hpp"
#include "common/explain.hpp"
#include "common/heirloom_stream.hpp"
#include "common/protocol_options.hpp"
#include "common/session_display.hpp"
#include "common/wait.hpp"
#include "serve/service.hpp"
#include "serve/workers.hpp"

#include <limits>
#include <memory>
#include <optional>
#include <string>

#include <CLI/App.hpp>

namespace heirloom::app {

namespace {

struct ServeOptions {
  std::string listen;
  bool www = false;
  bool echo = false;
  std::string forward;
  ProtocolOptions protocol;
  CredentialFiles credentials;
  std::string client_auth = "none";
  std::string authorities;
  bool sessions = true;
  std::uint64_t count = 0;  ///< 0: no limit
  double handshake_timeout = 30;
  double idle_timeout = 300;
  std::size_t max_clients = 256;
  bool show_messages = false;
};

std::chrono::milliseconds to_duration(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

/// Server is everything that the threads of the connections share.
struct Server {
  const ServeOptions& options;
  const Context& context;
  std::shared_ptr<const ServerConfig> config;
  std::optional<HostPort> back_end;
  std::size_t key_bits = 0;
  StopSignal stop;
};

/// take_public_key_allowance removes "public-key" from --allow, which is no weakness of a suite.
bool take_public_key_allowance(ProtocolOptions& protocol) {
  return std::erase(protocol.allow, "public-key") != 0;
}

/// is_publicly_trusted asks whether a current browser would believe this chain.
bool is_publicly_trusted(const CertificateChain& chain) {
  TrustOptions trust;
  trust.authorities = load_system_authorities();
  trust.check_host = false;
  trust.rules = Policy::museum().certificates;
  trust.rules.rsa.min = 0;
  const auto verifier = verify_with_authorities(std::move(trust));
  const auto ask = [&](std::chrono::system_clock::time_point when) {
    auto verdict = verifier->verify({chain, CertificateQuestion::Role::server, "", when});
    return !verdict.is_pending() && verdict.answer().has_value();
  };
  if (ask(std::chrono::system_clock::now())) {
    return true;
  }
  // The key of a certificate that has expired may well be the key of its successor.
  const auto certificate = describe_certificate(chain.front());
  return certificate && ask(certificate->not_after - std::chrono::seconds(1));
}

std::optional<Failure> check_key_use(const CertificateChain& chain, const ServeOptions& options) {
  if (!is_publicly_trusted(chain)) {
    return std::nullopt;
  }
  // Security: a server with RSA key exchange at these versions answers questions about its key
  // (Bleichenbacher, DROWN). With a key that modern clients trust, the answers would break them.
  return Failure{ExitCode::usage,
                 "the certificate " + options.credentials.certificate +
                     " chains to an authority that this system trusts, and its key must not be "
                     "used with SSL 3.0 or TLS 1.0: attacks on them would reach modern services "
                     "that use the same key",
                 "a self-signed certificate of its own, or --allow public-key if no modern service "
                 "uses this key",
                 "public_key_refused"};
}

Outcome<ServerOptions> apply_client_auth(ServerOptions server, const ServeOptions& options) {
  if (options.client_auth == "none") {
    return server;
  }
  if (options.authorities.empty()) {
    return Failure{ExitCode::usage,
                   "--client-auth needs to know whose certificates to accept",
                   "--client-auth " + options.client_auth + " --cafile FILE",
                   "option_missing"};
  }
  auto authorities = load_authorities(options.authorities);
  if (!authorities) {
    return std::move(authorities).error();
  }
  for (const CertificateDer& authority : *authorities) {
    auto name = certificate_subject_name(authority);
    if (name) {
      server.certificate_authorities.push_back(*std::move(name));
    }
  }
  TrustOptions trust;
  trust.authorities = *std::move(authorities);
  trust.check_host = false;
  trust.rules = server.policy.certificates;
  server.verifier = verify_with_authorities(std::move(trust));
  server.policy.client_authentication = options.client_auth == "required"
                                            ? ClientAuthentication::required
                                            : ClientAuthentication::optional;
  return server;
}

/// make_server checks every option before the port is opened.
Outcome<ServerOptions> make_options(ServeOptions& options) {
  const bool may_use_public_key = take_public_key_allowance(options.protocol);
  ServerOptions server;
  auto policy = build_policy(options.protocol);
  if (!policy) {
    return std::move(policy).error();
  }
  server.policy = *std::move(policy);
  auto credentials = load_credential_files(options.credentials);
  if (!credentials) {
    return std::move(credentials).error();
  }
  server.credentials.push_back(*std::move(credentials));
  if (!may_use_public_key) {
    if (auto failure = check_key_use(server.credentials.front().chain, options)) {
      return *std::move(failure);
    }
  }
  auto key_log = open_requested_key_log(options.protocol);
  if (!key_log) {
    return std::move(key_log).error();
  }
  server.key_log = *std::move(key_log);
  server.sessions = options.sessions ? make_memory_session_store() : nullptr;
  server.trace = options.show_messages ? Trace::messages : Trace::off;
  return apply_client_auth(std::move(server), options);
}

Outcome<std::shared_ptr<const ServerConfig>> make_config(ServeOptions& options) {
  auto server = make_options(options);
  if (!server) {
    return std::move(server).error();
  }
  auto config = ServerConfig::build(*std::move(server));
  if (!config) {
    return Failure{ExitCode::usage,
                   "these options do not fit together: " + config.error().text(),
                   "heirloom serve --help",
                   std::string(config.error().name())};
  }
  return *std::move(config);
}

std::vector<LogField> connection_fields(const Server& server,
                                        const std::string& client,
                                        const ConnectionInfo& info) {
  const ProtocolVersion version = info.version.value_or(ProtocolVersion::ssl30);
  const std::uint16_t id = info.cipher_suite.value_or(0);
  const CipherSuite* const suite = find_cipher_suite(id);
  const Strength strength = assess(info, server.key_bits);
  return {{"client", client},
          {"version", format_version(version)},
          {"suite", suite == nullptr ? format_hex16(id) : cipher_suite_name(*suite, version)},
          {"openssl", std::string(suite == nullptr ? "" : suite->openssl_name)},
          {"suite_id", format_hex16(id)},
          {"resumed", info.is_resumed},
          {"key_bits", static_cast<std::int64_t>(server.key_bits)},
          {"strength", strength.word},
          {"why", strength.why}};
}

void log_failed_handshake(const std::string& client,
                          const HandshakeReport& report,
                          const HeirloomStream& stream) {
  const Failure failure = explain_handshake(report,
                                            {"the client",
                                             "heirloom serve",
                                             "",
                                             stream.connection().info().peer_chain,
                                             Attempt::Peer::client});
  std::vector<LogField> fields{
      {"client", client}, {"cause", failure.cause}, {"message", failure.what}};
  if (report.error.has_value() && report.error->alert.has_value()) {
    fields.push_back({"alert", format_alert(report.error->alert->description)});
  }
  const auto& offered = stream.connection().info().client_version;
  if (offered.has_value()) {
    fields.push_back({"client_version", format_version(*offered)});
  }
  log_line(LogLevel::warning, "handshake_failed", fields);
}

ServiceReport run_service(Server& server, HeirloomStream& stream) {
  const ServiceLimits limits{to_duration(server.options.idle_timeout), server.stop};
  if (server.back_end.has_value()) {
    return serve_forward(stream, *server.back_end, limits);
  }
  return server.options.www ? serve_www(stream, server.key_bits, limits)
                            : serve_echo(stream, limits);
}

/// serve_client runs one connection from its handshake to its log line.
void serve_client(Server& server, TcpStreamPtr transport) {
  const std::string client = to_string(transport->peer());
  const SessionDisplay display(
      {client, OutputFormat::text, 0, server.options.show_messages, false, client + " "});
  HeirloomStream stream(std::move(transport),
                        Connection::server(server.config),
                        [&](const Event& event, const Connection& connection) {
                          display.show_event(event, connection.info());
                        });
  const HandshakeReport handshake =
      stream.handshake(in(to_duration(server.options.handshake_timeout)), &server.stop);
  if (handshake.end != HandshakeReport::End::complete) {
    log_failed_handshake(client, handshake, stream);
    // Whatever alert there was to send has been sent; a close_notify would say nothing more.
    close_politely(stream.transport(), std::chrono::milliseconds(200));
    return;
  }
  const ServiceReport report = run_service(server, stream);
  close_politely(stream, std::chrono::milliseconds(1000));
  auto fields = connection_fields(server, client, stream.connection().info());
  fields.push_back({"bytes_in", static_cast<std::int64_t>(report.bytes_in)});
  fields.push_back({"bytes_out", static_cast<std::int64_t>(report.bytes_out)});
  fields.push_back({"close", report.close});
  if (const Error* error = stream.connection().error()) {
    fields.push_back({"cause", std::string(error->name())});
  }
  log_line(LogLevel::info, "connection", fields);
}

void announce(const Server& server, const HostPort& where) {
  const Policy& policy = server.config->options().policy;
  const std::string service = server.back_end.has_value()
                                  ? "forwarding to " + to_string(*server.back_end)
                                  : (server.options.www ? "web page" : "echo");
  const std::string versions =
      policy.min_version == policy.max_version
          ? format_version(policy.max_version)
          : format_version(policy.min_version) + " to " + format_version(policy.max_version);
  if (server.context.log_format == LogFormat::json) {
    log_line(LogLevel::info,
             "listening",
             {{"address", to_string(where)}, {"service", service}, {"versions", versions}});
    return;
  }
  if (server.context.verbosity >= 0) {
    print_line("heirloom: listening on " + to_string(where) + " (" + service + "; " + versions +
               ", " + std::to_string(policy.cipher_suites.size()) + " suites)");
  }
}

ExitCode fail(const Failure& failure, const Context& context) {
  print_failure(failure,
                context.log_format == LogFormat::json ? OutputFormat::json : OutputFormat::text);
  return failure.code;
}

ExitCode run_serve(ServeOptions options, const Context& context) {
  auto where = parse_listen_address(options.listen);
  if (!where) {
    return fail(where.error(), context);
  }
  std::optional<HostPort> back_end;
  if (!options.forward.empty()) {
    auto target = parse_target(options.forward, 0);
    if (!target) {
      return fail(target.error(), context);
    }
    if (target->port == 0) {
      return fail({ExitCode::usage,
                   "--forward " + escape_text(options.forward) + " does not say to which port",
                   "--forward 127.0.0.1:80",
                   "forward_port"},
                  context);
    }
    back_end = *std::move(target);
  }
  auto config = make_config(options);
  if (!config) {
    return fail(config.error(), context);
  }
  const auto certificate =
      describe_certificate((*config)->options().credentials.front().chain.front());
  Server server{options, context, *std::move(config), back_end, 0, {}};
  server.key_bits = certificate ? certificate->key_bits : 0;
  auto listener = TcpListener::open(*where);
  if (!listener) {
    return fail(listener.error(), context);
  }
  stop_on_signals(server.stop);
  announce(server, (*listener)->local());
  Workers workers(options.max_clients);
  for (std::uint64_t served = 0; options.count == 0 || served < options.count; ++served) {
    if (!workers.wait_for_room(server.stop)) {
      break;
    }
    TcpStreamPtr transport = (*listener)->accept(server.stop);
    if (transport == nullptr) {
      break;
    }
    workers.start([&server, client = std::move(transport)]() mutable {
      serve_client(server, std::move(client));
    });
  }
  listener->reset();
  workers.wait_for_all();
  return ExitCode::ok;
}

void add_service_options(CLI::App& command, ServeOptions& options) {
  CLI::Option_group* const service = command.add_option_group("Service", "exactly one of these");
  service->add_flag("--www", options.www, "a web page that names what was negotiated");
  service->add_flag("--echo", options.echo, "send back what comes");
  service->add_option("--forward", options.forward, "relay to a plain back end: HOST:PORT");
  service->require_option(1);
}

}  // namespace

void add_serve(CLI::App& root, Context& context) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* const command = root.add_subcommand("serve", "terminate old clients' connections");
  command->add_option("--listen", options->listen, "ADDR:PORT, or PORT for loopback; 0: any port")
      ->required();
  add_service_options(*command, *options);
  add_credential_options(*command, options->credentials);
  command->get_option("--cert")->required();
  add_protocol_options(*command, options->protocol);
  command->get_option("--allow")->description("weaknesses to allow by name: null, public-key");
  command->add_option("--client-auth", options->client_auth, "none, optional or required")
      ->check(CLI::IsMember({"none", "optional", "required"}));
  command->add_option("--cafile", options->authorities, "authorities of client certificates (PEM)");
  command->add_flag("--sessions,!--no-sessions", options->sessions, "let clients resume (default)");
  command
      ->add_option("--count", options->count, "end after that many connections; 0: never (default)")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()));
  command->add_option("--handshake-timeout", options->handshake_timeout, "seconds")
      ->check(CLI::Range(0.001, 86400.0));
  command->add_option("--idle-timeout", options->idle_timeout, "seconds without any data")
      ->check(CLI::Range(0.001, 31536000.0));
  command->add_option("--max-clients", options->max_clients, "connections at the same time")
      ->check(CLI::Range(1, 100000));
  command->add_flag("--messages", options->show_messages, "show every handshake message and alert");
  command->callback([&context, options] {
    context.run = [&context, options] { return run_serve(*options, context); };
  });
}

}  // namespace heirloom::app

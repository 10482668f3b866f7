// heirloom serve: terminates SSL 3.0 and TLS 1.0 for clients that know nothing newer, in front of a
// plain back end, a test page or an echo.
#include "heirloom/config.hpp"

#include "commands.hpp"
#include "common/describe.hpp"
#include "common/explain.hpp"
#include "common/heirloom_stream.hpp"
#include "common/option_words.hpp"
#include "common/session_display.hpp"
#include "common/wait.hpp"
#include "serve/service.hpp"
#include "serve/setup.hpp"
#include "serve/workers.hpp"

#include <atomic>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <CLI/App.hpp>

namespace heirloom::app {

namespace {

std::chrono::milliseconds to_duration(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

/// TicketProblems says in the log, once for each problem, that the key file of tickets cannot be
/// read again: the keys of before go on.
class TicketProblems {
 public:
  void note(const TicketKeys& keys) {
    const std::string problem = keys.problem();
    const std::lock_guard lock(mutex_);
    if (problem != noted_ && !problem.empty()) {
      log_line(LogLevel::warning, "ticket_keys_failed", {{"message", problem}});
    }
    noted_ = problem;
  }

 private:
  std::mutex mutex_;
  std::string noted_;
};

/// Server is everything that the threads of the connections share.
struct Server {
  const ServeOptions& options;
  const Context& context;
  std::shared_ptr<const ServerConfig> config;
  Policy policy;  ///< as asked for, also what there is no certificate for
  std::optional<HostPort> back_end;
  StopSignal stop{};
  std::atomic<std::int64_t> saved_handshakes = 0;  ///< connections that were resumed
  TicketProblems ticket_problems{};
};

/// connection_fields describes the connection as it was in the end. `first` is how its first
/// handshake was resumed, if it was: what came after it saves or costs nothing at its beginning.
std::vector<LogField> connection_fields(const std::string& client,
                                        const ConnectionInfo& info,
                                        const std::string& first) {
  const ProtocolVersion version = info.version.value_or(ProtocolVersion::ssl30);
  const std::uint16_t id = info.cipher_suite.value_or(0);
  const CipherSuite* const suite = find_cipher_suite(id);
  const std::size_t key_bits = own_key_bits(info);
  const Strength strength = assess(info, key_bits);
  return {{"client", client},
          {"version", format_version(version)},
          {"suite", suite == nullptr ? format_hex16(id) : cipher_suite_name(*suite, version)},
          {"openssl", std::string(suite == nullptr ? "" : suite->openssl_name)},
          {"suite_id", format_hex16(id)},
          {"resumed", !first.empty()},
          {"resumed_by", first},
          {"extended_master_secret", info.has_extended_master_secret},
          {"encrypt_then_mac", info.has_encrypt_then_mac},
          {"secure_renegotiation", info.has_secure_renegotiation},
          {"compression", describe_compression(info)},
          {"application_protocol", info.application_protocol},
          {"handshakes", static_cast<std::int64_t>(info.handshakes)},
          {"sslv2_hello", info.has_sslv2_hello},
          {"key_bits", static_cast<std::int64_t>(key_bits)},
          {"temporary_key", describe_temporary_key(info)},
          {"temporary_key_bits", static_cast<std::int64_t>(info.temporary_key_bits)},
          {"client_key", describe_key(info.peer_chain)},
          {"strength", strength.word},
          {"why", strength.why}};
}

void log_failed_handshake(const std::string& client,
                          const HandshakeReport& report,
                          const HeirloomStream& stream,
                          const Server& server) {
  Attempt attempt;
  attempt.target = "the client";
  attempt.command = "heirloom serve" + option_words(server.options.protocol);
  attempt.peer_chain = stream.connection().info().peer_chain;
  attempt.peer = Attempt::Peer::client;
  attempt.policy = &server.policy;
  attempt.served = server.config->served_suites();
  attempt.has_secure_renegotiation = stream.connection().info().has_secure_renegotiation;
  const Failure failure = explain_handshake(report, attempt);
  std::vector<LogField> fields{
      {"client", client}, {"cause", failure.cause}, {"message", failure.what}};
  if (report.error.has_value() && report.error->alert.has_value()) {
    fields.push_back({"alert", format_alert(report.error->alert->description)});
  }
  if (!failure.next.empty()) {
    fields.push_back({"next", failure.next});
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
  return server.options.www ? serve_www(stream, limits) : serve_echo(stream, limits);
}

void log_refused_renegotiation(const std::string& client, const ConnectionInfo& info) {
  std::vector<LogField> fields{{"client", client},
                               {"secure_renegotiation", info.has_secure_renegotiation}};
  if (!info.has_secure_renegotiation) {
    fields.push_back({"next", "--allow " + std::string(kInsecureRenegotiation)});
  }
  log_line(LogLevel::warning, "renegotiation_refused", fields);
}

/// renegotiate is --renegotiate; the answer is for the log line. A client may ignore the request
/// (RFC 2246 §7.4.1.1), so that its connection goes on after a while.
std::string renegotiate(Server& server, HeirloomStream& stream) {
  constexpr std::chrono::seconds kPatience{3};
  const HandshakeReport report = stream.renegotiate({}, in(kPatience), &server.stop);
  switch (report.end) {
    case HandshakeReport::End::complete:
      return stream.connection().info().handshakes > 1 ? "done" : "refused";
    case HandshakeReport::End::silent:
    case HandshakeReport::End::stalled:
      return "not answered";
    case HandshakeReport::End::stopped:
      return "stopped";
    case HandshakeReport::End::refused:
    case HandshakeReport::End::closed:
    case HandshakeReport::End::reset:
      break;
  }
  return report.error.has_value() ? std::string(report.error->name()) : "failed";
}

/// serve_client runs one connection from its handshake to its log line.
void serve_client(Server& server, TcpStreamPtr transport) {
  if (const auto& keys = server.config->options().ticket_keys) {
    server.ticket_problems.note(*keys);
  }
  const std::string client = to_string(transport->peer());
  SessionDisplay display(
      {client, OutputFormat::text, -1, server.options.show_messages, false, client + " "});
  HeirloomStream stream(std::move(transport),
                        Connection::server(server.config),
                        [&](const Event& event, const Connection& connection) {
                          display.show_event(event, connection.info());
                          if (event.kind == Event::Kind::renegotiation_refused &&
                              event.direction == Event::Direction::sent) {
                            log_refused_renegotiation(client, connection.info());
                          }
                        });
  const HandshakeReport handshake =
      stream.handshake(in(to_duration(server.options.handshake_timeout)), &server.stop);
  if (handshake.end != HandshakeReport::End::complete) {
    log_failed_handshake(client, handshake, stream, server);
    // Whatever alert there was to send has been sent; a close_notify would say nothing more.
    close_politely(stream.transport(), std::chrono::milliseconds(200));
    return;
  }
  const std::string resumed(resumed_by(stream.connection().info()));
  const std::int64_t saved = server.saved_handshakes += resumed.empty() ? 0 : 1;
  const std::string renegotiated =
      server.options.protocol.session.renegotiate ? renegotiate(server, stream) : "";
  const ServiceReport report = run_service(server, stream);
  close_politely(stream, std::chrono::milliseconds(1000));
  auto fields = connection_fields(client, stream.connection().info(), resumed);
  fields.push_back({"saved_handshakes", saved});
  if (!renegotiated.empty()) {
    fields.push_back({"renegotiated", renegotiated});
  }
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
               ", " + std::to_string(server.config->served_suites().size()) + " suites)");
  }
}

ExitCode fail(const Failure& failure, const Context& context) {
  return fail(failure,
              context.log_format == LogFormat::json ? OutputFormat::json : OutputFormat::text);
}

/// find_back_end is the HOST:PORT of --forward.
Outcome<HostPort> find_back_end(const std::string& forward) {
  auto target = parse_target(forward, 0);
  if (!target) {
    return target.error();
  }
  if (target->port == 0) {
    return Failure{ExitCode::usage,
                   "--forward " + escape_text(forward) + " does not say to which port",
                   "--forward 127.0.0.1:80",
                   "forward_port"};
  }
  return target;
}

/// accept_all serves what comes to the listener until it is told to stop, or has had enough.
void accept_all(Server& server, std::unique_ptr<TcpListener> listener) {
  Workers workers(server.options.max_clients);
  const std::uint64_t limit = server.options.count;
  for (std::uint64_t served = 0; limit == 0 || served < limit; ++served) {
    if (!workers.wait_for_room(server.stop)) {
      break;
    }
    TcpStreamPtr transport = listener->accept(server.stop);
    if (transport == nullptr) {
      break;
    }
    workers.start([&server, client = std::move(transport)]() mutable {
      serve_client(server, std::move(client));
    });
  }
  listener.reset();  // before those that are served are waited for
  workers.wait_for_all();
}

ExitCode run_serve(const ServeOptions& options, const Context& context) {
  auto where = parse_listen_address(options.listen);
  if (!where) {
    return fail(where.error(), context);
  }
  std::optional<HostPort> back_end;
  if (!options.forward.empty()) {
    auto target = find_back_end(options.forward);
    if (!target) {
      return fail(target.error(), context);
    }
    back_end = *std::move(target);
  }
  auto config = make_server_config(options);
  if (!config) {
    return fail(config.error(), context);
  }
  Server server{options, context, *std::move(config), requested_policy(options), back_end};
  if (context.verbosity >= 0) {
    warn_of_compression(
        server.policy,
        context.log_format == LogFormat::json ? OutputFormat::json : OutputFormat::text);
  }
  auto listener = TcpListener::open(*where);
  if (!listener) {
    return fail(listener.error(), context);
  }
  stop_on_signals(server.stop);
  announce(server, (*listener)->local());
  accept_all(server, *std::move(listener));
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
  add_setup_options(*command, *options);
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

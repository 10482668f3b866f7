#include "connect/run.hpp"

#include "common/describe.hpp"
#include "common/explain.hpp"
#include "common/fd_stream.hpp"
#include "common/heirloom_stream.hpp"
#include "common/line_ends.hpp"
#include "common/relay.hpp"
#include "common/session_display.hpp"
#include "common/session_files.hpp"
#include "common/wait.hpp"
#include "connect/setup.hpp"
#include "starttls/start_tls.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <unistd.h>

namespace heirloom::app {

namespace {

constexpr std::uint16_t kDefaultPort = 443;

std::string simpler_hello(const ConnectOptions& options) {
  if (!options.protocol.no_extensions) {
    return "--no-extensions";
  }
  return options.protocol.max.empty() ? "--max ssl3" : "";
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
  attempt.has_secure_renegotiation = info.has_secure_renegotiation;
  return attempt;
}

/// Plan is what all connections of a run have in common.
struct Plan {
  const ConnectOptions& options;
  HostPort where;
  std::shared_ptr<const ClientConfig> config;
  SessionDisplay& display;
  const StopSignal& stop;
  std::chrono::milliseconds timeout;
};

/// Opened is a connection after its handshake; no stream: the stop signal came first.
struct Opened {
  std::unique_ptr<HeirloomStream> stream;
  Attempt attempt;
};

/// open makes one connection, from TCP to the summary line.
Outcome<Opened> open(const Plan& plan, SessionPtr resume) {
  const ConnectOptions& options = plan.options;
  auto transport = connect_tcp(plan.where, options.family, in(plan.timeout));
  if (!transport) {
    return std::move(transport).error();
  }
  const Outcome<bool> begun = begin_tls(**transport, plan.where, options, in(plan.timeout));
  if (!begun) {
    return begun.error();
  }
  const PeerName peer{options.server_name.empty() ? plan.where.host : options.server_name};
  auto certificate_was_wanted = std::make_shared<bool>(false);
  Opened opened;
  opened.stream =
      std::make_unique<HeirloomStream>(*std::move(transport),
                                       Connection::client(plan.config, peer, std::move(resume)),
                                       [&display = plan.display, certificate_was_wanted](
                                           const Event& event, const Connection& connection) {
                                         *certificate_was_wanted |= is_certificate_request(event);
                                         display.show_event(event, connection.info());
                                       });
  const HandshakeReport report = opened.stream->handshake(in(plan.timeout), &plan.stop);
  opened.attempt = describe_attempt(options, plan.where, opened.stream->connection().info());
  opened.attempt.certificate_was_wanted = *certificate_was_wanted;
  if (report.end == HandshakeReport::End::stopped) {
    opened.stream->connection().cancel();
    static_cast<void>(opened.stream->write({}, in(std::chrono::seconds(1))));
    return Opened{};
  }
  if (report.end != HandshakeReport::End::complete) {
    return explain_handshake(report, opened.attempt);
  }
  plan.display.show_summary(opened.stream->connection().info());
  return opened;
}

/// open_last makes all connections of --resume, and gives the last one.
Outcome<Opened> open_last(const Plan& plan, SessionPtr session) {
  const std::size_t more = plan.options.protocol.session.resume;
  std::size_t resumed = 0;
  for (std::size_t done = 0;; ++done) {
    Outcome<Opened> opened = open(plan, session);
    if (!opened || opened->stream == nullptr) {
      return opened;
    }
    const Connection& connection = opened->stream->connection();
    resumed += connection.info().is_resumed ? 1U : 0U;
    if (done == more) {
      if (more != 0) {
        plan.display.show_resumption(more + 1, resumed);
      }
      return opened;
    }
    session = connection.session();
    close_politely(*opened->stream, std::chrono::milliseconds(500));
  }
}

/// renegotiate is --renegotiate. A peer that refuses is shown, and the connection goes on.
std::optional<Failure> renegotiate(const Plan& plan, Opened& opened) {
  if (!plan.options.protocol.session.renegotiate) {
    return std::nullopt;
  }
  const HandshakeReport report = opened.stream->renegotiate({}, in(plan.timeout), &plan.stop);
  if (report.end == HandshakeReport::End::complete) {
    return std::nullopt;
  }
  return explain_handshake(report, opened.attempt);
}

ExitCode converse(const Plan& plan, SessionPtr session) {
  const ConnectOptions& options = plan.options;
  Outcome<Opened> opened = open_last(plan, std::move(session));
  if (!opened) {
    return fail(opened.error(), options.format);
  }
  if (opened->stream == nullptr) {
    return ExitCode::ok;
  }
  HeirloomStream& stream = *opened->stream;
  if (const auto failure = renegotiate(plan, *opened)) {
    return fail(*failure, options.format);
  }
  const Outcome<bool> kept = write_session(options.protocol.session, stream.connection().session());
  if (!kept) {
    print_failure(kept.error(), options.format);
  }
  const Ending ending = exchange(stream, plan.stop, opened->attempt, options);
  plan.display.show_end(ending.report.first_to_second, ending.report.second_to_first);
  if (ending.failure.has_value()) {
    return fail(*ending.failure, options.format);
  }
  return kept ? ExitCode::ok : kept.error().code;
}

}  // namespace

ExitCode run_connect(const ConnectOptions& options, const Context& context) {
  const auto protocol = parse_start_tls_protocol(options.start_tls);
  auto where = parse_target(options.target, protocol ? start_tls_port(*protocol) : kDefaultPort);
  if (!where) {
    return fail(where.error(), options.format);
  }
  auto session = read_session(options.protocol.session);
  if (!session) {
    return fail(session.error(), options.format);
  }
  auto config = make_client_config(options, *session);
  if (!config) {
    return fail(config.error(), options.format);
  }
  if (context.verbosity >= 0) {
    warn_of_compression((*config)->options().policy, options.format);
  }
  StopSignal stop;
  stop_on_signals(stop);
  SessionDisplay display({to_string(*where),
                          options.format,
                          context.verbosity,
                          options.show_messages,
                          options.show_certificates});
  const auto timeout = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));
  return converse({options, *std::move(where), *std::move(config), display, stop, timeout},
                  *std::move(session));
}

}  // namespace heirloom::app

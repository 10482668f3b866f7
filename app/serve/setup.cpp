#include "serve/setup.hpp"

#include "heirloom/certificate_verifier.hpp"

#include "common/command_text.hpp"
#include "common/files.hpp"
#include "common/kea_options.hpp"
#include "common/log.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <CLI/App.hpp>

namespace heirloom::app {

namespace {

/// take_public_key_allowance removes "public-key" from --allow, which is no weakness of a suite.
bool take_public_key_allowance(ProtocolOptions& protocol) {
  return std::erase(protocol.allow, "public-key") != 0;
}

/// is_publicly_trusted asks whether a current browser would believe this chain.
bool is_publicly_trusted(const CertificateChain& chain) {
  TrustOptions trust;
  trust.authorities = load_system_authorities();
  trust.check_host = false;
  trust.rules = Policy::museum().certificates;  // whatever a browser may take, and more
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

std::optional<Failure> check_key_use(const CertificateChain& chain, const std::string& file) {
  if (!is_publicly_trusted(chain)) {
    return std::nullopt;
  }
  // Security: a server with RSA key exchange at these versions answers questions about its key
  // (Bleichenbacher, DROWN). With a key that modern clients trust, the answers would break them.
  return Failure{ExitCode::usage,
                 "the certificate " + file +
                     " chains to an authority that this system trusts, and its key must not be "
                     "used with SSL 3.0 or TLS 1.0: attacks on them would reach modern services "
                     "that use the same key",
                 "a self-signed certificate of its own, or --allow public-key if no modern service "
                 "uses this key",
                 "public_key_refused"};
}

/// keep_anonymous leaves the suites that go without a certificate.
std::optional<Failure> keep_anonymous(ServerOptions& server) {
  std::erase_if(server.policy.cipher_suites, [](std::uint16_t id) {
    const CipherSuite* const suite = find_cipher_suite(id);
    return suite == nullptr || !info(suite->key_exchange).is_anonymous;
  });
  if (!server.policy.cipher_suites.empty()) {
    return std::nullopt;
  }
  return Failure{ExitCode::usage,
                 "serve has no certificate, and no suite is allowed that goes without one",
                 "--cert FILE --key FILE (heirloom ca leaf makes one), or --allow anon",
                 "option_missing"};
}

/// check_response asks what every client that looks at the response will ask first; who signed it
/// is for them to judge. One about another certificate is a mistake. One that is too old or says
/// revoked keeps nobody out but those clients, so that it is noted and the service goes on.
std::optional<Failure> check_response(const Credentials& credentials, const std::string& file) {
  const auto checked = check_own_response(credentials, std::chrono::system_clock::now());
  if (checked.has_value()) {
    return std::nullopt;
  }
  if (checked.error().detail.find("about other certificates") == std::string::npos) {
    log_line(LogLevel::warning,
             "ocsp_response_bad",
             {{"file", file},
              {"cause", std::string(checked.error().name())},
              {"message", "clients that ask for it will refuse it: " + checked.error().detail}});
    return std::nullopt;
  }
  return Failure{ExitCode::usage,
                 file + " holds an OCSP response about other certificates than that of --cert",
                 "one --ocsp FILE for each --cert FILE, in the same order",
                 "ocsp_response_invalid"};
}

/// load_responses reads --ocsp.
std::optional<Failure> load_responses(ServerOptions& server, const ServeOptions& options) {
  const std::vector<std::string>& files = options.ocsp_files;
  if (files.empty()) {
    return std::nullopt;
  }
  if (files.size() != server.credentials.size()) {
    return Failure{ExitCode::usage,
                   "--cert was given " + std::to_string(server.credentials.size()) +
                       " and --ocsp " + std::to_string(files.size()) +
                       " times: nobody can say which belongs to which",
                   "one --ocsp FILE for each --cert FILE, in the same order",
                   "option_conflict"};
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto response = load_ocsp_response(files[i]);
    if (!response.has_value() && response.error().cause == Cause::file_unreadable) {
      return Failure{
          ExitCode::local, "cannot read " + response.error().detail, "", "file_unreadable"};
    }
    if (!response.has_value()) {
      return Failure{ExitCode::usage,
                     files[i] + " holds no OCSP response with an answer",
                     "a file that `openssl ocsp … -respout FILE` has written",
                     "ocsp_response_invalid"};
    }
    server.credentials[i].ocsp_response = std::move(response).value();
    if (auto failure = check_response(server.credentials[i], files[i])) {
      return failure;
    }
  }
  return std::nullopt;
}

std::optional<Failure> load_own_certificates(ServerOptions& server,
                                             const ServeOptions& options,
                                             bool may_use_public_key) {
  auto credentials = load_credential_files(options.credentials);
  if (!credentials) {
    return std::move(credentials).error();
  }
  server.credentials = *std::move(credentials);
  if (server.credentials.empty()) {
    return keep_anonymous(server);
  }
  for (std::size_t i = 0; i < server.credentials.size() && !may_use_public_key; ++i) {
    if (auto failure =
            check_key_use(server.credentials[i].chain, options.credentials.certificates[i])) {
      return failure;
    }
  }
  return std::nullopt;
}

/// load_group reads --dhparam. A group below the policy's minimum is refused here, with the flag,
/// because the clients' refusals would come later and say less.
std::optional<Failure> load_group(ServerOptions& server, const std::string& file) {
  if (file.empty()) {
    return std::nullopt;
  }
  auto text = read_file(file);
  if (!text) {
    return std::move(text).error();
  }
  const auto bits = dh_group_bits(*text);
  if (!bits.has_value()) {
    return Failure{ExitCode::usage,
                   file + " holds no Diffie-Hellman group: " + bits.error().detail,
                   "a PEM file with -----BEGIN DH PARAMETERS-----, as openssl dhparam makes it",
                   std::string(bits.error().name())};
  }
  if (*bits < server.policy.min_dh_bits) {
    const bool may_be_allowed = *bits >= 512;
    return Failure{ExitCode::usage,
                   "the Diffie-Hellman group of " + file + " has " + std::to_string(*bits) +
                       " bits, and the least that is allowed here is " +
                       std::to_string(server.policy.min_dh_bits),
                   may_be_allowed ? "--allow dh512" : "a group of 1024 bits",
                   "key_exchange_too_weak"};
  }
  server.dh_group_pem = *std::move(text);
  return std::nullopt;
}

std::optional<Failure> apply_kea(ServerOptions& server, const ServeOptions& options) {
  auto domains = load_kea_domains(options.kea_domain_files);
  if (!domains) {
    return std::move(domains).error();
  }
  server.kea_domain_pems = *std::move(domains);
  server.kea_random = options.kea_random == "one" ? KeaServerRandom::one : KeaServerRandom::fresh;
  return std::nullopt;
}

std::optional<Failure> apply_client_auth(ServerOptions& server, const ServeOptions& options) {
  if (options.client_auth == "none") {
    return std::nullopt;
  }
  if (server.credentials.empty()) {
    return Failure{ExitCode::usage,
                   "a server without a certificate must not ask for one (RFC 2246 §7.4.4)",
                   "--cert FILE --key FILE, or no --client-auth",
                   "option_conflict"};
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
  Outcome<TrustOptions> trust = build_trust(options.path, server.policy);
  if (!trust) {
    return std::move(trust).error();
  }
  trust->authorities = *std::move(authorities);
  trust->check_host = false;
  server.verifier = verify_with_authorities(*std::move(trust));
  server.policy.client_authentication = options.client_auth == "required"
                                            ? ClientAuthentication::required
                                            : ClientAuthentication::optional;
  return std::nullopt;
}

/// apply_sessions: ids in memory unless they are switched off, tickets by option.
std::optional<Failure> apply_sessions(ServerOptions& server, const ServeOptions& options) {
  const std::chrono::seconds lifetime(options.session_lifetime);
  server.policy.limits.max_session_age = lifetime;
  MemoryStoreLimits limits;
  limits.max_age = lifetime;
  server.sessions = options.sessions ? make_memory_session_store(limits) : nullptr;
  const std::string& file = options.ticket_key_file;
  if (file.empty()) {
    server.ticket_keys = options.protocol.session.tickets ? make_ticket_keys() : nullptr;
    return std::nullopt;
  }
  auto keys = load_ticket_keys(file);
  if (!keys.has_value()) {
    const bool is_file = keys.error().cause == Cause::file_unreadable;
    return Failure{is_file ? ExitCode::local : ExitCode::usage,
                   "the ticket keys cannot be used: " + keys.error().detail,
                   "(umask 077; openssl rand -hex 48 > " + shell_word(file) + ")",
                   "ticket_keys_unusable"};
  }
  server.ticket_keys = *std::move(keys);
  return std::nullopt;
}

Outcome<ServerOptions> make_options(ServeOptions& options) {
  const bool may_use_public_key = take_public_key_allowance(options.protocol);
  ServerOptions server;
  auto policy = build_policy(options.protocol);
  if (!policy) {
    return std::move(policy).error();
  }
  server.policy = *std::move(policy);
  server.policy.preference =
      options.preference == "client" ? Preference::client : Preference::server;
  if (auto failure = load_own_certificates(server, options, may_use_public_key)) {
    return *std::move(failure);
  }
  if (auto failure = load_responses(server, options)) {
    return *std::move(failure);
  }
  if (auto failure = load_group(server, options.dh_group_file)) {
    return *std::move(failure);
  }
  if (auto failure = apply_kea(server, options)) {
    return *std::move(failure);
  }
  auto key_log = open_requested_key_log(options.protocol);
  if (!key_log) {
    return std::move(key_log).error();
  }
  server.key_log = *std::move(key_log);
  auto protocols = application_protocols(options.protocol.session);
  if (!protocols) {
    return std::move(protocols).error();
  }
  server.application_protocols = *std::move(protocols);
  if (auto failure = apply_sessions(server, options)) {
    return *std::move(failure);
  }
  server.trace = options.show_messages ? Trace::messages : Trace::off;
  if (auto failure = apply_client_auth(server, options)) {
    return *std::move(failure);
  }
  return server;
}

void add_session_options(CLI::App& command, ServeOptions& options) {
  constexpr std::uint32_t kLongest = 86400;  // RFC 2246 F.1.4
  SessionOptions& session = options.protocol.session;
  add_alpn_option(command, session);
  const std::string group = command.get_option("--alpn")->get_group();
  command.add_flag("--sessions,!--no-sessions", options.sessions, "let clients resume (default)")
      ->group(group);
  command.add_option("--session-lifetime", options.session_lifetime, "seconds; 86400 at most")
      ->check(CLI::Range(std::uint32_t{1}, kLongest))
      ->group(group);
  command
      .add_flag("--tickets",
                session.tickets,
                "session tickets (RFC 5077), sealed with keys that end with this process")
      ->group(group);
  command
      .add_option("--ticket-keys",
                  options.ticket_key_file,
                  "session tickets, sealed with the keys of this file, which servers may share")
      ->type_name("FILE")
      ->group(group);
  add_renegotiate_option(command, session, "ask each client for another handshake, once");
}

}  // namespace

void add_setup_options(CLI::App& command, ServeOptions& options) {
  add_credential_options(command, options.credentials);
  command
      .add_option(
          "--ocsp",
          options.ocsp_files,
          "OCSP response (DER) about the certificate, for clients that ask; once per --cert")
      ->type_name("FILE")
      ->allow_extra_args(false);
  add_protocol_options(command, options.protocol);
  CLI::Option* const allow = command.get_option("--allow");
  allow->description(allow->get_description() + "; public-key");
  command.add_option("--prefer", options.preference, "whose order of suites counts")
      ->check(CLI::IsMember({"server", "client"}))
      ->group("Protocol");
  command
      .add_option(
          "--dhparam", options.dh_group_file, "Diffie-Hellman group (PEM); default: built in")
      ->type_name("FILE")
      ->group("Protocol");
  add_kea_domain_option(command, options.kea_domain_files);
  command
      .add_option("--kea-random",
                  options.kea_random,
                  "FORTEZZA: fresh for each handshake, or the number one, as Netscape had it")
      ->check(CLI::IsMember({"fresh", "one"}))
      ->group("Protocol");
  command.add_option("--client-auth", options.client_auth, "none, optional or required")
      ->check(CLI::IsMember({"none", "optional", "required"}));
  command.add_option("--cafile", options.authorities, "authorities of client certificates (PEM)");
  add_path_options(command, options.path, "Client certificates");
  add_session_options(command, options);
}

Policy requested_policy(const ServeOptions& options) {
  ProtocolOptions protocol = options.protocol;
  take_public_key_allowance(protocol);
  auto policy = build_policy(protocol);
  return policy ? *std::move(policy) : Policy::device();
}

Outcome<std::shared_ptr<const ServerConfig>> make_server_config(ServeOptions options) {
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
  if ((*config)->served_suites().empty()) {
    return Failure{ExitCode::usage,
                   "none of the suites can be served with this certificate",
                   "a certificate with a key for them (heirloom ca leaf), or other --suites",
                   "suite_without_key"};
  }
  return *std::move(config);
}

}  // namespace heirloom::app

#include "demo/performance.hpp"

#include "heirloom/certificate.hpp"
#include "heirloom/certificate_verifier.hpp"
#include "heirloom/config.hpp"
#include "heirloom/key_log.hpp"

#include "demo/credentials.hpp"

#include <array>
#include <utility>

namespace heirloom::app::demo {

namespace {

/// More than one record of 2^14 bytes, so that sequence numbers and chaining matter.
constexpr std::size_t kBulk = 20000;

class KeptLines final : public KeyLog {
 public:
  void line(std::string_view text) override { lines += std::string(text) + "\n"; }

  std::string lines;
};

/// Theatre is what all scenes share.
struct Theatre {
  const Performance& performance;
  Wardrobe wardrobe = {};
};

Bytes letters(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) {
    out[i] = static_cast<std::uint8_t>('a' + i % 26);
  }
  return out;
}

/// HTTP, because every Wireshark shows what is in it.
Bytes request_of(const Scene& scene, Data data) {
  if (data == Data::brief) {
    return to_bytes("GET / HTTP/1.0\r\n\r\n");
  }
  Bytes request =
      to_bytes("POST /" + iana_name(*scene.suite) +
               " HTTP/1.0\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(kBulk) +
               "\r\n\r\n");
  append(request, letters(kBulk));
  return request;
}

Bytes reply_of(Data data) {
  const Bytes body = data == Data::brief ? to_bytes("Hello.\n") : letters(kBulk);
  Bytes reply = to_bytes("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n");
  append(reply, body);
  return reply;
}

/// policy_of allows this suite at this version and nothing else.
Policy policy_of(const Scene& scene) {
  Policy policy = Policy::museum();
  policy.min_version = scene.version;
  policy.max_version = scene.version;
  policy.cipher_suites = {scene.suite->id};
  // As the documents have it: what came later would make the secrets in another way.
  policy.extensions = {Extension::server_name,
                       Extension::elliptic_curves,
                       Extension::ec_point_formats,
                       Extension::renegotiation_info};
  return policy;
}

std::size_t key_bits_of(const Credentials& credentials) {
  if (credentials.empty()) {
    return 0;
  }
  const auto certificate = describe_certificate(credentials.chain.front());
  return certificate.has_value() ? certificate->key_bits : 0;
}

struct Configs {
  Result<std::shared_ptr<const ClientConfig>> client;
  Result<std::shared_ptr<const ServerConfig>> server;
};

Configs build_configs(Theatre& theatre,
                      const Scene& scene,
                      const std::shared_ptr<SessionStore>& sessions,
                      const std::shared_ptr<KeyLog>& key_log) {
  const Watchers watchers =
      theatre.performance.watchers ? theatre.performance.watchers() : Watchers{};
  const Credentials& credentials = theatre.wardrobe.credentials_for(*scene.suite);
  ClientOptions client;
  client.policy = policy_of(scene);
  std::vector<std::array<std::uint8_t, 32>> pins;  // none: an anonymous server shows nothing
  if (!credentials.empty()) {
    pins.push_back(certificate_fingerprint(credentials.chain.front()));
  }
  client.verifier = verify_with_pin(pins);
  client.key_log = key_log;
  client.inspector = watchers.client;
  client.reveal_secrets = RevealSecrets::yes;
  ServerOptions server;
  server.policy = policy_of(scene);
  server.credentials = {credentials};
  server.temporary_rsa_keys = theatre.wardrobe.temporary_rsa_keys();
  server.sessions = sessions;
  server.inspector = watchers.server;
  server.reveal_secrets = RevealSecrets::yes;
  return {.client = ClientConfig::build(std::move(client)),
          .server = ServerConfig::build(std::move(server))};
}

/// appear plays one connection and tells of it.
Appearance appear(Theatre& theatre,
                  const Scene& scene,
                  const std::shared_ptr<SessionStore>& sessions,
                  SessionPtr resume) {
  Appearance appearance{.scene = scene,
                        .kind = resume == nullptr ? HandshakeKind::full : HandshakeKind::resumed,
                        .number = 0,
                        .of = 0,
                        .conversation = {},
                        .key_log_lines = {},
                        .strength = {}};
  const auto lines = std::make_shared<KeptLines>();
  const Configs configs = build_configs(theatre, scene, sessions, lines);
  if (configs.client && configs.server) {
    const Data data = theatre.performance.data;
    appearance.conversation =
        converse({.client = *configs.client,
                  .server = *configs.server,
                  .resume = std::move(resume),
                  .request = request_of(scene, data),
                  .reply = reply_of(data)},
                 std::chrono::steady_clock::now() + theatre.performance.patience);
    appearance.key_log_lines = lines->lines;
  } else {
    appearance.conversation.problem =
        configs.client ? configs.server.error().text() : configs.client.error().text();
  }
  appearance.strength = assess(scene.version,
                               scene.suite->id,
                               key_bits_of(theatre.wardrobe.credentials_for(*scene.suite)),
                               appearance.conversation.temporary_key_bits);
  return appearance;
}

}  // namespace

std::vector<Scene> all_scenes() {
  std::vector<Scene> scenes;
  for (const CipherSuite& suite : cipher_suites()) {
    for (const auto version : {ProtocolVersion::ssl30, ProtocolVersion::tls10}) {
      if (suite.versions.contains(version)) {
        scenes.push_back({.suite = &suite, .version = version});
      }
    }
  }
  return scenes;
}

bool is_ever_resumed(const CipherSuite& suite) {
  return !info(suite.bulk).has_carried_keys();
}

std::string_view to_string(HandshakeKind kind) noexcept {
  return kind == HandshakeKind::full ? "full" : "resumed";
}

std::string iana_name(const CipherSuite& suite) {
  return cipher_suite_name(suite, ProtocolVersion::tls10);
}

std::string title(const Appearance& appearance) {
  return iana_name(*appearance.scene.suite) + " (" + format_hex16(appearance.scene.suite->id) +
         ") at " + format_version(appearance.scene.version) + ", " +
         std::string(to_string(appearance.kind)) + " handshake";
}

Tally perform(const Performance& performance) {
  const auto started = std::chrono::steady_clock::now();
  Theatre theatre{.performance = performance};
  Tally tally;
  std::size_t number = 0;
  const auto account = [&](Appearance& appearance) {
    appearance.number = ++number;
    appearance.of = performance.scenes.size() * 2;
    ++(appearance.has_passed() ? tally.passed : tally.failed);
    tally.data_bytes += appearance.conversation.data_bytes;
    if (performance.on_appearance) {
      performance.on_appearance(appearance);
    }
  };
  for (const Scene& scene : performance.scenes) {
    const auto sessions = make_memory_session_store();
    Appearance first = appear(theatre, scene, sessions, nullptr);
    account(first);
    const SessionPtr session = is_ever_resumed(*scene.suite) ? first.conversation.session : nullptr;
    if (session == nullptr && is_ever_resumed(*scene.suite)) {
      Appearance second = first;
      second.kind = HandshakeKind::resumed;
      second.conversation = {};
      second.conversation.problem = "there is no session to resume";
      second.key_log_lines.clear();
      account(second);
      continue;
    }
    Appearance second = appear(theatre, scene, sessions, session);
    account(second);
  }
  tally.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - started);
  return tally;
}

}  // namespace heirloom::app::demo

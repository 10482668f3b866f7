// The triple handshake (Bhargavan, Delignat-Lavaud, Fournet, Pironti, Strub 2014: "Triple
// handshakes and cookie cutters"; RFC 7627 §1). A client connects to somebody whose certificate it
// accepts. He passes the randoms and the premaster secret on to a server, so that two sessions have
// one master secret. Both are resumed: now both connections have the same Finished messages, and a
// third handshake that he lets pass fits both. The server takes what he said before for the
// beginning of what the client says, although both know RFC 5746.
//
// The defences: the extended master secret depends on the certificate (RFC 7627 §4); without it,
// nothing is exported, and nobody renegotiates what began with a resumption (§5.4, also at SSL 3.0,
// §6.4: Renegotiation::any switches that off); a server does not become another one
// (ChangedCertificate::judge switches that off).
#include "attacks/between.hpp"
#include "session/session_access.hpp"
#include "support/pair.hpp"
#include "support/puppet/puppet.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr Combination kSsl{ProtocolVersion::ssl30, 0x000a};
constexpr Combination kTls{ProtocolVersion::tls10, 0x002f};
constexpr std::string_view kPrefix = "GET /transfer?to=mallory HTTP/1.0\r\nX-Ignore: ";
constexpr std::string_view kRequest = "GET / HTTP/1.0\r\nCookie: victim\r\n\r\n";

using S = Symbol;

Bytes bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

enum class Knows : std::uint8_t { no, yes };

/// Configs is both ends. The server has a certificate of its own; the client takes any.
struct Configs {
  explicit Configs(Combination combination, Knows extended_master_secret = Knows::no) {
    client.policy = policy_for(combination.version, combination.suite);
    client.policy.extensions.remove(Extension::encrypt_then_mac);  // the puppet has none
    if (extended_master_secret == Knows::no) {
      client.policy.extensions.remove(Extension::extended_master_secret);
    }
    client.verifier = accept_any_certificate();
    server.policy = policy_for(combination.version, combination.suite);
    server.sessions = make_memory_session_store();
    server.credentials = {pki_credentials("rsa2048")};
  }

  ClientOptions client = client_options();
  ServerOptions server = server_options();
};

/// Middle is who sits between one connection of the client and one of the server, with a
/// certificate of his own.
class Middle {
 public:
  Middle(Combination combination, const Configs& configs, SessionPtr session = nullptr)
      : client_(
            Connection::client(build(configs.client), {.host = "localhost"}, std::move(session))),
        server_(Connection::server(build(configs.server))),
        to_client_(Side::server, combination, pki_credentials("rsa1024")),
        to_server_(Side::client, combination, pki_credentials("client")) {
    to_client_.hear(take_outgoing(client_));
  }

  /// full is the first handshake: two of them, with the same randoms and the same premaster secret.
  void full() {
    pass_hellos();
    for (const Symbol symbol : {S::server_hello, S::certificate, S::server_hello_done}) {
      tell_client(to_client_.say(symbol));
    }
    to_server_.premaster_override = premaster();
    tell_server(to_server_.say(S::client_key_exchange));
  }

  /// finish is the rest of it, if the puppets have the same secrets as the ends.
  void finish() {
    for (const Symbol symbol : {S::change_cipher_spec, S::finished}) {
      tell_server(to_server_.say(symbol));
    }
    for (const Symbol symbol : {S::change_cipher_spec, S::finished}) {
      tell_client(to_client_.say(symbol));
    }
  }

  /// resume is the second one: every message is the same on both sides.
  void resume(const Session& session) {
    const Bytes id = to_client_.client_hello.session_id;
    to_client_.offer_session(id, detail::SessionAccess::master_secret(session));
    to_server_.offer_session(id, detail::SessionAccess::master_secret(session));
    pass_hellos();
    if (!server_.info().is_resumed) {
      return;
    }
    for (const Symbol symbol : {S::resumed_server_hello, S::change_cipher_spec, S::finished}) {
      tell_client(to_client_.say(symbol));
    }
    for (const Symbol symbol : {S::change_cipher_spec, S::finished}) {
      tell_server(to_server_.say(symbol));
    }
  }

  /// renegotiate is the third one: he says his part, asks the client for a handshake, and lets it
  /// pass. What the client says then goes to the server.
  void renegotiate() {
    tell_server(to_server_.record(ContentType::application_data, bytes(kPrefix)));
    deliver(client_, to_client_.say(S::hello_request), at_client_);
    for (int i = 0; i < 6; ++i) {
      pass(client_, to_client_, has_client_changed_, to_server_, server_, at_server_);
      pass(server_, to_server_, has_server_changed_, to_client_, client_, at_client_);
    }
    if (client_.phase() == Phase::open && client_.info().handshakes == 2) {
      EXPECT_TRUE(client_.write(bytes(kRequest)).has_value());
      pass(client_, to_client_, has_client_changed_, to_server_, server_, at_server_);
    }
  }

  [[nodiscard]] const Connection& client() const { return client_; }

  [[nodiscard]] const Connection& server() const { return server_; }

  [[nodiscard]] const Puppet& to_client() const { return to_client_; }

  [[nodiscard]] const Puppet& to_server() const { return to_server_; }

  /// heard is what the server takes for one request.
  [[nodiscard]] std::string heard() const { return {at_server_.begin(), at_server_.end()}; }

 private:
  void pass_hellos() {
    to_server_.client_hello = to_client_.client_hello;
    tell_server(to_server_.say(S::client_hello));
    to_client_.server_hello = to_server_.server_hello;
  }

  void tell_client(const Bytes& wire) {
    deliver(client_, wire, at_client_);
    to_client_.hear(take_outgoing(client_));
  }

  void tell_server(const Bytes& wire) {
    deliver(server_, wire, at_server_);
    to_server_.hear(take_outgoing(server_));
  }

  /// premaster opens what the client has encrypted for the wrong certificate.
  Bytes premaster() {
    const auto exchange = std::ranges::find_if(to_client_.fragments, [](const auto& fragment) {
      return fragment.type == ContentType::handshake && fragment.bytes[0] == 16;
    });
    const auto key = pki_credentials("rsa1024").key;
    const auto block = ByteView(exchange->bytes).last(key->size());
    auto opened = key->decrypt_raw(block);
    return to_bytes(ByteView(*opened.answer()).last(48));
  }

  /// pass carries records from one end to the other: out of the one connection and into the other,
  /// until their sender changes to keys that nobody else has.
  static void pass(Connection& from,
                   Puppet& opener,
                   bool& has_changed,
                   Puppet& sealer,
                   Connection& to,
                   Bytes& plaintext) {
    for (const Bytes& record : records_of(take_outgoing(from))) {
      if (has_changed) {
        deliver(to, record, plaintext);
        continue;
      }
      opener.fragments.clear();
      opener.hear(record);
      for (const Puppet::Fragment& fragment : opener.fragments) {
        deliver(to, sealer.record(fragment.type, fragment.bytes), plaintext);
        has_changed = has_changed || fragment.type == ContentType::change_cipher_spec;
      }
    }
  }

  Connection client_;
  Connection server_;
  Puppet to_client_;
  Puppet to_server_;
  Bytes at_client_;
  Bytes at_server_;
  bool has_client_changed_ = false;
  bool has_server_changed_ = false;
};

Bytes master_of(const Session& session) {
  return to_bytes(detail::SessionAccess::master_secret(session).expose());
}

class TripleHandshake : public ::testing::TestWithParam<Combination> {
 protected:
  /// synchronized_session is the client's, of the first handshake; the server's has its secret.
  static SessionPtr synchronized_session(const Configs& configs) {
    Middle first(GetParam(), configs);
    first.full();
    first.finish();
    EXPECT_EQ(first.client().phase(), Phase::open);
    EXPECT_EQ(first.server().phase(), Phase::open);
    EXPECT_EQ(first.client().info().peer_chain, pki_credentials("rsa1024").chain);
    const SessionPtr session = first.client().session();
    EXPECT_NE(session, nullptr);
    EXPECT_EQ(session->facts().id, first.server().session()->facts().id);
    EXPECT_EQ(master_of(*session), master_of(*first.server().session()));
    return session;
  }

  /// attack is all three; the last one's result is in the connections.
  static void attack(Middle& second, const Session& session) {
    second.resume(session);
    ASSERT_EQ(second.client().phase(), Phase::open);
    ASSERT_EQ(second.server().phase(), Phase::open);
    ASSERT_TRUE(second.client().info().has_secure_renegotiation);
    ASSERT_TRUE(second.server().info().has_secure_renegotiation);
    // This is what RFC 5746 binds the third one to.
    ASSERT_EQ(second.to_client().client_verify_data, second.to_server().client_verify_data);
    ASSERT_EQ(second.to_client().server_verify_data, second.to_server().server_verify_data);
    second.renegotiate();
  }
};

INSTANTIATE_TEST_SUITE_P(Versions, TripleHandshake, ::testing::Values(kSsl, kTls));

TEST_P(TripleHandshake, TheClientDoesNotBeginTheThird) {
  Configs configs(GetParam());
  configs.client.policy.changed_certificate = ChangedCertificate::judge;
  configs.server.policy.renegotiation = Renegotiation::any;
  const SessionPtr session = synchronized_session(configs);
  Middle second(GetParam(), configs, session);
  attack(second, *session);
  EXPECT_EQ(second.client().info().handshakes, 1U);
  EXPECT_EQ(second.heard(), kPrefix);
  if (GetParam().version == ProtocolVersion::ssl30) {
    expect_failed(second.client(), Cause::renegotiation_refused);
  } else {
    EXPECT_EQ(second.client().phase(), Phase::open);
  }
}

TEST_P(TripleHandshake, TheServerDoesNotBeginTheThird) {
  Configs configs(GetParam());
  configs.client.policy.changed_certificate = ChangedCertificate::judge;
  configs.client.policy.renegotiation = Renegotiation::any;
  const SessionPtr session = synchronized_session(configs);
  Middle second(GetParam(), configs, session);
  attack(second, *session);
  EXPECT_EQ(second.server().info().handshakes, 1U);
  EXPECT_EQ(second.heard(), kPrefix);
  if (GetParam().version == ProtocolVersion::ssl30) {
    expect_failed(second.server(), Cause::renegotiation_refused);
  } else {
    EXPECT_EQ(second.server().phase(), Phase::open);
  }
}

TEST_P(TripleHandshake, AServerDoesNotBecomeAnother) {
  Configs configs(GetParam());
  configs.client.policy.renegotiation = Renegotiation::any;
  configs.server.policy.renegotiation = Renegotiation::any;
  const SessionPtr session = synchronized_session(configs);
  Middle second(GetParam(), configs, session);
  attack(second, *session);
  expect_failed(second.client(), Cause::peer_changed);
  EXPECT_EQ(second.heard(), kPrefix);
}

// All that is left then is to know that the third handshake was bound to nothing.
TEST_P(TripleHandshake, SucceedsIfAllOfThatIsSwitchedOff) {
  Configs configs(GetParam());
  configs.client.policy.changed_certificate = ChangedCertificate::judge;
  configs.client.policy.renegotiation = Renegotiation::any;
  configs.server.policy.renegotiation = Renegotiation::any;
  const SessionPtr session = synchronized_session(configs);
  Middle second(GetParam(), configs, session);
  attack(second, *session);
  ASSERT_EQ(second.client().phase(), Phase::open);
  EXPECT_EQ(second.client().info().peer_chain, pki_credentials("rsa2048").chain);
  EXPECT_EQ(second.heard(), std::string(kPrefix) + std::string(kRequest));
  EXPECT_TRUE(second.client().info().was_renegotiated_insecurely);
  EXPECT_TRUE(second.server().info().was_renegotiated_insecurely);
}

// RFC 7627 §5.4: from one secret for two connections nothing is exported.
TEST(ExtendedMasterSecret, IsMissedWhereSomethingIsExported) {
  Middle first(kTls, Configs(kTls));
  first.full();
  first.finish();
  for (const Connection* const side : {&first.client(), &first.server()}) {
    const auto refused = side->export_keying_material("EXPORTER-test", 16);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().cause, Cause::export_refused);
  }
  constexpr auto kAccept = UnboundExport::accept;
  EXPECT_EQ(*first.client().export_keying_material("EXPORTER-test", 16, {}, kAccept),
            *first.server().export_keying_material("EXPORTER-test", 16, {}, kAccept))
      << "the same in two connections";
}

// §4: with the extension the first step fails.
TEST(ExtendedMasterSecret, GivesEachConnectionItsOwnSecret) {
  for (const Knows knows : {Knows::no, Knows::yes}) {
    Configs configs(kTls, knows);
    const auto client_log = std::make_shared<KeyLines>();
    const auto server_log = std::make_shared<KeyLines>();
    configs.client.key_log = client_log;
    configs.server.key_log = server_log;
    Middle first(kTls, configs);
    first.full();
    ASSERT_EQ(client_log->lines.size(), 1U);
    ASSERT_EQ(server_log->lines.size(), 1U);
    // Label and client's random are the same in both.
    EXPECT_EQ(client_log->lines[0] == server_log->lines[0], knows == Knows::no);
  }
}

}  // namespace
}  // namespace heirloom::testing

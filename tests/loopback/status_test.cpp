// The stapled OCSP response in whole handshakes: who sends it to whom, where it stands, and what a
// hostile peer can make of it (RFC 6066 §8, RFC 3546 §3.6).
#include "kx_rogue.hpp"
#include "message/extensions.hpp"
#include "support/suite_setup.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

using message::ExtensionType;
using Types = std::vector<HandshakeType>;
using T = HandshakeType;

constexpr Combination kRsa{kTls, 0x002f};

/// asking is a client that wants the status and trusts the test authority.
ClientOptions asking(Combination combination, StapledStatus status = StapledStatus::required) {
  ClientOptions client = client_options(combination);
  client.policy.extensions.add(Extension::status_request);
  client.verifier = verify_with_authorities(
      {.authorities = {pki_certificate("ca")}, .stapled_status = status, .check_host = false});
  return client;
}

/// stapling is a server that has a response for its certificate.
ServerOptions stapling(Combination combination,
                       const std::string& certificate = "rsa1024",
                       const std::string& response = "rsa1024") {
  ServerOptions server = server_options(combination);
  server.credentials = {pki_credentials(certificate)};
  server.credentials.front().ocsp_response = pki_response(response);
  return server;
}

/// heard is every handshake message that came, in order.
Types heard(Connection& connection) {
  Types types;
  for (const Event& event : take_events(connection)) {
    if (event.kind == Event::Kind::handshake_message &&
        event.direction == Event::Direction::received) {
      types.push_back(event.handshake_type);
    }
  }
  return types;
}

bool has_status(const Types& types) {
  return std::ranges::find(types, T::certificate_status) != types.end();
}

TEST(Stapling, StandsDirectlyBehindTheCertificate) {
  struct Row {
    std::uint16_t suite;
    ClientAuthentication client;
    Types flight;
  };

  const Row rows[] = {
      {0x002f,
       ClientAuthentication::none,
       {T::server_hello, T::certificate, T::certificate_status, T::server_hello_done, T::finished}},
      {0x002f,
       ClientAuthentication::optional,
       {T::server_hello,
        T::certificate,
        T::certificate_status,
        T::certificate_request,
        T::server_hello_done,
        T::finished}},
      {0x0033,
       ClientAuthentication::optional,
       {T::server_hello,
        T::certificate,
        T::certificate_status,
        T::server_key_exchange,
        T::certificate_request,
        T::server_hello_done,
        T::finished}},
      {0x0034,  // anonymous: there is nothing to have a status
       ClientAuthentication::none,
       {T::server_hello, T::server_key_exchange, T::server_hello_done, T::finished}},
  };
  for (const Row& row : rows) {
    const Combination combination{kTls, row.suite};
    SCOPED_TRACE(name_of(combination));
    ServerOptions server = stapling(combination);
    server.policy.client_authentication = row.client;
    server.verifier = accept_any_certificate();
    server.certificate_authorities = {certificate_subject_name(pki_certificate("ca")).value()};
    Pair pair(build(asking(combination)), build(std::move(server)));
    pair.run();
    ASSERT_EQ(pair.client.phase(), Phase::open) << pair.client.error()->text();
    ASSERT_EQ(pair.server.phase(), Phase::open);
    EXPECT_EQ(heard(pair.client), row.flight);
    pair.send_to_server(Bytes{1, 2, 3});
    EXPECT_EQ(pair.at_server, (Bytes{1, 2, 3}));
  }
}

TEST(Stapling, ArrivesInPiecesToo) {
  Pair pair(build(asking(kRsa)), build(stapling(kRsa)));
  pair.run_cut(1);
  EXPECT_EQ(pair.client.phase(), Phase::open);
}

TEST(Stapling, IsThereOnlyIfAskedForAndForItsOwnCertificate) {
  ClientOptions silent = asking(kRsa, StapledStatus::optional);
  silent.policy.extensions.remove(Extension::status_request);
  Pair unasked(build(std::move(silent)), build(stapling(kRsa)));
  unasked.run();
  ASSERT_EQ(unasked.client.phase(), Phase::open);
  EXPECT_FALSE(has_status(heard(unasked.client)));

  // Two certificates, and the suite takes the one without a response.
  const Combination dss{kTls, 0x0032};
  ServerOptions server = stapling(kRsa);
  server.policy = policy_for(dss.version, dss.suite);
  server.credentials.push_back(pki_credentials("dsa1024"));
  Pair other(build(asking(dss, StapledStatus::optional)), build(std::move(server)));
  other.run();
  ASSERT_EQ(other.client.phase(), Phase::open) << other.client.error()->text();
  EXPECT_FALSE(has_status(heard(other.client)));
}

TEST(Stapling, IsNotPartOfSsl30) {
  const Combination ssl{kSsl, 0x0005};
  Pair pair(build(asking(ssl, StapledStatus::optional)), build(stapling(ssl)));
  pair.run();
  ASSERT_EQ(pair.client.phase(), Phase::open);
  EXPECT_FALSE(has_status(heard(pair.client)));
  // A hello that offers TLS 1.0 asks; the server that chooses SSL 3.0 does not answer.
  ClientOptions both = asking(ssl, StapledStatus::optional);
  both.policy.max_version = kTls;
  Pair lower(build(std::move(both)), build(stapling(ssl)));
  lower.run();
  ASSERT_EQ(lower.client.phase(), Phase::open);
  EXPECT_EQ(lower.client.info().version, kSsl);
  EXPECT_FALSE(has_status(heard(lower.client)));
}

TEST(Stapling, HasNoPlaceInAResumedHandshake) {
  const auto client = build(asking(kRsa));
  ServerOptions options = stapling(kRsa);
  options.sessions = make_memory_session_store();
  const auto server = build(std::move(options));
  Pair first(client, server);
  first.run();
  ASSERT_EQ(first.client.phase(), Phase::open);
  Pair second(client, server, first.client.session());
  second.run();
  ASSERT_EQ(second.client.phase(), Phase::open);
  EXPECT_TRUE(second.client.info().is_resumed);
  EXPECT_EQ(heard(second.client), (Types{T::server_hello, T::finished}));
}

TEST(Stapling, IsRefusedAndTheServerHearsWhy) {
  struct Row {
    const char* certificate;
    const char* response;  ///< "" for none
    Cause cause;
    AlertDescription alert;
  };

  const Row rows[] = {
      {"revoked", "revoked", Cause::certificate_revoked, AlertDescription::certificate_revoked},
      {"rsa1024",
       "rsa1024-expired",
       Cause::certificate_status_invalid,
       AlertDescription::bad_certificate_status_response},
      {"rsa1024",
       "rsa1024-forged",
       Cause::certificate_status_invalid,
       AlertDescription::bad_certificate_status_response},
      {"rsa1024",
       "chained",
       Cause::certificate_status_invalid,
       AlertDescription::bad_certificate_status_response},
      {"rsa1024", "", Cause::certificate_status_unknown, AlertDescription::certificate_unknown},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.certificate) + " " + row.response);
    const std::string response = row.response;
    ServerOptions server = stapling(kRsa, row.certificate, response.empty() ? "rsa1024" : response);
    if (response.empty()) {
      server.credentials.front().ocsp_response.clear();
    }
    Pair pair(build(asking(kRsa)), build(std::move(server)));
    pair.run();
    ASSERT_NE(pair.client.error(), nullptr);
    EXPECT_EQ(pair.client.error()->cause, row.cause) << pair.client.error()->text();
    ASSERT_NE(pair.server.error(), nullptr);
    EXPECT_EQ(pair.server.error()->alert, (Alert{AlertLevel::fatal, row.alert}));
  }
}

TEST(Stapling, ResponseThatFitsNoMessageIsRefusedBeforehand) {
  ServerOptions server = stapling(kRsa);
  server.credentials.front().ocsp_response.resize(0xffffff - 4);
  EXPECT_TRUE(ServerConfig::build(server).has_value());
  server.credentials.front().ocsp_response.push_back(0);
  EXPECT_EQ(ServerConfig::build(server).error().cause, Cause::config_invalid);
}

wire::HelloExtension status_request(Bytes data) {
  return {.type = static_cast<std::uint16_t>(ExtensionType::status_request),
          .data = std::move(data)};
}

TEST(StatusRequest, IsTheOneOfTheDocument) {
  Rogue rogue(Side::client, kRsa, [](ClientOptions& client, ServerOptions&) {
    client.policy.extensions.add(Extension::status_request);
  });
  // RFC 6066 §8: ocsp (1), an empty list of responders, no extensions.
  const Bytes* data = message::find_extension(rogue.puppet().client_hello.extensions,
                                              ExtensionType::status_request);
  ASSERT_NE(data, nullptr);
  EXPECT_EQ(*data, (Bytes{1, 0, 0, 0, 0}));
  for (const ProtocolVersion version : {kSsl, kTls}) {
    const bool is_ssl = version == kSsl;
    Rogue without(Side::client, {version, 0x0005}, [is_ssl](ClientOptions& client, ServerOptions&) {
      if (is_ssl) {
        client.policy.extensions.add(Extension::status_request);
      }
    });
    EXPECT_EQ(message::find_extension(without.puppet().client_hello.extensions,
                                      ExtensionType::status_request),
              nullptr);
  }
}

TEST(StatusRequest, OfAClientMayNameRespondersAndOtherTypes) {
  struct Row {
    Bytes data;
    bool is_answered;
  };

  for (const Row& row : {Row{{1, 0, 0, 0, 0}, true},
                         Row{{1, 0, 3, 0, 1, 9, 0, 1, 8}, true},  // one responder, an extension
                         Row{{2, 0, 0}, false}}) {                // no type that we know
    Rogue rogue(Side::server, kRsa, [](ClientOptions&, ServerOptions& server) {
      server.credentials.front().ocsp_response = pki_response("rsa1024");
    });
    rogue.puppet().client_hello.extensions = {status_request(row.data)};
    rogue.say(Symbol::client_hello);
    rogue.expect_content();
    EXPECT_EQ(rogue.has_sent(T::certificate_status), row.is_answered);
    const Bytes* answer = message::find_extension(rogue.puppet().server_hello.extensions,
                                                  ExtensionType::status_request);
    ASSERT_EQ(answer != nullptr, row.is_answered);
    if (row.is_answered) {
      EXPECT_TRUE(answer->empty());
      const Bytes response = pki_response("rsa1024");
      const Bytes head{1,
                       0,
                       static_cast<std::uint8_t>(response.size() >> 8U),
                       static_cast<std::uint8_t>(response.size())};
      EXPECT_EQ(rogue.sent(T::certificate_status), join({head, response}));
    }
  }
}

TEST(StatusRequest, OfAClientThatCannotBeReadIsRefused) {
  const Refusal malformed{Cause::extension_malformed,
                          AlertDescription::decode_error,
                          AlertDescription::illegal_parameter};
  for (const Bytes& data : {Bytes{}, Bytes{1}, Bytes{1, 0, 0, 0}, Bytes{1, 0, 0, 0, 0, 0}}) {
    for (const ProtocolVersion version : {kSsl, kTls}) {
      Rogue rogue(Side::server, {version, 0x0005});
      rogue.puppet().client_hello.extensions = {status_request(data)};
      rogue.say(Symbol::client_hello);
      rogue.expect(malformed);
    }
  }
}

/// Announcing is a server that has shown hello and certificate to a client that asks.
class Announcing : public Rogue {
 public:
  explicit Announcing(std::uint16_t suite = 0x002f, const Bytes& data = {})
      : Rogue(Side::client, {kTls, suite}, [](ClientOptions& client, ServerOptions&) {
          const Policy policy = client.policy;
          client = asking(kRsa);
          client.policy = policy;
          client.policy.extensions.add(Extension::status_request);
          client.trace = Trace::messages;
        }) {
    puppet().server_hello.extensions = {status_request(data)};
    if (say(Symbol::server_hello)) {
      say(Symbol::certificate);
    }
  }

  bool status(const Bytes& body) { return tell(T::certificate_status, body); }

  bool done() { return say(Symbol::server_hello_done); }
};

constexpr Refusal kBadStatus{Cause::certificate_status_invalid,
                             AlertDescription::bad_certificate_status_response,
                             AlertDescription::certificate_unknown};

Bytes status_body(const Bytes& response) {
  return join({Bytes{1, 0}, opaque16(response)});
}

TEST(HostileStatus, IsNotReadUnlessItWasAnnounced) {
  Rogue unasked(Side::client, kRsa);
  unasked.say(Symbol::server_hello);
  unasked.say(Symbol::certificate);
  unasked.tell(T::certificate_status, status_body(pki_response("rsa1024")));
  unasked.expect(kUnexpected);

  Rogue not_offered(Side::client, kRsa);
  not_offered.puppet().server_hello.extensions = {status_request({})};
  not_offered.say(Symbol::server_hello);
  not_offered.expect({Cause::extension_not_offered,
                      AlertDescription::unsupported_extension,
                      AlertDescription::handshake_failure});

  Announcing with_data(0x002f, {1});
  with_data.expect({Cause::extension_malformed,
                    AlertDescription::decode_error,
                    AlertDescription::illegal_parameter});

  // Asked for in a hello that offers TLS 1.0, announced at SSL 3.0, where it is no message.
  Rogue ssl(Side::client, {kSsl, 0x0005}, [](ClientOptions& client, ServerOptions&) {
    client.policy.max_version = kTls;
    client.policy.extensions.add(Extension::status_request);
  });
  ssl.puppet().server_hello.extensions = {status_request({})};
  ssl.say(Symbol::server_hello);
  ssl.say(Symbol::certificate);
  ssl.tell(T::certificate_status, status_body(pki_response("rsa1024")));
  ssl.expect(kUnexpected);
}

TEST(HostileStatus, ComesOnceAndBeforeEverythingElse) {
  const Bytes good = status_body(pki_response("rsa1024"));
  for (const std::uint16_t suite : {std::uint16_t{0x002f}, std::uint16_t{0x0033}}) {
    Announcing twice(suite);
    twice.status(good);
    twice.expect_content();
    twice.status(good);
    twice.expect(kUnexpected);
  }
  Announcing late(0x0033);
  late.say(Symbol::server_key_exchange);
  late.expect_content();
  late.status(good);
  late.expect(kUnexpected);
}

TEST(HostileStatus, MustBeWellFormed) {
  for (const Bytes& body : {Bytes{},
                            Bytes{1},
                            Bytes{1, 0, 0, 0},           // an empty response
                            Bytes{1, 0, 0, 2, 0x30},     // shorter than it says
                            Bytes{1, 0, 0, 1, 0x30, 0},  // longer
                            Bytes{2, 0, 0, 1, 0x30}}) {  // another type than was asked for
    Announcing server;
    server.status(body);
    server.expect(kMalformed);
  }
  Announcing oversized;
  const Bytes head{static_cast<std::uint8_t>(T::certificate_status), 0x04, 0x00, 0x01};  // 262145
  ASSERT_GT(0x040001U, Limits().max_handshake_message);
  oversized.tell_raw(head);
  oversized.expect({Cause::message_too_long,
                    AlertDescription::illegal_parameter,
                    AlertDescription::illegal_parameter});
}

TEST(HostileStatus, IsJudgedWithTheCertificate) {
  Announcing good;
  good.status(status_body(pki_response("rsa1024")));
  good.done();
  good.expect_content();
  EXPECT_TRUE(good.has_sent(T::client_key_exchange));

  Announcing garbage;
  garbage.status(status_body({1, 2, 3}));
  garbage.expect_content();
  garbage.done();
  garbage.expect(kBadStatus);
  EXPECT_FALSE(garbage.has_sent(T::client_key_exchange));

  Announcing none;  // announced, and left out all the same: that is the server's right
  none.done();
  none.expect({Cause::certificate_status_unknown,
               AlertDescription::certificate_unknown,
               AlertDescription::certificate_unknown});
}

}  // namespace
}  // namespace heirloom::testing

#include "support/puppet/scene.hpp"

#include "crypto/hash.hpp"
#include "message/extensions.hpp"
#include "session/session_access.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {

Scene::Scene(Side engine_side, Combination combination, Shape shape, const Adjust& adjust)
    : side_(engine_side),
      shape_(shape),
      puppet_(engine_side == Side::server ? Side::client : Side::server,
              combination,
              pki_credentials(engine_side == Side::server ? "client" : "rsa1024")),
      engine_(engine_side == Side::server ? make_server(combination, adjust)
                                          : make_client(combination, adjust)) {
  puppet_.hear(take_outgoing(engine_));
  if (shape == Shape::renegotiated) {
    establish_again();
  }
}

void Scene::establish_again() {
  establish();
  puppet_.begin_again();
  if (side_ == Side::client) {
    EXPECT_TRUE(engine_.renegotiate().has_value());
    puppet_.hear(take_outgoing(engine_));
  }
}

Connection Scene::make_server(Combination combination, const Adjust& adjust) {
  ServerOptions options = server_options();
  options.policy = policy_for(combination.version, combination.suite);
  if (shape_ == Shape::with_client_certificate) {
    const Credentials identity = pki_credentials("client");
    options.policy.client_authentication = ClientAuthentication::optional;
    options.verifier = verify_with_pin({certificate_fingerprint(identity.chain.front())});
    options.certificate_authorities = {*certificate_subject_name(identity.chain.back())};
  }
  if (shape_ == Shape::resumed) {
    options.sessions = make_memory_session_store();
    options.sessions->insert(stored_session(combination, Side::server));
    puppet_.offer_session(Bytes(32, 7), stored_master());
  }
  if (shape_ == Shape::renegotiated) {
    options.policy.limits.max_renegotiations = 1;
    puppet_.client_hello.cipher_suites.push_back(kEmptyRenegotiationInfoScsv);
  }
  ClientOptions unused;
  if (adjust) {
    adjust(unused, options);
  }
  return Connection::server(build(std::move(options)));
}

Connection Scene::make_client(Combination combination, const Adjust& adjust) {
  ClientOptions options = client_options();
  options.policy = policy_for(combination.version, combination.suite);
  options.credentials = {pki_credentials("client")};
  SessionPtr session;
  if (shape_ == Shape::resumed) {
    session = stored_session(combination, Side::client);
    puppet_.offer_session(Bytes(32, 7), stored_master());
  }
  if (shape_ == Shape::resumed_ticketed) {
    const SessionPtr plain = stored_session(combination, Side::client);
    Session::Facts facts = plain->facts();
    facts.id.clear();
    facts.ticket = Bytes(60, 0x70);
    facts.ticket_end = facts.created + std::chrono::hours(1);
    session = detail::SessionAccess::make(std::move(facts), stored_master());
    puppet_.offer_session({}, stored_master());
  }
  if (shape_ == Shape::ticketed || shape_ == Shape::resumed_ticketed) {
    options.policy.extensions.add(Extension::session_ticket);
    puppet_.server_hello.extensions = wire::HelloExtensions{
        {.type = static_cast<std::uint16_t>(message::ExtensionType::session_ticket), .data = {}}};
  }
  if (shape_ == Shape::stapled) {
    options.policy.extensions.add(Extension::status_request);
    puppet_.server_hello.extensions = wire::HelloExtensions{
        {.type = static_cast<std::uint16_t>(Extension::status_request), .data = {}}};
  }
  if (shape_ == Shape::renegotiated) {
    options.policy.limits.max_renegotiations = 0;
    puppet_.server_hello.extensions = wire::HelloExtensions{
        message::make_extension(Extension::renegotiation_info, message::RenegotiationInfo{})};
  }
  ServerOptions unused;
  if (adjust) {
    adjust(options, unused);
  }
  return Connection::client(build(std::move(options)), {.host = "localhost"}, session);
}

bool Scene::say(Symbol symbol) {
  return send(puppet_.say(symbol));
}

bool Scene::send(ByteView bytes) {
  deliver(engine_, bytes, plaintext_);
  puppet_.hear(take_outgoing(engine_));
  return engine_.phase() != Phase::failed;
}

void Scene::establish() {
  using S = Symbol;
  std::vector<Symbol> script;
  if (shape_ == Shape::resumed) {
    script = side_ == Side::server
                 ? std::vector{S::client_hello, S::change_cipher_spec, S::finished}
                 : std::vector{S::resumed_server_hello, S::change_cipher_spec, S::finished};
  } else if (side_ == Side::server) {
    script = {S::client_hello, S::client_key_exchange, S::change_cipher_spec, S::finished};
    if (shape_ == Shape::with_client_certificate) {
      script = {S::client_hello,
                S::certificate,
                S::client_key_exchange,
                S::certificate_verify,
                S::change_cipher_spec,
                S::finished};
    }
  } else {
    script = {
        S::server_hello, S::certificate, S::server_hello_done, S::change_cipher_spec, S::finished};
    const KeyExchangeInfo& row = info(puppet_.suite().key_exchange);
    if (row.server_key_exchange == KeyExchangeInfo::ServerKeyExchangeRule::always) {
      script.insert(script.begin() + 2, S::server_key_exchange);
    }
    if (row.is_anonymous) {
      script.erase(script.begin() + 1);
    }
  }
  for (const Symbol symbol : script) {
    ASSERT_TRUE(say(symbol)) << to_string(symbol) << ": " << engine_.error()->text();
  }
  ASSERT_EQ(engine_.phase(), Phase::open);
}

Alert Scene::last_alert() const {
  EXPECT_FALSE(puppet_.alerts.empty()) << "no alert was sent";
  return puppet_.alerts.empty() ? Alert{} : puppet_.alerts.back();
}

Cause Scene::cause() const {
  EXPECT_NE(engine_.error(), nullptr) << "the connection did not fail";
  return engine_.error() == nullptr ? Cause::internal_error : engine_.error()->cause;
}

MasterSecret Scene::stored_master() {
  Secret<48> secret;
  std::ranges::fill(secret.expose(), std::uint8_t{0x42});
  return MasterSecret(std::move(secret));
}

SessionPtr Scene::stored_session(Combination combination, Side side) {
  Session::Facts facts{.id = Bytes(32, 7),
                       .version = combination.version,
                       .cipher_suite = combination.suite,
                       .created = FixedClock().now()};
  if (side == Side::client) {  // as make_client sets the engine up
    facts.server_name = "localhost";
    const auto own = crypto::sha256(pki_certificate("client"));
    facts.own_certificates = to_bytes(crypto::sha256(own));
  }
  return detail::SessionAccess::make(std::move(facts), stored_master());
}

}  // namespace heirloom::testing

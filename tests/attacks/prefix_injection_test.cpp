// Renegotiation prefix injection (Ray and Dispensa 2009, Rex 2009; CVE-2009-3555): somebody in
// between begins a connection with the server, says something, and then lets a client's first
// handshake pass as a renegotiation of his own. The server takes what he said for the beginning of
// what the client says.
//
// The defence: RFC 5746 binds a renegotiation to the connection (§3.5, §3.7), and a server
// renegotiates with nobody who does not know it (§4.4, Renegotiation::only_secure).
// Renegotiation::any switches that off.
#include "attacks/between.hpp"
#include "support/pair.hpp"
#include "support/puppet/puppet.hpp"
#include "support/test_pki.hpp"

#include <string>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr Combination kSsl{ProtocolVersion::ssl30, 0x000a};
constexpr Combination kTls{ProtocolVersion::tls10, 0x002f};

enum class Knows5746 : std::uint8_t { no, yes };

/// Dance is the server, the client that is the victim, and who sits between them.
class Dance {
 public:
  Dance(Combination combination, Renegotiation server_rule, Knows5746 mallory, Knows5746 victim)
      : server_(Connection::server(server_config(combination, server_rule))),
        victim_(Connection::client(client_config(combination, victim), {.host = "localhost"})),
        mallory_(Side::client, combination, pki_credentials("client")) {
    if (mallory == Knows5746::yes) {
      mallory_.client_hello.cipher_suites.push_back(kEmptyRenegotiationInfoScsv);
    }
  }

  /// play is the whole attack. Every record between the two goes through Mallory: under his own
  /// keys until the other side changes to keys that he does not know, then as it is.
  void play() {
    for (const Symbol symbol : {Symbol::client_hello,
                                Symbol::client_key_exchange,
                                Symbol::change_cipher_spec,
                                Symbol::finished}) {
      to_server(mallory_.say(symbol));
    }
    ASSERT_EQ(server_.phase(), Phase::open);
    const std::string prefix = "GET /transfer?to=mallory HTTP/1.0\r\nX-Ignore: ";
    to_server(mallory_.record(ContentType::application_data, Bytes(prefix.begin(), prefix.end())));
    for (int i = 0; i < 10; ++i) {
      pass_to_server(take_outgoing(victim_));
      pass_to_victim();
    }
    if (victim_.phase() == Phase::open) {
      const std::string request = "GET / HTTP/1.0\r\nCookie: victim\r\n\r\n";
      EXPECT_TRUE(victim_.write(Bytes(request.begin(), request.end())).has_value());
      pass_to_server(take_outgoing(victim_));
    }
  }

  [[nodiscard]] const Connection& server() const { return server_; }

  [[nodiscard]] const Connection& victim() const { return victim_; }

  /// heard is what the server takes for one request.
  [[nodiscard]] std::string heard() const { return {at_server_.begin(), at_server_.end()}; }

 private:
  static std::shared_ptr<const ServerConfig> server_config(Combination combination,
                                                           Renegotiation rule) {
    ServerOptions options = server_options();
    options.policy = policy_for(combination.version, combination.suite);
    options.policy.renegotiation = rule;
    return build(std::move(options));
  }

  static std::shared_ptr<const ClientConfig> client_config(Combination combination,
                                                           Knows5746 victim) {
    ClientOptions options = client_options();
    options.policy = policy_for(combination.version, combination.suite);
    if (victim == Knows5746::no) {
      options.policy.extensions.remove(Extension::renegotiation_info);
    }
    return build(std::move(options));
  }

  void to_server(const Bytes& bytes) {
    deliver(server_, bytes, at_server_);
    append(from_server_, take_outgoing(server_));
    if (!victim_has_begun_) {
      mallory_.hear(from_server_);
      from_server_.clear();
    }
  }

  /// pass_to_server: the victim speaks in the clear until its change_cipher_spec.
  void pass_to_server(const Bytes& bytes) {
    victim_has_begun_ = true;
    for (const Bytes& record : records_of(bytes)) {
      const auto type = static_cast<ContentType>(record[0]);
      to_server(victim_has_changed_ ? record : mallory_.record(type, ByteView(record).subspan(5)));
      victim_has_changed_ = victim_has_changed_ || type == ContentType::change_cipher_spec;
    }
  }

  void pass_to_victim() {
    for (const Bytes& record : records_of(std::exchange(from_server_, {}))) {
      if (server_has_changed_) {
        deliver(victim_, record, at_victim_);
        continue;
      }
      mallory_.fragments.clear();
      mallory_.hear(record);
      for (const Puppet::Fragment& fragment : mallory_.fragments) {
        Bytes plain{static_cast<std::uint8_t>(fragment.type), record[1], record[2]};
        plain.push_back(static_cast<std::uint8_t>(fragment.bytes.size() >> 8U));
        plain.push_back(static_cast<std::uint8_t>(fragment.bytes.size()));
        append(plain, fragment.bytes);
        deliver(victim_, plain, at_victim_);
        server_has_changed_ =
            server_has_changed_ || fragment.type == ContentType::change_cipher_spec;
      }
    }
  }

  Connection server_;
  Connection victim_;
  Puppet mallory_;
  Bytes from_server_;
  Bytes at_server_;
  Bytes at_victim_;
  bool victim_has_begun_ = false;
  bool victim_has_changed_ = false;
  bool server_has_changed_ = false;
};

class PrefixInjection : public ::testing::TestWithParam<Combination> {};

INSTANTIATE_TEST_SUITE_P(Versions, PrefixInjection, ::testing::Values(kSsl, kTls));

// By default nothing of the victim's is ever added to what Mallory has said, whoever knows RFC
// 5746.
TEST_P(PrefixInjection, IsRefusedByDefault) {
  for (const Knows5746 mallory : {Knows5746::no, Knows5746::yes}) {
    for (const Knows5746 victim : {Knows5746::no, Knows5746::yes}) {
      SCOPED_TRACE(std::to_string(static_cast<int>(mallory)) +
                   std::to_string(static_cast<int>(victim)));
      Dance dance(GetParam(), Renegotiation::only_secure, mallory, victim);
      dance.play();
      EXPECT_EQ(dance.heard().find("Cookie"), std::string::npos);
      EXPECT_EQ(dance.server().info().handshakes, 1U);
      EXPECT_NE(dance.victim().phase(), Phase::open);
      if (mallory == Knows5746::yes) {
        ASSERT_NE(dance.server().error(), nullptr);
        EXPECT_EQ(dance.server().error()->cause, Cause::renegotiation_info_mismatch);
      }
    }
  }
}

// With `any` the server lets old clients renegotiate. A client that knows RFC 5746 is safe even
// then, because its signal shows that this is its first handshake (§4.4). An old one is not; all
// that is left to the server is to know that the handshake was not bound to the connection.
TEST_P(PrefixInjection, IsPossibleIfThePolicySaysAny) {
  Dance warned(GetParam(), Renegotiation::any, Knows5746::no, Knows5746::yes);
  warned.play();
  EXPECT_EQ(warned.heard().find("Cookie"), std::string::npos);
  ASSERT_NE(warned.server().error(), nullptr);
  EXPECT_EQ(warned.server().error()->cause, Cause::renegotiation_info_mismatch);

  Dance attack(GetParam(), Renegotiation::any, Knows5746::no, Knows5746::no);
  attack.play();
  EXPECT_EQ(attack.victim().phase(), Phase::open);
  EXPECT_EQ(attack.server().phase(), Phase::open);
  EXPECT_EQ(attack.heard(),
            "GET /transfer?to=mallory HTTP/1.0\r\nX-Ignore: "
            "GET / HTTP/1.0\r\nCookie: victim\r\n\r\n");
  EXPECT_TRUE(attack.server().info().was_renegotiated_insecurely);
  EXPECT_FALSE(attack.victim().info().was_renegotiated_insecurely)
      << "to the victim it is a first handshake";
}

}  // namespace
}  // namespace heirloom::testing

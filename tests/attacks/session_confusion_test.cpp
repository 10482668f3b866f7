// A session resumed for what it was not made for: under another server name ("virtual host
// confusion", Delignat-Lavaud and Bhargavan 2014; CVE-2014-3616 in nginx, whose hosts shared one
// cache), or at a server that asks for client certificates by way of one that does not
// (CVE-2025-23419 in nginx, CVE-2025-23048 in Apache). Whoever can redirect connections chooses the
// server that resumes, and no certificate is shown or asked for then.
//
// The defence: a session belongs to its name and to the way clients were asked (RFC 6066 §3,
// heirloom/session.hpp); whatever does not fit is a full handshake. Here two servers share one
// store and the ticket keys, which is the worst case.
#include "attacks/between.hpp"
#include "support/pair.hpp"
#include "support/test_pki.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

/// KeptBy says who keeps a session: the server by its id, or the client as a ticket.
enum class KeptBy : std::uint8_t { id, ticket };

class SessionConfusion : public ::testing::TestWithParam<KeptBy> {
 protected:
  SessionConfusion() {
    client_.policy = policy_for(ProtocolVersion::tls10, 0x002f);
    if (GetParam() == KeptBy::ticket) {
      client_.policy.extensions.add(Extension::session_ticket);
      public_.ticket_keys = make_ticket_keys({}, client_.clock);
    }
    client_.verifier = accept_any_certificate();
    public_.policy = policy_for(ProtocolVersion::tls10, 0x002f);
    public_.sessions = make_memory_session_store();
    private_ = public_;
    private_.credentials = {pki_credentials("rsa2048")};
  }

  /// visit is a connection to a server; who is meant and who is reached are two things.
  [[nodiscard]] Pair visit(const ServerOptions& server,
                           const std::string& meant,
                           SessionPtr session = nullptr) const {
    const auto config = build(client_);
    Pair pair(config, build(server));
    pair.client = Connection::client(config, {.host = meant}, std::move(session));
    pair.run();
    return pair;
  }

  [[nodiscard]] SessionPtr session_with_public() const {
    const Pair pair = visit(public_, "public.example");
    EXPECT_EQ(pair.client.phase(), Phase::open);
    EXPECT_NE(pair.client.session(), nullptr);
    EXPECT_EQ(pair.client.session()->facts().ticket.empty(), GetParam() == KeptBy::id);
    return pair.client.session();
  }

  ClientOptions client_ = client_options();
  ServerOptions public_ = server_options();
  ServerOptions private_;
};

INSTANTIATE_TEST_SUITE_P(Kept, SessionConfusion, ::testing::Values(KeptBy::id, KeptBy::ticket));

TEST_P(SessionConfusion, AClientOffersASessionToItsHostOnly) {
  const SessionPtr session = session_with_public();
  EXPECT_TRUE(visit(public_, "public.example", session).client.info().is_resumed);
  const Pair attack = visit(private_, "private.example", session);
  EXPECT_FALSE(attack.client.info().is_resumed);
  EXPECT_EQ(attack.client.info().peer_chain, pki_credentials("rsa2048").chain);
}

// The client means the public host, and is redirected to the private one, which has the session.
TEST_P(SessionConfusion, AServerThatKnowsItsNamesIsNotTakenForAnother) {
  const SessionPtr session = session_with_public();
  private_.server_names = {"private.example"};
  private_.policy.unrecognized_name = UnrecognizedName::refuse;
  const Pair attack = visit(private_, "public.example", session);
  expect_failed(attack.server, Cause::server_name_unrecognized);
  EXPECT_EQ(attack.client.phase(), Phase::failed);
  EXPECT_TRUE(session_with_public()->is_resumable());

  // Servers that answer to any name are one server, if they share their sessions.
  private_.policy.unrecognized_name = UnrecognizedName::ignore;
  const Pair open = visit(private_, "public.example", session_with_public());
  EXPECT_TRUE(open.client.info().is_resumed);
}

// A session that was made without any client certificate opens no door where one is required; nor
// one for which a certificate was merely optional.
TEST_P(SessionConfusion, AServerThatAsksForCertificatesAsks) {
  using enum ClientAuthentication;
  const auto ask = [](ServerOptions& server, ClientAuthentication rule) {
    server.policy.client_authentication = rule;
    server.verifier = accept_any_certificate();
    server.certificate_authorities = {certificate_subject_name(pki_certificate("ca")).value()};
  };
  for (const ClientAuthentication before : {none, optional, required}) {
    SCOPED_TRACE(static_cast<int>(before));
    client_.credentials.clear();
    if (before == required) {
      client_.credentials = {pki_credentials("client")};
    }
    ask(public_, before);
    ask(private_, required);
    const SessionPtr session = session_with_public();
    const Pair attack = visit(private_, "public.example", session);
    if (before == required) {  // the same rule: the client was asked, and is the same
      EXPECT_TRUE(attack.client.info().is_resumed);
      EXPECT_EQ(attack.server.info().peer_chain, pki_credentials("client").chain);
      continue;
    }
    EXPECT_FALSE(attack.server.info().is_resumed);
    expect_failed(attack.server, Cause::client_certificate_required);
  }
}

}  // namespace
}  // namespace heirloom::testing

// BoxSessions: who makes a full handshake with a box, and who waits for the session that comes of
// it.
#include "ladder/box_sessions.hpp"

#include "heirloom/config.hpp"
#include "heirloom/connection.hpp"

#include <array>
#include <chrono>
#include <future>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kEver = 60s;
constexpr auto kMoment = 50ms;

std::string certificate_file(const std::string& name) {
  return std::string(HEIRLOOM_SOURCE_DIR) + "/tests/vectors/certificates/" + name;
}

void carry(Connection& from, Connection& to) {
  for (const auto piece : from.outgoing()) {
    EXPECT_TRUE(to.receive(piece).has_value());
  }
  std::size_t sent = 0;
  for (const auto piece : from.outgoing()) {
    sent += piece.size();
  }
  from.consume_outgoing(sent);
}

/// make_source shakes hands in memory and gives what the client has of it.
SessionSource make_source() {
  ClientOptions ours;
  ours.verifier = accept_any_certificate();
  ServerOptions theirs;
  theirs.credentials = {
      load_credentials(certificate_file("rsa1024.crt"), certificate_file("rsa1024.key")).value()};
  theirs.sessions = make_memory_session_store();
  Connection client = Connection::client(ClientConfig::build(std::move(ours)).value(), {"box"});
  Connection server = Connection::server(ServerConfig::build(std::move(theirs)).value());
  for (int turn = 0; turn < 4; ++turn) {
    carry(client, server);
    carry(server, client);
  }
  EXPECT_NE(client.session(), nullptr);
  return {client.session(), nullptr};
}

/// asks tells on a thread of its own what the next connection would offer.
std::future<SessionPtr> asks(BoxSessions& sessions, const StopSignal* stop = nullptr) {
  return std::async(std::launch::async,
                    [&sessions, stop] { return sessions.begin(stop).offer().engine; });
}

bool is_waiting(const std::future<SessionPtr>& answer) {
  return answer.wait_for(kMoment) == std::future_status::timeout;
}

TEST(BoxSessions, the_first_connection_goes_alone_and_the_others_take_its_session) {
  BoxSessions sessions({.proven = kEver, .patience = kEver});
  const SessionSource source = make_source();
  std::future<SessionPtr> second;
  {
    BoxSessions::Turn first = sessions.begin(nullptr);
    EXPECT_TRUE(first.offer().is_empty());
    second = asks(sessions);
    EXPECT_TRUE(is_waiting(second));
    first.made(source);
  }
  EXPECT_EQ(second.get(), source.engine);
  EXPECT_EQ(sessions.latest().engine, source.engine);
}

TEST(BoxSessions, nobody_waits_for_a_session_that_the_box_has_shown_to_have) {
  BoxSessions sessions({.proven = kEver, .patience = kEver});
  const SessionSource source = make_source();
  sessions.adopt(source);
  const BoxSessions::Turn first = sessions.begin(nullptr);
  const BoxSessions::Turn second = sessions.begin(nullptr);
  EXPECT_EQ(first.offer().engine, source.engine);
  EXPECT_EQ(second.offer().engine, source.engine);
}

TEST(BoxSessions, after_a_while_one_connection_finds_out_whether_the_box_still_has_it) {
  BoxSessions sessions({.proven = 0ms, .patience = kEver});
  const SessionSource old = make_source();
  const SessionSource fresh = make_source();
  sessions.adopt(old);
  std::future<SessionPtr> second;
  {
    BoxSessions::Turn first = sessions.begin(nullptr);
    EXPECT_EQ(first.offer().engine, old.engine);
    second = asks(sessions);
    EXPECT_TRUE(is_waiting(second));
    first.made(fresh);
  }
  EXPECT_EQ(second.get(), fresh.engine);
}

TEST(BoxSessions, a_session_whose_connection_has_failed_is_not_offered) {
  BoxSessions sessions({.proven = kEver, .patience = kEver});
  ClientOptions options;
  options.verifier = accept_any_certificate();
  const SessionSource source = make_source();
  sessions.adopt(source);
  Connection user =
      Connection::client(ClientConfig::build(std::move(options)).value(), {"box"}, source.engine);
  const std::array<std::uint8_t, 7> fatal = {21, 3, 1, 0, 2, 2, 40};
  EXPECT_FALSE(user.receive(fatal).has_value());
  EXPECT_TRUE(sessions.latest().is_empty());
  EXPECT_TRUE(sessions.begin(nullptr).offer().is_empty());
}

TEST(BoxSessions, a_first_connection_that_fails_makes_way_for_the_next) {
  BoxSessions sessions({.proven = kEver, .patience = kEver});
  std::future<SessionPtr> second;
  {
    const BoxSessions::Turn failing = sessions.begin(nullptr);
    second = asks(sessions);
    EXPECT_TRUE(is_waiting(second));
  }
  EXPECT_EQ(second.get(), nullptr);
}

TEST(BoxSessions, a_box_without_sessions_is_waited_for_once) {
  BoxSessions sessions({.proven = kEver, .patience = kEver});
  sessions.adopt({});
  const BoxSessions::Turn first = sessions.begin(nullptr);
  const BoxSessions::Turn second = sessions.begin(nullptr);
  EXPECT_TRUE(second.offer().is_empty());
}

TEST(BoxSessions, a_box_that_stumbles_over_a_session_is_offered_none_any_more) {
  BoxSessions sessions({.proven = kEver, .patience = kEver});
  sessions.adopt(make_source());
  sessions.stumbled();
  const BoxSessions::Turn first = sessions.begin(nullptr);
  EXPECT_TRUE(first.offer().is_empty());
  EXPECT_TRUE(sessions.begin(nullptr).offer().is_empty());
}

TEST(BoxSessions, patience_and_ctrl_c_end_the_wait) {
  BoxSessions impatient({.proven = kEver, .patience = 1ms});
  const BoxSessions::Turn first = impatient.begin(nullptr);
  EXPECT_TRUE(impatient.begin(nullptr).offer().is_empty());
  BoxSessions patient({.proven = kEver, .patience = kEver});
  const BoxSessions::Turn other = patient.begin(nullptr);
  StopSignal stop;
  std::future<SessionPtr> waits = asks(patient, &stop);
  EXPECT_TRUE(is_waiting(waits));
  stop.stop();
  EXPECT_EQ(waits.get(), nullptr);
}

}  // namespace
}  // namespace heirloom::app

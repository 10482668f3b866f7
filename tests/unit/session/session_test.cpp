#include "heirloom/session.hpp"

#include "session/session_access.hpp"

#include <algorithm>
#include <type_traits>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using detail::SessionAccess;

MasterSecret master_of(std::uint8_t value) {
  Secret<48> secret;
  std::ranges::fill(secret.expose(), value);
  return MasterSecret(std::move(secret));
}

// RFC 6101 §5.1: session identifier, peer certificate, compression method, cipher spec, master
// secret
TEST(Rfc6101_5_1, SessionHasTheStatedParts) {
  const auto now = std::chrono::system_clock::time_point(std::chrono::seconds(1000000000));
  const SessionPtr session = SessionAccess::make({.id = {1, 2, 3},
                                                  .version = ProtocolVersion::ssl30,
                                                  .cipher_suite = 0x000a,
                                                  .compression_method = 0,
                                                  .peer_chain = {{0x30, 0x00}},
                                                  .created = now},
                                                 master_of(7));
  EXPECT_EQ(session->facts().id, (std::vector<std::uint8_t>{1, 2, 3}));
  EXPECT_EQ(session->facts().version, ProtocolVersion::ssl30);
  EXPECT_EQ(session->facts().cipher_suite, 0x000a);
  EXPECT_EQ(session->facts().compression_method, 0);
  EXPECT_EQ(session->facts().peer_chain, (CertificateChain{{0x30, 0x00}}));
  EXPECT_EQ(session->facts().created, now);
  const MasterSecret master = SessionAccess::master_secret(*session);
  EXPECT_TRUE(std::ranges::all_of(master.expose(), [](auto byte) { return byte == 7; }));
}

TEST(Session, KeepsItsOwnCopyOfTheMasterSecret) {
  SessionPtr session;
  {
    const MasterSecret master = master_of(9);
    session = SessionAccess::make(Session::Facts(), master);
  }
  const MasterSecret first = SessionAccess::master_secret(*session);
  const MasterSecret second = SessionAccess::master_secret(*session);
  EXPECT_TRUE(std::ranges::equal(first.expose(), second.expose()));
}

TEST(Session, CanBeNeitherCopiedNorMadeOutsideTheLibrary) {
  static_assert(!std::is_copy_constructible_v<Session>);
  static_assert(!std::is_default_constructible_v<Session>);
  static_assert(std::is_const_v<SessionPtr::element_type>);
}

}  // namespace
}  // namespace heirloom

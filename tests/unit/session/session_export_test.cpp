// Exported sessions: what comes back, and everything that is refused.
#include "heirloom/session.hpp"

#include "crypto/hash.hpp"
#include "crypto/seal.hpp"
#include "session/session_access.hpp"
#include "session/session_state.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using detail::SessionAccess;
using Key = std::array<std::uint8_t, 32>;

Key key_of(std::uint8_t value) {
  Key key;
  key.fill(value);
  return key;
}

const Key kKey = key_of(0x11);

/// kHeaderSize: magic, version, name of the key, nonce, length.
constexpr std::size_t kHeaderSize = 4 + 1 + 8 + 12 + 4;

MasterSecret master_of(std::uint8_t value) {
  Secret<48> secret;
  std::ranges::fill(secret.expose(), value);
  return MasterSecret(std::move(secret));
}

Session::Facts rich_facts() {
  return {.id = Bytes(32, 0x1d),
          .version = ProtocolVersion::ssl30,
          .cipher_suite = 0x000a,
          .compression_method = 1,
          .max_fragment_length = MaxFragmentLength::bytes_1024,
          .has_extended_master_secret = true,
          .server_name = "old-box.example",
          .client_authentication = ClientAuthentication::required,
          .peer_chain = {CertificateDer(700, 0x30), CertificateDer(1, 0x31)},
          .ocsp_response = Bytes(1500, 0x32),
          .own_certificates = Bytes(32, 0x33),
          .created = std::chrono::system_clock::time_point(std::chrono::seconds(1767225600)),
          .ticket = Bytes(65535, 0x77),
          .ticket_end = std::chrono::system_clock::time_point(std::chrono::seconds(1767229200))};
}

SessionPtr rich() {
  return SessionAccess::make(rich_facts(), master_of(0x5a));
}

Bytes exported(const SessionPtr& session, const Key& key = kKey) {
  auto bytes = export_session(*session, key);
  EXPECT_TRUE(bytes.has_value());
  return std::move(bytes).value();
}

void expect_same(const Session& a, const Session& b) {
  EXPECT_EQ(a.facts().id, b.facts().id);
  EXPECT_EQ(a.facts().version, b.facts().version);
  EXPECT_EQ(a.facts().cipher_suite, b.facts().cipher_suite);
  EXPECT_EQ(a.facts().compression_method, b.facts().compression_method);
  EXPECT_EQ(a.facts().max_fragment_length, b.facts().max_fragment_length);
  EXPECT_EQ(a.facts().has_extended_master_secret, b.facts().has_extended_master_secret);
  EXPECT_EQ(a.facts().server_name, b.facts().server_name);
  EXPECT_EQ(a.facts().client_authentication, b.facts().client_authentication);
  EXPECT_EQ(a.facts().peer_chain, b.facts().peer_chain);
  EXPECT_EQ(a.facts().ocsp_response, b.facts().ocsp_response);
  EXPECT_EQ(a.facts().own_certificates, b.facts().own_certificates);
  EXPECT_EQ(a.facts().created, b.facts().created);
  EXPECT_EQ(a.facts().ticket, b.facts().ticket);
  EXPECT_EQ(a.facts().ticket_end, b.facts().ticket_end);
  EXPECT_EQ(a.is_resumable(), b.is_resumable());
  const MasterSecret first = SessionAccess::master_secret(a);
  const MasterSecret second = SessionAccess::master_secret(b);
  EXPECT_TRUE(std::ranges::equal(first.expose(), second.expose()));
}

/// why is the detail of a refusal as session_unreadable.
std::string why(std::span<const std::uint8_t> bytes, const Key& key = kKey) {
  const auto session = import_session(bytes, key);
  if (session.has_value()) {
    return "accepted";
  }
  EXPECT_EQ(session.error().cause, Cause::session_unreadable);
  return session.error().detail;
}

TEST(SessionExport, ComesBackWhole) {
  Session::Facts plain;
  plain.id = {1};
  plain.cipher_suite = 0x002f;
  for (const SessionPtr& session : {rich(), SessionAccess::make(plain, master_of(1))}) {
    const auto back = import_session(exported(session), kKey);
    ASSERT_TRUE(back.has_value()) << back.error().text();
    expect_same(**back, *session);
  }
}

// Whoever forgot a session does not get it back by way of a file.
TEST(SessionExport, AForgottenSessionStaysForgotten) {
  const SessionPtr session = rich();
  SessionAccess::forbid_resumption(*session);
  const auto back = import_session(exported(session), kKey);
  ASSERT_TRUE(back.has_value());
  EXPECT_FALSE((*back)->is_resumable());
}

TEST(SessionExport, ShowsNothingOfTheSession) {
  const Bytes bytes = exported(rich());
  const auto contains = [&](const Bytes& what) {
    return std::search(bytes.begin(), bytes.end(), what.begin(), what.end()) != bytes.end();
  };
  EXPECT_FALSE(contains(Bytes(6, 0x5a))) << "master secret";
  EXPECT_FALSE(contains(Bytes(6, 0x1d))) << "id";
  EXPECT_FALSE(contains({'o', 'l', 'd', '-', 'b', 'o', 'x'}));
  EXPECT_FALSE(contains(Bytes(6, 0x11))) << "key";
  EXPECT_NE(bytes, exported(rich())) << "a nonce of its own each time";
}

// The clear part of the format, byte by byte, and the sealed part by the documented means: another
// program could write it.
TEST(SessionExport, HasTheDocumentedFormat) {
  const SessionPtr session = rich();
  const Bytes bytes = exported(session);
  ASSERT_GT(bytes.size(), kHeaderSize);
  EXPECT_EQ(Bytes(bytes.begin(), bytes.begin() + 5), (Bytes{'H', 'L', 'S', 'S', 1}));
  Bytes named = {'h', 'e', 'i', 'r', 'l', 'o', 'o', 'm', ' ', 's', 'e', 's', 's',
                 'i', 'o', 'n', ' ', 'k', 'e', 'y', ' ', 'n', 'a', 'm', 'e'};
  append(named, kKey);
  const auto digest = crypto::sha256(named);
  EXPECT_TRUE(std::equal(digest.begin(), digest.begin() + 8, bytes.begin() + 5));
  const std::size_t length = static_cast<std::size_t>(bytes[25]) << 24U |
                             static_cast<std::size_t>(bytes[26]) << 16U |
                             static_cast<std::size_t>(bytes[27]) << 8U | bytes[28];
  EXPECT_EQ(length, bytes.size() - kHeaderSize);
  const ByteView all(bytes);
  const auto state = crypto::open(kKey,
                                  all.subspan<13, crypto::kSealNonceSize>(),
                                  all.first(kHeaderSize),
                                  all.subspan(kHeaderSize));
  ASSERT_TRUE(state.has_value());
  EXPECT_TRUE(std::ranges::equal(state->expose(), session::encode_state(*session).expose()));
  EXPECT_TRUE(std::ranges::all_of(state->expose().first(48), [](auto b) { return b == 0x5a; }));
}

TEST(SessionExport, AWrongKeyIsNamed) {
  const auto session = import_session(exported(rich()), key_of(0x12));
  ASSERT_FALSE(session.has_value());
  EXPECT_EQ(session.error().cause, Cause::session_key_wrong);
}

TEST(SessionExport, OtherVersionsOfTheFormatAreNamed) {
  Bytes bytes = exported(rich());
  for (const int version : {0, 2, 255}) {
    bytes[4] = static_cast<std::uint8_t>(version);
    EXPECT_EQ(
        why(bytes),
        "its format has version " + std::to_string(version) + ", which this library does not know");
  }
}

TEST(SessionExport, EveryTruncationAndWhatStandsBehindAreRefused) {
  Session::Facts facts;
  facts.id = {1, 2, 3};
  facts.cipher_suite = 0x002f;
  Bytes bytes = exported(SessionAccess::make(facts, master_of(1)));
  const ByteView all(bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string expected =
        size < kHeaderSize
            ? "it is cut off in its header"
            : "it is cut off: " + std::to_string(bytes.size() - size) + " bytes are missing";
    EXPECT_EQ(why(all.first(size)), expected) << size;
  }
  bytes.push_back(0);
  EXPECT_EQ(why(bytes), "1 bytes stand behind its end");
  EXPECT_EQ(why(Bytes{'P', 'K'}), "the bytes are no exported session");
}

TEST(SessionExport, EveryChangedBitIsRefused) {
  Session::Facts facts;
  facts.id = {1, 2, 3};
  facts.cipher_suite = 0x002f;
  Bytes bytes = exported(SessionAccess::make(facts, master_of(1)));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ 1U << bit);
      const auto session = import_session(bytes, kKey);
      ASSERT_FALSE(session.has_value()) << i;
      const bool is_name = i >= 5 && i < 13;
      EXPECT_EQ(session.error().cause,
                is_name ? Cause::session_key_wrong : Cause::session_unreadable)
          << i;
      bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ 1U << bit);
    }
  }
}

// Sealed with the right key and nonsense all the same: another program, or another library version.
TEST(SessionExport, AStateThatCannotBeIsRefused) {
  const auto refusal = [](const auto& change) {
    Session::Facts facts;
    facts.id = {1, 2, 3};
    facts.cipher_suite = 0x002f;
    const SecretBytes good = session::encode_state(*SessionAccess::make(facts, master_of(1)));
    Bytes bytes = to_bytes(good.expose());
    change(bytes);
    const auto session = session::decode_state(bytes);
    EXPECT_FALSE(session.has_value());
    return session.has_value() ? "accepted" : session.error().detail;
  };
  EXPECT_EQ(refusal([](Bytes& b) { b.resize(47); }), "it ends within its master secret");
  EXPECT_EQ(refusal([](Bytes& b) { b[49] = 3; }),
            "it is of a protocol version that this library does not have");
  EXPECT_EQ(refusal([](Bytes& b) { b[50] = 0x7f; }), "its cipher suite does not exist here");
  EXPECT_EQ(refusal([](Bytes& b) { b[51] = 0xff; }), "its cipher suite does not exist here")
      << "a signalling suite value is no suite";
  EXPECT_EQ(refusal([](Bytes& b) { b[52] = 64; }),
            "its compression or its limit of fragments does not exist here");
  EXPECT_EQ(refusal([](Bytes& b) { b.back() = 5; }),
            "its compression or its limit of fragments does not exist here");
  for (const std::size_t flag : {53U, 54U}) {
    EXPECT_EQ(refusal([&](Bytes& b) { b[flag] = 2; }), "a flag of it is none");
  }
  EXPECT_EQ(refusal([](Bytes& b) { b[55] = 3; }), "a flag of it is none");
  EXPECT_EQ(refusal([](Bytes& b) { b[56] = 33; }), "id");
  EXPECT_EQ(refusal([](Bytes& b) { b[62] = 0x80; }), "it is of a time that cannot be");
  EXPECT_EQ(refusal([](Bytes& b) {
              b.back() = 0;
              b.push_back(0);
            }),
            "1 bytes behind the last field");
  EXPECT_EQ(refusal([](Bytes& b) { b.pop_back(); }), "max_fragment_length");
}

}  // namespace
}  // namespace heirloom

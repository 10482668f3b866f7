#include "version/profile.hpp"

#include "crypto/handshake_hashes.hpp"
#include "protocol/randoms.hpp"
#include "support/vector_file.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::read_vectors;
using testing::VectorBlock;

const VersionProfile& profile_of(const VectorBlock& vector) {
  return profile_for(parse_version(vector.text("version")).value());
}

MasterSecret master_of(const VectorBlock& vector) {
  const Bytes bytes = vector.bytes("master");
  Secret<48> secret;
  std::ranges::copy(bytes, secret.expose().begin());
  return MasterSecret(std::move(secret));
}

Randoms randoms_of(const VectorBlock& vector) {
  Randoms randoms{};
  std::ranges::copy(vector.bytes("client_random"), randoms.client.begin());
  std::ranges::copy(vector.bytes("server_random"), randoms.server.begin());
  return randoms;
}

Bytes master_secret(const VectorBlock& vector) {
  const MasterSecret master = profile_of(vector).master_secret(
      PremasterSecret(SecretBytes(ByteView(vector.bytes("premaster")))), randoms_of(vector));
  return to_bytes(master.expose());
}

HandshakeHashes hash(ByteView messages) {
  HandshakeHashes hashes;
  hashes.md5.update(messages);
  hashes.sha.update(messages);
  return hashes;
}

/// for_each calls `check` with every vector of that kind and version, and fails if there are not
/// as many as expected.
template <class Check>
void for_each(std::string_view kind, std::string_view version, std::size_t expected, Check check) {
  std::size_t count = 0;
  for (const char* const file : {"derivation/published.txt", "derivation/derivation.txt"}) {
    for (const VectorBlock& vector : read_vectors(file)) {
      if (vector.text("kind") == kind && vector.has("version") &&
          vector.text("version") == version) {
        SCOPED_TRACE(vector.text("name"));
        check(vector);
        ++count;
      }
    }
  }
  EXPECT_EQ(count, expected);
}

void check_master_secret(const VectorBlock& vector) {
  EXPECT_EQ(master_secret(vector), vector.bytes("master"));
}

void check_key_block(const VectorBlock& vector) {
  Bytes block(vector.bytes("key_block").size());
  profile_of(vector).key_block(master_of(vector), randoms_of(vector), block);
  EXPECT_EQ(block, vector.bytes("key_block"));
}

void check_finished(const VectorBlock& vector) {
  const HandshakeHashes hashes = hash(vector.bytes("messages"));
  const MasterSecret master = master_of(vector);
  const VersionProfile& profile = profile_of(vector);
  EXPECT_EQ(to_bytes(profile.finished(hashes, master, Side::client).view()),
            vector.bytes("client_finished"));
  EXPECT_EQ(to_bytes(profile.finished(hashes, master, Side::server).view()),
            vector.bytes("server_finished"));
}

void check_certificate_verify(const VectorBlock& vector) {
  const crypto::SignatureHashes hashes =
      profile_of(vector).certificate_verify(hash(vector.bytes("messages")), master_of(vector));
  Bytes both = to_bytes(hashes.md5);
  append(both, hashes.sha);
  EXPECT_EQ(both, vector.bytes("certificate_verify"));
}

// RFC 6101 §6.1: master_secret = MD5(pre_master_secret + SHA('A' + pre_master_secret +
// ClientHello.random + ServerHello.random)) + … 'BB' … + … 'CCC' …
TEST(Rfc6101_6_1, MasterSecretIsTheLadderOverThePremaster) {
  for_each("master_secret", "SSL 3.0", 8, check_master_secret);
}

// RFC 2246 §8.1: "master_secret = PRF(pre_master_secret, "master secret", ClientHello.random +
// ServerHello.random) [0..47]"
TEST(Rfc2246_8_1, MasterSecretIsThePrfOfThePremaster) {
  for_each("master_secret", "TLS 1.0", 8, check_master_secret);
}

// RFC 2246 §8.1: "The pre_master_secret should be deleted from memory once the master_secret has
// been computed."
TEST(Rfc2246_8_1, PremasterIsConsumed) {
  using Derive = MasterSecret (*)(PremasterSecret, const Randoms&);
  static_assert(std::is_same_v<decltype(VersionProfile::master_secret), Derive>);
  static_assert(!std::is_copy_constructible_v<PremasterSecret>);
  for (const ProtocolVersion version : {ProtocolVersion::ssl30, ProtocolVersion::tls10}) {
    PremasterSecret premaster{SecretBytes(48)};
    const MasterSecret master = profile_for(version).master_secret(std::move(premaster), Randoms{});
    EXPECT_TRUE(premaster.expose().empty());  // NOLINT(bugprone-use-after-move): that is the test
  }
}

// RFC 6101 §6.2.2: key_block = MD5(master_secret + SHA('A' + master_secret + ServerHello.random +
// ClientHello.random)) + …: the server's random first.
TEST(Rfc6101_6_2_2, KeyBlockIsTheLadderOverTheMasterSecret) {
  for_each("key_block", "SSL 3.0", 6, check_key_block);
}

// RFC 2246 §6.3: "key_block = PRF(SecurityParameters.master_secret, "key expansion",
// SecurityParameters.server_random + SecurityParameters.client_random)"
TEST(Rfc2246_6_3, KeyBlockIsThePrfOfTheMasterSecret) {
  for_each("key_block", "TLS 1.0", 6, check_key_block);
}

// RFC 6101 §5.6.9: md5_hash and sha_hash of master_secret + pad2 + hash(handshake_messages + Sender
// + master_secret + pad1)
TEST(Rfc6101_5_6_9, FinishedIsBothHashesWithSenderAndMasterSecret) {
  for_each("proofs", "SSL 3.0", 5, [](const VectorBlock& vector) {
    check_finished(vector);
    EXPECT_EQ(vector.bytes("client_finished").size(), 36U);
  });
}

// RFC 6101 §5.6.9: "enum { client(0x434C4E54), server(0x53525652) } Sender"
TEST(Rfc6101_5_6_9, FinishedOfClientAndServerDiffer) {
  const MasterSecret master;
  const auto client = kSsl30Profile.finished(HandshakeHashes{}, master, Side::client);
  const auto server = kSsl30Profile.finished(HandshakeHashes{}, master, Side::server);
  EXPECT_NE(client.bytes, server.bytes);
}

// RFC 2246 §7.4.9: "verify_data = PRF(master_secret, finished_label, MD5(handshake_messages) +
// SHA-1(handshake_messages)) [0..11]"
TEST(Rfc2246_7_4_9, FinishedIsTwelveBytesOfThePrf) {
  for_each("proofs", "TLS 1.0", 5, [](const VectorBlock& vector) {
    check_finished(vector);
    EXPECT_EQ(vector.bytes("client_finished").size(), 12U);
  });
}

// RFC 6101 §5.6.8: hash(master_secret + pad_2 + hash(handshake_messages + master_secret + pad_1))
TEST(Rfc6101_5_6_8, CertificateVerifyMixesInTheMasterSecret) {
  for_each("proofs", "SSL 3.0", 5, check_certificate_verify);
}

// RFC 2246 §7.4.8: "md5_hash: MD5(handshake_messages)", and no master secret
TEST(Rfc2246_7_4_8, CertificateVerifyIsThePlainHashes) {
  for_each("proofs", "TLS 1.0", 5, check_certificate_verify);
}

// A snapshot is "up to but not including": computing a proof must not disturb the hashes.
TEST(VersionProfile, ProofsLeaveTheHashesAsTheyAre) {
  for (const VersionProfile* const profile : {&kSsl30Profile, &kTls10Profile}) {
    const HandshakeHashes hashes = hash(Bytes(100, 7));
    const MasterSecret master;
    const VerifyData first = profile->finished(hashes, master, Side::client);
    const auto verify = profile->certificate_verify(hashes, master);
    EXPECT_EQ(profile->finished(hashes, master, Side::client).bytes, first.bytes);
    EXPECT_EQ(profile->certificate_verify(hashes, master).sha, verify.sha);
  }
}

TEST(VersionProfile, IsFoundByItsVersion) {
  EXPECT_EQ(&profile_for(ProtocolVersion::ssl30), &kSsl30Profile);
  EXPECT_EQ(&profile_for(ProtocolVersion::tls10), &kTls10Profile);
  EXPECT_EQ(kSsl30Profile.version, ProtocolVersion::ssl30);
  EXPECT_EQ(kTls10Profile.version, ProtocolVersion::tls10);
}

TEST(VersionProfileDeathTest, HasNoProfileForOtherVersions) {
  EXPECT_DEATH(static_cast<void>(profile_for(static_cast<ProtocolVersion>(0x0302))), "");
}

TEST(VersionProfile, SaysWhatDiffers) {
  EXPECT_EQ(kSsl30Profile.padding, PaddingRule::shorter_than_block);
  EXPECT_EQ(kTls10Profile.padding, PaddingRule::all_bytes_are_length);
  EXPECT_EQ(kSsl30Profile.unknown_record_type, UnknownRecordType::is_error);
  EXPECT_EQ(kTls10Profile.unknown_record_type, UnknownRecordType::ignored);
  EXPECT_EQ(kSsl30Profile.renegotiation_refusal, RenegotiationRefusal::fatal_handshake_failure);
  EXPECT_EQ(kTls10Profile.renegotiation_refusal, RenegotiationRefusal::no_renegotiation_warning);
  EXPECT_EQ(kSsl30Profile.no_certificate, NoCertificateAnswer::warning_alert);
  EXPECT_EQ(kTls10Profile.no_certificate, NoCertificateAnswer::empty_certificate);
  EXPECT_EQ(kSsl30Profile.premaster_framing, PremasterFraming::bare);
  EXPECT_EQ(kTls10Profile.premaster_framing, PremasterFraming::two_byte_length);
}

TEST(VersionProfile, TakesAlertsFromItsOwnColumn) {
  const CauseInfo& cause = cause_info(Cause::finished_mismatch);
  EXPECT_EQ(kSsl30Profile.alert_for(cause), AlertDescription::handshake_failure);
  EXPECT_EQ(kTls10Profile.alert_for(cause), AlertDescription::decrypt_error);
}

TEST(Bindings, ExtendedMasterSecretsAndKeyingMaterialAreThoseOfOthers) {
  std::size_t secrets = 0;
  std::size_t exports = 0;
  for (const VectorBlock& vector : read_vectors("derivation/bindings.txt")) {
    SCOPED_TRACE(vector.text("name"));
    if (vector.text("kind") == "extended_master_secret") {
      const MasterSecret master = kTls10Profile.extended_master_secret(
          PremasterSecret(SecretBytes(ByteView(vector.bytes("premaster")))),
          hash(vector.bytes("messages")));
      EXPECT_EQ(to_bytes(master.expose()), vector.bytes("master"));
      ++secrets;
      continue;
    }
    const Bytes context = vector.has("context") ? vector.bytes("context") : Bytes();
    Bytes out(vector.bytes("output").size());
    kTls10Profile.keying_material(
        master_of(vector),
        randoms_of(vector),
        vector.text("label"),
        vector.has("context") ? std::optional<ByteView>(context) : std::nullopt,
        out);
    EXPECT_EQ(out, vector.bytes("output"));
    ++exports;
  }
  EXPECT_EQ(secrets, 5U);
  EXPECT_EQ(exports, 11U);
  EXPECT_EQ(kSsl30Profile.extended_master_secret, nullptr);
  EXPECT_EQ(kSsl30Profile.keying_material, nullptr);
}

}  // namespace
}  // namespace heirloom

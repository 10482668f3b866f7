// MD5, SHA-1 and HMAC against published vectors, and the parts that the constant-time MAC builds
// on.
#include "crypto/hash.hpp"

#include "crypto/hmac.hpp"
#include "support/vector_file.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::crypto {
namespace {

using testing::read_vectors;

ByteView bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

template <class Hash>
void check_published(const std::string& kind) {
  std::size_t count = 0;
  for (const auto& vector : read_vectors("crypto/primitives.txt")) {
    if (vector.text("kind") != kind) {
      continue;
    }
    const std::size_t repeat = vector.has("repeat") ? vector.number("repeat") : 1;
    Hash hash;
    for (std::size_t i = 0; i < repeat; ++i) {
      hash.update(bytes_of(vector.text("text")));
    }
    EXPECT_EQ(hash.bytes_absorbed(), vector.text("text").size() * repeat);
    EXPECT_EQ(to_hex(hash.finish()), vector.text("digest")) << vector.text("text");
    ++count;
  }
  EXPECT_GE(count, 3U);
}

TEST(Md5, AnswersTheVectorsOfRfc1321) {
  check_published<Md5>("md5");
}

TEST(Sha1, AnswersTheVectorsOfFips180) {
  check_published<Sha1>("sha");
}

TEST(Sha256, AnswersTheVectorOfFips180) {
  EXPECT_EQ(to_hex(sha256(bytes_of("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

template <class Hash>
void check_hmac(const std::string& kind) {
  std::size_t count = 0;
  for (const auto& vector : read_vectors("crypto/primitives.txt")) {
    if (vector.text("kind") != kind) {
      continue;
    }
    const Hmac<Hash> hmac(vector.bytes("key"));
    const Bytes data = vector.bytes("data");
    EXPECT_EQ(to_hex(hmac.mac(data)), vector.text("digest"));
    // The same again from parts, and with the same object: a MAC must not change the key.
    const ByteView view = data;
    EXPECT_EQ(to_hex(hmac.mac(view.first(3), ByteView{}, view.subspan(3))), vector.text("digest"));
    ++count;
  }
  EXPECT_EQ(count, 7U);
}

TEST(Hmac, Md5AnswersTheVectorsOfRfc2202) {
  check_hmac<Md5>("hmac_md5");
}

TEST(Hmac, Sha1AnswersTheVectorsOfRfc2202) {
  check_hmac<Sha1>("hmac_sha");
}

/// finish_by_hand pads and compresses the last blocks itself (RFC 1321 §3.1, FIPS 180 §5.1.1), with
/// what record/cbc_open.cpp has: the pending block, the transform, the length and the state.
template <class Hash>
typename Hash::Digest finish_by_hand(Hash hash) {
  const std::uint64_t length = hash.bytes_absorbed();
  const Bytes pending = to_bytes(hash.pending_block());
  EXPECT_EQ(pending.size(), length % Hash::kBlockSize);
  Bytes tail = pending;
  tail.push_back(0x80);
  while (tail.size() % Hash::kBlockSize != Hash::kBlockSize - 8) {
    tail.push_back(0);
  }
  std::array<std::uint8_t, 8> bits{};
  Hash::write_length(bits, length * 8);
  append(tail, bits);
  for (std::size_t at = 0; at < tail.size(); at += Hash::kBlockSize) {
    hash.compress(ByteView(tail).subspan(at).template first<Hash::kBlockSize>());
  }
  EXPECT_EQ(hash.bytes_absorbed(), length) << "compress must not count";
  return hash.chaining_state();
}

template <class Hash>
void check_every_length() {
  Bytes message;
  for (std::size_t length = 0; length <= 130; ++length) {
    Hash one_call;
    one_call.update(message);
    Hash many_calls;
    for (const std::uint8_t byte : message) {
      many_calls.update(ByteView(&byte, 1));
    }
    EXPECT_EQ(to_hex(finish_by_hand(one_call)), to_hex(Hash(one_call).finish())) << length;
    EXPECT_EQ(to_hex(finish_by_hand(many_calls)), to_hex(Hash().update(message).finish()))
        << length;
    message.push_back(static_cast<std::uint8_t>(length * 7 + 1));
  }
}

TEST(Md5, CanBeFinishedByHandAtEveryLength) {
  check_every_length<Md5>();
}

TEST(Sha1, CanBeFinishedByHandAtEveryLength) {
  check_every_length<Sha1>();
}

template <class Hash>
void check_copies() {
  const std::string text =
      "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789";
  for (std::size_t split = 0; split <= text.size(); ++split) {
    Hash original;
    original.update(bytes_of(text).first(split));
    Hash copy = original;
    Hash assigned;
    assigned = original;
    const auto expected = Hash().update(bytes_of(text)).finish();
    EXPECT_EQ(copy.update(bytes_of(text).subspan(split)).finish(), expected);
    EXPECT_EQ(
        original.update(bytes_of("something else")).finish(),
        Hash().update(bytes_of(text).first(split)).update(bytes_of("something else")).finish());
    EXPECT_EQ(assigned.update(bytes_of(text).subspan(split)).finish(), expected);
  }
}

TEST(Md5, CopiesInMidStreamAreIndependent) {
  check_copies<Md5>();
}

TEST(Sha1, CopiesInMidStreamAreIndependent) {
  check_copies<Sha1>();
}

TEST(Hash, LengthsAreWrittenInEachHashesByteOrder) {
  std::array<std::uint8_t, 8> out{};
  Md5::write_length(out, 0x0102030405060708);
  EXPECT_EQ(to_hex(out), "0807060504030201");
  Sha1::write_length(out, 0x0102030405060708);
  EXPECT_EQ(to_hex(out), "0102030405060708");
}

}  // namespace
}  // namespace heirloom::crypto

#include "keys/transcript.hpp"

#include <gtest/gtest.h>

namespace heirloom {
namespace {

const Bytes kAbc{'a', 'b', 'c'};

// The digests of "abc": RFC 1321 A.5 and FIPS 180-1 appendix A.
constexpr std::string_view kMd5OfAbc = "900150983cd24fb0d6963f7d28e17f72";
constexpr std::string_view kShaOfAbc = "a9993e364706816aba3e25717850c26c9cd0d89d";

TEST(Transcript, HashesMessagesAsOneString) {
  Transcript transcript;
  for (const std::uint8_t byte : kAbc) {
    transcript.append(Bytes{byte});
  }
  HandshakeHashes hashes = transcript.snapshot();
  EXPECT_EQ(to_hex(hashes.md5.finish()), kMd5OfAbc);
  EXPECT_EQ(to_hex(hashes.sha.finish()), kShaOfAbc);
}

// RFC 2246 §7.4.9: handshake_messages are those "up to but not including this message"
TEST(Transcript, SnapshotDoesNotSeeWhatComesAfterIt) {
  Transcript transcript;
  transcript.append(kAbc);
  HandshakeHashes before = transcript.snapshot();
  transcript.append(kAbc);
  HandshakeHashes after = transcript.snapshot();
  EXPECT_EQ(to_hex(before.md5.finish()), kMd5OfAbc);
  EXPECT_NE(to_hex(after.md5.finish()), kMd5OfAbc);
}

}  // namespace
}  // namespace heirloom

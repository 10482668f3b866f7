// CRIME (Rizzo and Duong 2012; CVE-2012-4929; the idea is Kelsey's of 2002): text of the attacker
// is compressed together with a secret, and what is like the secret makes the record shorter.
//
// The defence: no preset compresses, and both sides must have it by name (RFC 3749 §6 warns, RFC
// 7457 §2.6 tells the story). With Policy::compression_methods the attack works.
#include "support/pair.hpp"

#include <string>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::uint16_t kStream = 0x0005;  // RSA_WITH_RC4_128_SHA: every byte shows in the length
const std::string kCookie = "Cookie: session=7f3a9c2e55d1";

class Crime : public ::testing::TestWithParam<ProtocolVersion> {
 protected:
  /// length_of is what somebody on the way sees of a request for that path.
  [[nodiscard]] static std::size_t length_of(const std::string& path, CompressionMethod method) {
    ClientOptions client = client_options();
    client.policy = policy_for(GetParam(), kStream);
    ServerOptions server = server_options();
    if (method != CompressionMethod::null) {
      client.policy.compression_methods = {method, CompressionMethod::null};
    }
    server.policy = client.policy;
    Pair pair(build(std::move(client)), build(std::move(server)));
    pair.run();
    EXPECT_EQ(pair.client.info().compression_method, static_cast<std::uint8_t>(method));
    const std::string request = "GET /" + path + " HTTP/1.0\r\n" + kCookie + "\r\n\r\n";
    EXPECT_TRUE(
        pair.client.write({reinterpret_cast<const std::uint8_t*>(request.data()), request.size()})
            .has_value());
    return take_outgoing(pair.client).size();
  }
};

INSTANTIATE_TEST_SUITE_P(Versions,
                         Crime,
                         ::testing::Values(ProtocolVersion::ssl30, ProtocolVersion::tls10));

const std::string kRight = "Cookie: session=7f3a9c2e";
const std::string kWrong = "Cookie: session=00112233";

TEST_P(Crime, SeesNothingInALengthByDefault) {
  EXPECT_EQ(length_of(kRight, CompressionMethod::null), length_of(kWrong, CompressionMethod::null));
}

TEST_P(Crime, SeesARightGuessWhereRecordsAreCompressed) {
  EXPECT_LT(length_of(kRight, CompressionMethod::deflate),
            length_of(kWrong, CompressionMethod::deflate));
}

}  // namespace
}  // namespace heirloom::testing

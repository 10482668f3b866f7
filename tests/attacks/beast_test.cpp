// BEAST (Rogaway 2002, Bard 2004, Duong and Rizzo 2011; CVE-2011-3389): in both versions the last
// block of ciphertext is the IV of the next record, so who sees the wire knows it beforehand. Who
// can also choose what is sent next makes the cipher repeat a block, and so confirms a guess.
//
// The defence: the first byte of each batch of application data goes out in a record of its own
// (1/n-1 splitting). Its MAC makes the IV of the rest, which nobody knows beforehand.
// CbcSplitting::off switches it off.
#include "attacks/between.hpp"
#include "support/pair.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

const std::string kSecret = "a secret of seventeen and more bytes";

class Beast : public ::testing::TestWithParam<Combination> {
 protected:
  [[nodiscard]] static std::size_t block_size() {
    return info(find_cipher_suite(GetParam().suite)->bulk).block_size;
  }

  [[nodiscard]] static Pair open_pair(CbcSplitting splitting) {
    ClientOptions client = client_options();
    client.policy = policy_for(GetParam().version, GetParam().suite);
    client.policy.cbc_splitting = splitting;
    client.policy.extensions.remove(Extension::encrypt_then_mac);
    ServerOptions server = server_options();
    server.policy = client.policy;
    Pair pair(build(std::move(client)), build(std::move(server)));
    pair.run();
    EXPECT_EQ(pair.client.phase(), Phase::open);
    return pair;
  }

  /// seen is the ciphertext of the record with most of what the victim has just said, and the block
  /// before it.
  struct Seen {
    Bytes iv;
    Bytes ciphertext;
  };

  [[nodiscard]] static Seen last_block_and_record(ByteView before, const Bytes& flight) {
    const auto records = records_of(flight);
    Bytes wire = to_bytes(before);
    for (std::size_t i = 0; i + 1 < records.size(); ++i) {
      append(wire, records[i]);
    }
    return {to_bytes(ByteView(wire).last(block_size())),
            to_bytes(ByteView(records.back()).subspan(kRecordHeaderSize))};
  }

  /// confirms plays the attack with one guess of the secret.
  [[nodiscard]] static bool confirms(CbcSplitting splitting, const std::string& guess) {
    Pair pair = open_pair(splitting);
    EXPECT_TRUE(pair.client.write(bytes(kSecret)).has_value());
    const Bytes first = take_outgoing(pair.client);
    const Seen secret = last_block_and_record(pair.wire_to_server, first);
    // Where the record was split, its second part begins at the second byte.
    const std::size_t skipped = splitting == CbcSplitting::off ? 0 : 1;
    const ByteView predicted_iv = ByteView(first).last(block_size());
    Bytes chosen(skipped, '.');
    for (std::size_t i = 0; i < block_size(); ++i) {
      chosen.push_back(static_cast<std::uint8_t>(static_cast<std::uint8_t>(guess[skipped + i]) ^
                                                 secret.iv[i] ^ predicted_iv[i]));
    }
    EXPECT_TRUE(pair.client.write(chosen).has_value());
    const Bytes second = take_outgoing(pair.client);
    const Seen answer = last_block_and_record(first, second);
    return std::ranges::equal(ByteView(secret.ciphertext).first(block_size()),
                              ByteView(answer.ciphertext).first(block_size()));
  }

  [[nodiscard]] static ByteView bytes(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  }
};

INSTANTIATE_TEST_SUITE_P(Versions,
                         Beast,
                         ::testing::Values(Combination{ProtocolVersion::ssl30, 0x000a},
                                           Combination{ProtocolVersion::tls10, 0x000a},
                                           Combination{ProtocolVersion::tls10, 0x0035}));

TEST_P(Beast, ConfirmsNoGuessWhereRecordsAreSplit) {
  EXPECT_FALSE(confirms(CbcSplitting::one_n_minus_one, kSecret));
  EXPECT_EQ(Policy::device().cbc_splitting, CbcSplitting::one_n_minus_one);
}

TEST_P(Beast, ConfirmsTheRightGuessWhereTheyAreNot) {
  EXPECT_TRUE(confirms(CbcSplitting::off, kSecret));
  EXPECT_FALSE(confirms(CbcSplitting::off, std::string(kSecret.size(), 'x')));
}

}  // namespace
}  // namespace heirloom::testing

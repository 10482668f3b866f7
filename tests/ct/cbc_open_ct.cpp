// cbc_open with everything secret that an attacker wants: the decrypted bytes with their padding,
// and the MAC key; and cbc_unpad, which has the padding only. Both versions, both hashes, both
// block sizes; good records, wrong MACs and wrong padding (RFC 6101 §5.2.3.2, RFC 2246 §6.2.3.2).
//
// What runs must not depend on the contents, so the contents vary little. The public length decides
// what runs, so it takes every value around the hash blocks.
#include "ct/ct_program.hpp"
#include "record/cbc_open.hpp"
#include "support/record_support.hpp"

namespace {

using namespace heirloom;
using heirloom::testing::pattern;

constexpr std::uint64_t kNumber = 0x0102030405060708;
constexpr auto kType = ContentType::application_data;

/// mac_row is a suite with that hash; only the hash matters here.
const CipherSuite& mac_row(MacAlgorithm mac) {
  for (const CipherSuite& suite : cipher_suites()) {
    if (suite.mac == mac) {
      return suite;
    }
  }
  std::abort();
}

template <class Hash>
class Prover {
 public:
  Prover(ProtocolVersion version, MacAlgorithm mac, std::size_t block_size)
      : keys_(heirloom::testing::make_keys(version, mac_row(mac))),
        known_mac_(keys_),
        padding_{keys_.profile->padding, block_size} {
    ct::make_secret(keys_.mac_secret.expose());
    secret_mac_.emplace(keys_);
  }

  void run() {
    // Every public length from the shortest to where even the longest padding leaves some blocks.
    for (std::size_t size = Hash::kSize + 1; size <= 420; ++size) {
      const std::size_t room = size - Hash::kSize - 1;
      for (const std::size_t length : {std::size_t{0}, longest(room) / 2, longest(room)}) {
        check_all(size, length);
      }
    }
    for (const std::size_t size : {300U, 319U, 320U, 321U}) {
      for (std::size_t length = 0; length <= longest(size - Hash::kSize - 1); ++length) {
        check_all(size, length);
      }
    }
    check_all(16384 + Hash::kSize + 1, 0);
  }

 private:
  [[nodiscard]] std::size_t longest(std::size_t room) const {
    switch (padding_.rule) {
      case PaddingRule::shorter_than_block:
        return std::min(padding_.block_size - 1, room);
      case PaddingRule::all_bytes_are_length:
        return std::min(std::size_t{255}, room);
    }
    std::abort();
  }

  void check_all(std::size_t size, std::size_t padding_length) {
    const std::size_t content = size - Hash::kSize - 1 - padding_length;
    Bytes good = pattern(content, 1);
    append(good, known_mac_.compute(kNumber, kType, good));
    good.resize(size, static_cast<std::uint8_t>(padding_length));
    check(good, content);

    Bytes wrong_mac = good;
    wrong_mac[content + Hash::kSize - 1] ^= 1U;
    check(wrong_mac, std::nullopt);

    Bytes wrong_padding = good;
    wrong_padding.back() = 255;
    if (padding_length != 255) {
      check(wrong_padding, std::nullopt);
    }
  }

  void check(Bytes& decrypted, std::optional<std::size_t> expected) {
    ct::make_secret(decrypted);
    const auto size = cbc_open(*secret_mac_, padding_, kNumber, kType, decrypted);
    ct::expect(size == expected, "cbc_open");
    const auto unpadded = cbc_unpad(padding_, decrypted);
    ct::make_public(decrypted);
    if (expected.has_value()) {
      ct::expect(unpadded == *expected + Hash::kSize, "cbc_unpad");
    }
  }

  TrafficKeys keys_;
  RecordMac<Hash> known_mac_;                  // of a key that is not marked, to make records with
  std::optional<RecordMac<Hash>> secret_mac_;  // of the same key, marked
  CbcPadding padding_;
};

}  // namespace

int main() {
  ct::require_valgrind();
  for (const ProtocolVersion version : heirloom::testing::kBothVersions) {
    for (const std::size_t block_size : {8U, 16U}) {
      Prover<crypto::Md5>(version, MacAlgorithm::md5, block_size).run();
      Prover<crypto::Sha1>(version, MacAlgorithm::sha, block_size).run();
    }
  }
  return 0;
}

// Padding oracles: Vaudenay 2002, Canvel and others 2003 (CVE-2003-0078), Lucky Thirteen 2013
// (CVE-2013-0169), and those that Young found in 2019 by asking for more than one difference:
// Zombie POODLE (right MAC, wrong padding), GOLDENDOODLE (right padding, wrong MAC; both
// CVE-2019-6485), Sleeping POODLE (not in the first record) and the zero-length oracle
// (CVE-2019-1559).
//
// The defence: whatever is wrong with a record of a block cipher is bad_record_mac, found in the
// same time (tests/ct/) and answered by the same bytes (RFC 2246 §7.2.2 has decryption_failed; RFC
// 4346 §7.2.2 took that back). No policy switches it off.
#include "support/puppet/scene.hpp"
#include "support/raw_cbc.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::array kTypes{ContentType::application_data,
                            ContentType::handshake,
                            ContentType::alert,
                            ContentType::change_cipher_spec};

/// Place is how much went before the record of the attacker.
enum class Place : std::uint8_t { first, later };

/// Forged is a fragment: what is encrypted, or what goes over the wire as it stands.
struct Forged {
  std::string name;
  Bytes plain;
  bool is_encrypted = true;
};

/// Forger makes records for the place after the Finished of a puppet, or after one more record.
class Forger {
 public:
  Forger(Combination combination, Place place) : scene_(Side::server, combination, Shape::resumed) {
    (void)scene_.say(Symbol::client_hello);
    (void)scene_.say(Symbol::change_cipher_spec);
    Bytes last = scene_.puppet().say(Symbol::finished);
    EXPECT_TRUE(scene_.send(last));
    if (place == Place::later) {
      last = scene_.puppet().say(Symbol::application_data);
      EXPECT_TRUE(scene_.send(last));
      sequence_number_ = 2;
    }
    EXPECT_EQ(scene_.engine().phase(), Phase::open);
    keys_ = scene_.puppet().traffic_keys().client_write;
    block_ = info(keys_.suite->bulk).block_size;
    keys_.iv = SecretBytes(ByteView(last).last(block_));
  }

  /// padded is plaintext and MAC with a whole block of padding more than is needed.
  [[nodiscard]] Bytes padded(ContentType type, ByteView plaintext) const {
    Bytes out = RawCbcWriter(keys_).authenticated(type, plaintext, sequence_number_);
    const std::size_t padding = 2 * block_ - out.size() % block_;
    out.resize(out.size() + padding, static_cast<std::uint8_t>(padding - 1));
    return out;
  }

  [[nodiscard]] std::vector<Forged> forms(ContentType type) const;

  /// answer_to delivers the record and returns everything that the server says to it.
  [[nodiscard]] Bytes answer_to(ContentType type, const Forged& forged) {
    const Bytes fragment =
        forged.is_encrypted ? RawCbcWriter(keys_).encrypt(forged.plain) : forged.plain;
    const auto version = static_cast<std::uint16_t>(keys_.profile->version);
    Bytes record{static_cast<std::uint8_t>(type),
                 static_cast<std::uint8_t>(version >> 8U),
                 static_cast<std::uint8_t>(version),
                 static_cast<std::uint8_t>(fragment.size() >> 8U),
                 static_cast<std::uint8_t>(fragment.size())};
    append(record, fragment);
    Bytes plaintext;
    deliver(scene_.engine(), record, plaintext);
    return take_outgoing(scene_.engine());
  }

  [[nodiscard]] Connection& server() { return scene_.engine(); }

 private:
  Scene scene_;
  TrafficKeys keys_;
  std::size_t block_ = 0;
  std::uint64_t sequence_number_ = 1;
};

std::vector<Forged> Forger::forms(ContentType type) const {
  const bool checks_padding = keys_.profile->version == ProtocolVersion::tls10;
  std::vector<Forged> forms;
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{50}}) {
    const std::string of = " of " + std::to_string(length) + " bytes";
    const Bytes good = padded(type, Bytes(length, 'x'));
    const auto with = [&](std::size_t at, std::uint8_t change) {
      Bytes changed = good;
      changed[at] ^= change;
      return changed;
    };
    const std::size_t size = good.size();
    const std::size_t padding = std::size_t{good.back()} + 1;
    forms.push_back({"right padding, first bit of the MAC wrong" + of, with(length, 0x80)});
    forms.push_back({"right padding, last bit of the MAC wrong" + of, with(size - padding - 1, 1)});
    forms.push_back({"right MAC, padding one too long" + of,
                     with(size - 1, static_cast<std::uint8_t>(good.back() ^ padding))});
    forms.push_back({"right MAC, padding longer than all" + of,
                     with(size - 1, static_cast<std::uint8_t>(good.back() ^ 0xffU))});
    Bytes neither = with(length, 0x80);
    neither.back() = 0xff;
    forms.push_back({"neither" + of, neither});
    if (checks_padding) {  // at SSL 3.0 these two are well-formed if they are short enough
      forms.push_back({"right MAC, first byte of padding wrong" + of, with(size - padding, 1)});
      forms.push_back({"right MAC, last byte but one of padding wrong" + of, with(size - 2, 1)});
    }
    Bytes reversed = good;
    std::reverse(reversed.begin(), reversed.end());
    forms.push_back({"backwards" + of, reversed});
  }
  forms.push_back(
      {"nothing but padding", Bytes(8 * block_, static_cast<std::uint8_t>(8 * block_ - 1))});
  forms.push_back({"zeros", Bytes(8 * block_)});
  forms.push_back({"no bytes at all", {}, false});
  forms.push_back({"one block, less than a MAC", Bytes(block_, 0x11), false});
  forms.push_back({"no multiple of a block", Bytes(8 * block_ + 1, 0x11), false});
  return forms;
}

class PaddingOracle : public ::testing::TestWithParam<Combination> {};

INSTANTIATE_TEST_SUITE_P(Versions,
                         PaddingOracle,
                         ::testing::Values(Combination{ProtocolVersion::ssl30, 0x000a},
                                           Combination{ProtocolVersion::tls10, 0x0009},
                                           Combination{ProtocolVersion::tls10, 0x000a},
                                           Combination{ProtocolVersion::tls10, 0x0035}));

TEST_P(PaddingOracle, AForgerOfGoodRecordsIsHeard) {
  for (const Place place : {Place::first, Place::later}) {
    Forger forger(GetParam(), place);
    const bool takes_long_padding = GetParam().version == ProtocolVersion::tls10;
    const Bytes good = forger.padded(ContentType::application_data, Bytes(50, 'x'));
    EXPECT_EQ(forger.answer_to(ContentType::application_data, {"good", good}).empty(),
              takes_long_padding);
  }
}

TEST_P(PaddingOracle, EveryBadRecordHasOneAnswer) {
  for (const Place place : {Place::first, Place::later}) {
    Bytes the_answer;
    for (const ContentType type : kTypes) {
      const auto forms = Forger(GetParam(), place).forms(type);
      for (const Forged& forged : forms) {
        SCOPED_TRACE(forged.name + ", type " + std::to_string(static_cast<int>(type)));
        Forger forger(GetParam(), place);
        const Bytes answer = forger.answer_to(type, forged);
        if (the_answer.empty()) {
          the_answer = answer;
        }
        // The connections are the same to the bit, so their alerts are too, encrypted.
        ASSERT_FALSE(answer.empty());
        EXPECT_EQ(answer, the_answer);
        ASSERT_NE(forger.server().error(), nullptr);
        EXPECT_EQ(forger.server().error()->cause, Cause::bad_record_mac);
        EXPECT_EQ(forger.server().session(), nullptr) << "no second question under this secret";
      }
    }
  }
}

}  // namespace
}  // namespace heirloom::testing

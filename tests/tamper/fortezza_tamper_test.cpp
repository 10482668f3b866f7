// Each field of FORTEZZA's messages, changed on the way (RFC 6101 §5.6.3, §5.6.7.2): which alert
// answers it, and that the private key is asked as often as without a change.
#include "attacks/between.hpp"
#include "support/suite_setup.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::size_t kValueSize = 128;

using Edit = std::function<void(Bytes& body)>;

/// change edits the body of the first message of that type that passes in the clear.
Attack change(HandshakeType type, Edit edit) {
  return [type, edit = std::move(edit)](const Bytes& flight) {
    Bytes out;
    bool is_clear = true;
    for (Bytes record : records_of(flight)) {
      is_clear = is_clear && record[0] == 22;
      if (is_clear && record[kRecordHeaderSize] == static_cast<std::uint8_t>(type)) {
        Bytes body(record.begin() + kRecordHeaderSize + 4, record.end());
        edit(body);
        record.resize(kRecordHeaderSize + 4);
        put16(record, kRecordHeaderSize + 2, static_cast<std::uint16_t>(body.size()));
        put16(record, 3, static_cast<std::uint16_t>(body.size() + 4));
        append(record, body);
      }
      append(out, record);
    }
    return out;
  };
}

/// CountingKey counts what is asked of it.
class CountingKey final : public PrivateKey {
 public:
  explicit CountingKey(std::shared_ptr<PrivateKey> key) : key_(std::move(key)) {}

  [[nodiscard]] PublicKeyAlgorithm algorithm() const noexcept override { return key_->algorithm(); }

  [[nodiscard]] std::size_t size() const noexcept override { return key_->size(); }

  Pending<PrivateKeyResult> decrypt_raw(std::span<const std::uint8_t> bytes) override {
    return key_->decrypt_raw(bytes);
  }

  Pending<PrivateKeyResult> sign(std::span<const std::uint8_t> bytes) override {
    return key_->sign(bytes);
  }

  Pending<PrivateKeyResult> agree(std::span<const std::uint8_t> bytes) override {
    ++asked;
    return key_->agree(bytes);
  }

  std::size_t asked = 0;

 private:
  std::shared_ptr<PrivateKey> key_;
};

/// Victim is a server, and a client that shows a certificate or none.
struct Victim {
  Victim(std::uint16_t suite, KeaServerRandom random, const std::string& shown = "") {
    const Combination combination{ProtocolVersion::ssl30, suite};
    ClientOptions client = client_options(combination);
    ServerOptions server = server_options(combination);
    key = std::make_shared<CountingKey>(server.credentials.front().key);
    server.credentials.front().key = key;
    server.kea_random = random;
    if (!shown.empty()) {
      const Credentials identity = steady_credentials(shown);
      client.credentials = {identity};
      server.policy.client_authentication = ClientAuthentication::required;
      server.verifier = verify_with_pin({certificate_fingerprint(identity.chain.front())});
      server.certificate_authorities = {*certificate_subject_name(identity.chain.back())};
    }
    pair.emplace(build(std::move(client)), build(std::move(server)));
  }

  std::shared_ptr<CountingKey> key;
  std::optional<Pair> pair;
};

struct Outcome {
  Cause cause;
  AlertDescription alert;
};

constexpr Outcome kMalformed{Cause::message_malformed, AlertDescription::illegal_parameter};
constexpr Outcome kBadValue{Cause::key_exchange_malformed, AlertDescription::illegal_parameter};
constexpr Outcome kWrongKey{Cause::wrapped_key_invalid, AlertDescription::handshake_failure};
constexpr Outcome kBadRecord{Cause::bad_record_mac, AlertDescription::bad_record_mac};
constexpr Outcome kBadProof{Cause::certificate_verify_failed, AlertDescription::handshake_failure};
constexpr Outcome kBadFinished{Cause::finished_mismatch, AlertDescription::handshake_failure};

/// expect_at: that side has noticed it, and the other was told.
void expect_at(const Connection& side, const Connection& other, Outcome outcome) {
  ASSERT_NE(side.error(), nullptr);
  EXPECT_EQ(side.error()->cause, outcome.cause) << side.error()->text();
  ASSERT_NE(other.error(), nullptr);
  ASSERT_TRUE(other.error()->alert.has_value()) << other.error()->text();
  EXPECT_EQ(other.error()->alert->description, outcome.alert);
}

/// Field is a part of FortezzaKeys behind y_c, and what a change of it comes to.
struct Field {
  std::string_view name;
  std::size_t offset;  ///< behind y_c
  std::size_t size;
  Outcome outcome;
};

std::vector<Field> fields_of(const CipherSuite& suite, const std::string& shown) {
  // A CertificateVerify covers the master secret and all messages, and comes before Finished.
  const bool is_signed = shown == "client-dsa";
  const Outcome of_secret = is_signed ? kBadProof : kBadRecord;
  const Outcome of_message = is_signed ? kBadProof : kBadFinished;
  // What is encrypted with that IV is the beginning of the client's Finished.
  const Outcome of_iv = info(suite.bulk).has_carried_keys() ? of_secret : of_message;
  return {{"r_c", 0, 128, kBadValue},
          {"y_signature", 128, 40, is_signed ? kBadValue : of_message},
          {"wrapped_client_write_key", 168, 12, kWrongKey},
          {"wrapped_server_write_key", 180, 12, kWrongKey},
          {"client_write_iv, the escrow field", 192, 16, of_message},
          {"client_write_iv", 208, 8, of_iv},
          {"server_write_iv, the escrow field", 216, 16, of_message},
          {"server_write_iv", 232, 8, of_message},
          {"master_secret_iv, the escrow field", 240, 16, of_message},
          {"master_secret_iv", 256, 8, of_secret},
          {"encrypted_pre_master_secret", 264, 48, of_secret}};
}

void check_fields(std::uint16_t id, KeaServerRandom random, const std::string& shown) {
  const std::size_t behind_y_c = 1 + (shown == "client-kea" ? 0 : kValueSize);
  // KEA's e-mail form takes the server's key twice.
  const std::size_t times = random == KeaServerRandom::one ? 2 : 1;
  for (const Field& field : fields_of(*find_cipher_suite(id), shown)) {
    for (const std::size_t at : {std::size_t{0}, field.size / 2, field.size - 1}) {
      SCOPED_TRACE(std::string(field.name) + ", byte " + std::to_string(at));
      Victim victim(id, random, shown);
      carry(*victim.pair, change(HandshakeType::client_key_exchange, [&](Bytes& body) {
        ASSERT_EQ(body.size(), behind_y_c + 312);
        body[behind_y_c + field.offset + at] ^= 1U;
      }));
      expect_at(victim.pair->server, victim.pair->client, field.outcome);
      // A value that is none is a public fact, as is a signature.
      const bool is_public = field.outcome.cause == Cause::key_exchange_malformed;
      EXPECT_EQ(victim.key->asked, is_public ? 0 : times);
    }
  }
}

class FortezzaTamper : public ::testing::TestWithParam<std::uint16_t> {};

INSTANTIATE_TEST_SUITE_P(
    Suites,
    FortezzaTamper,
    ::testing::Values(std::uint16_t{0x001c}, std::uint16_t{0x001d}, std::uint16_t{0x001e}),
    [](const auto& test) {
      return cipher_suite_name(*find_cipher_suite(test.param), ProtocolVersion::ssl30);
    });

TEST_P(FortezzaTamper, EachFieldOfFortezzaKeysHasItsAlert) {
  for (const KeaServerRandom random : {KeaServerRandom::fresh, KeaServerRandom::one}) {
    for (const std::string& shown :
         {std::string(), std::string("client-kea"), std::string("client-dsa")}) {
      SCOPED_TRACE((shown.empty() ? "no certificate" : shown) +
                   (random == KeaServerRandom::one ? ", e-mail form" : ""));
      check_fields(GetParam(), random, shown);
    }
  }
}

struct Change {
  std::string_view name;
  std::string_view shown;
  void (*edit)(Bytes& body);
  Outcome outcome;
};

void replace(Bytes& body, std::size_t offset, const Bytes& with) {
  std::ranges::copy(with, body.begin() + static_cast<std::ptrdiff_t>(offset));
}

Bytes number_one() {
  Bytes one(kValueSize);
  one.back() = 1;
  return one;
}

/// take_r_c_for_y_c puts another value of the domain there.
void take_r_c_for_y_c(Bytes& body) {
  std::copy_n(body.begin() + 1 + kValueSize, kValueSize, body.begin() + 1);
}

void leave_out_y_c(Bytes& body) {
  body.erase(body.begin() + 1, body.begin() + 1 + kValueSize);
  body[0] = 0;
}

void put_in_y_c(Bytes& body) {
  const Bytes r_c(body.begin() + 1, body.begin() + 1 + kValueSize);
  body[0] = kValueSize;
  body.insert(body.begin() + 1, r_c.begin(), r_c.end());
}

void shorten_y_c(Bytes& body) {
  body.erase(body.begin() + 1, body.begin() + 1 + (kValueSize - 63));
  body[0] = 63;
}

// RFC 6101 §5.6.7.2: y_c is empty if the client's certificate has the value, and has 64 to 128
// bytes otherwise.
TEST_P(FortezzaTamper, WhatIsNoValueOrInTheWrongPlaceIsIllegal) {
  const std::vector<Change> changes = {
      {"y_c is no value", "", [](Bytes& body) { body[1 + 64] ^= 1U; }, kBadValue},
      {"y_c is 1", "", [](Bytes& body) { replace(body, 1, number_one()); }, kBadValue},
      {"y_c is 0", "", [](Bytes& body) { replace(body, 1, Bytes(kValueSize)); }, kBadValue},
      {"y_c is above p",
       "",
       [](Bytes& body) { replace(body, 1, Bytes(kValueSize, 0xff)); },
       kBadValue},
      {"r_c is 1", "", [](Bytes& body) { replace(body, 1 + kValueSize, number_one()); }, kBadValue},
      {"y_c is another value", "", take_r_c_for_y_c, kWrongKey},
      {"y_c is another value than the signed one", "client-dsa", take_r_c_for_y_c, kBadValue},
      {"y_c is missing", "", leave_out_y_c, kMalformed},
      {"y_c is missing beside a DSS certificate", "client-dsa", leave_out_y_c, kMalformed},
      {"y_c beside that of the certificate", "client-kea", put_in_y_c, kMalformed},
      {"y_c is too short", "", shorten_y_c, kMalformed},
      {"y_c says that it is longer", "", [](Bytes& body) { body[0] = 129; }, kMalformed},
      {"a byte is missing", "", [](Bytes& body) { body.pop_back(); }, kMalformed},
      {"there is a byte more", "", [](Bytes& body) { body.push_back(0); }, kMalformed},
      {"there is nothing", "", [](Bytes& body) { body.clear(); }, kMalformed}};
  for (const Change& change_of : changes) {
    SCOPED_TRACE(change_of.name);
    Victim victim(GetParam(), KeaServerRandom::fresh, std::string(change_of.shown));
    carry(*victim.pair, change(HandshakeType::client_key_exchange, change_of.edit));
    expect_at(victim.pair->server, victim.pair->client, change_of.outcome);
  }
}

// Nothing signs r_s: another value of the domain, or the number 1, leaves both sides with different
// keys, and the check word says so.
TEST_P(FortezzaTamper, AnotherRsIsNoticedByOneSideOrTheOther) {
  const Bytes value = [] {
    Bytes taken;
    Victim victim(0x001d, KeaServerRandom::fresh);
    carry(*victim.pair, as_it_is, change(HandshakeType::server_key_exchange, [&](Bytes& body) {
      taken = body;
    }));
    return taken;
  }();
  const std::vector<Change> at_client = {
      {"no value", "", [](Bytes& body) { body[64] ^= 1U; }, kBadValue},
      {"0", "", [](Bytes& body) { replace(body, 0, Bytes(kValueSize)); }, kBadValue},
      {"above p", "", [](Bytes& body) { replace(body, 0, Bytes(kValueSize, 0xff)); }, kBadValue},
      {"too short", "", [](Bytes& body) { body.pop_back(); }, kMalformed},
      {"too long", "", [](Bytes& body) { body.push_back(0); }, kMalformed},
      {"nothing", "", [](Bytes& body) { body.clear(); }, kMalformed}};
  for (const Change& change_of : at_client) {
    SCOPED_TRACE(change_of.name);
    Victim victim(GetParam(), KeaServerRandom::fresh);
    carry(*victim.pair, as_it_is, change(HandshakeType::server_key_exchange, change_of.edit));
    expect_at(victim.pair->client, victim.pair->server, change_of.outcome);
  }
  for (const KeaServerRandom random : {KeaServerRandom::fresh, KeaServerRandom::one}) {
    Victim victim(GetParam(), random);
    carry(*victim.pair, as_it_is, change(HandshakeType::server_key_exchange, [&](Bytes& body) {
      replace(body, 0, random == KeaServerRandom::one ? value : number_one());
    }));
    expect_at(victim.pair->server, victim.pair->client, kWrongKey);
  }
}

}  // namespace
}  // namespace heirloom::testing

// What export writes and import reads, and which changes an import calls weaker.
#include "pins_command/transfer_text.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

const std::string kCertificate = "sha256:" + std::string(64, 'a');

Pin example(const std::string& box) {
  Pin pin;
  pin.box = box;
  pin.version = "tls1.0";
  pin.suite = "rc4-128";
  pin.hello = "tls1.0";
  pin.certificate = kCertificate;
  pin.port = 40123;
  pin.first_seen = "2026-01-31T12:00:00Z";
  pin.last_seen = "2026-02-01T08:30:00Z";
  return pin;
}

CertificateChain read_chain() {
  std::ostringstream text;
  text << std::ifstream(std::string(HEIRLOOM_SOURCE_DIR) +
                        "/tests/vectors/certificates/rsa2048.chain")
              .rdbuf();
  return *parse_pem_chain(text.str());
}

TEST(CarriedPins, can_be_read_back) {
  CarriedPin with_chain{example("a:443"), read_chain()};
  with_chain.pin.certificate = format_fingerprint(certificate_fingerprint(with_chain.chain[0]));
  const CarriedPin without{example("[fe80::1]:8443"), {}};
  const auto read = parse_carried_pins(
      "# a comment\n\n" + format_carried_pin(with_chain) + format_carried_pin(without), "x");
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0].pin, with_chain.pin);
  EXPECT_EQ((*read)[0].chain, with_chain.chain);
  EXPECT_EQ((*read)[1].pin, without.pin);
  EXPECT_TRUE((*read)[1].chain.empty());
}

TEST(CarriedPins, nothing_doubtful_is_read) {
  const std::string line = format_pin(example("a:443")) + "\n";
  const std::string pem = format_pem(read_chain()[0]);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"nonsense\n", "import_malformed"},
      {line + line, "import_malformed"},
      {"<<<<<<< ours\n" + line, "import_malformed"},
      {pem, "import_malformed"},
      {line + pem.substr(0, pem.size() / 2), "import_malformed"},
      {line + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "import_malformed"},
      {line + pem, "import_chain"},
  };
  for (const auto& [text, cause] : cases) {
    const auto read = parse_carried_pins(text, "x");
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().cause, cause) << text;
  }
}

TEST(ComparePins, new_box_is_weaker_only_if_it_brings_allowances) {
  Pin pin = example("a:443");
  EXPECT_EQ(compare_pins(nullptr, pin).kind, PinChange::Kind::added);
  EXPECT_FALSE(compare_pins(nullptr, pin).is_weaker);
  pin.allow = {"null"};
  EXPECT_TRUE(compare_pins(nullptr, pin).is_weaker);
  EXPECT_NE(compare_pins(nullptr, pin).text.find("allows null"), std::string::npos);
}

TEST(ComparePins, times_and_marks_are_joined) {
  Pin known = example("a:443");
  known.other = {{"rack", "12"}};
  Pin incoming = example("a:443");
  incoming.suite = "3des-ede-cbc";
  incoming.port = 1;
  incoming.first_seen = "2025-01-01T00:00:00Z";
  incoming.last_seen = "2027-01-01T00:00:00Z";
  incoming.other = {{"rack", "99"}, {"owner", "ops"}};
  const PinChange change = compare_pins(&known, incoming);
  EXPECT_EQ(change.kind, PinChange::Kind::same);
  EXPECT_EQ(change.result.suite, "rc4-128");
  EXPECT_EQ(change.result.port, 40123);
  EXPECT_EQ(change.result.first_seen, "2025-01-01T00:00:00Z");
  EXPECT_EQ(change.result.last_seen, "2027-01-01T00:00:00Z");
  const std::vector<std::pair<std::string, std::string>> marks{{"rack", "12"}, {"owner", "ops"}};
  EXPECT_EQ(change.result.other, marks);
}

TEST(ComparePins, every_loss_is_called_weaker) {
  const Pin known = example("a:443");
  const auto change = [&known](auto&& edit) {
    Pin incoming = known;
    edit(incoming);
    return compare_pins(&known, incoming);
  };
  const auto lower = change([](Pin& pin) { pin.version = "ssl3.0"; });
  EXPECT_TRUE(lower.is_weaker);
  EXPECT_EQ(lower.text, "version tls1.0 -> ssl3.0");
  EXPECT_TRUE(change([](Pin& pin) { pin.allow = {"null"}; }).is_weaker);
  EXPECT_TRUE(change([](Pin& pin) { pin.trust = Pin::Trust::system; }).is_weaker);
  EXPECT_TRUE(change([](Pin& pin) { pin.signal = Pin::Signal::off; }).is_weaker);
  const auto higher = change([](Pin& pin) { pin.version = "tls1.1"; });
  EXPECT_EQ(higher.kind, PinChange::Kind::replaced);
  EXPECT_FALSE(higher.is_weaker);
  const auto other = change([](Pin& pin) { pin.certificate.back() = 'b'; });
  EXPECT_EQ(other.kind, PinChange::Kind::replaced);
  EXPECT_FALSE(other.is_weaker);
}

}  // namespace
}  // namespace heirloom::app

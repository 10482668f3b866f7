// Recorded handshakes of FORTEZZA: each end by itself, fed with the other's recorded bytes, must
// say every recorded byte of its own again. What the bytes mean is checked by another
// implementation, tests/vectors/crypto/check_fortezza_recordings.py, which reads the same files.
//
// With HEIRLOOM_RECORD=DIRECTORY in the environment the recordings are made instead, by both ends
// together, and written there. Random values come from seeds; a DSA signature, whose random number
// libcrypto draws, is kept in the file with what was signed.
#include "crypto/kea.hpp"
#include "protocol/constants.hpp"
#include "support/pair.hpp"
#include "support/suite_setup.hpp"
#include "support/test_pki.hpp"
#include "support/vector_file.hpp"
#include "unit/crypto/fortezza_support.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>

namespace heirloom::testing {
namespace {

constexpr std::string_view kRequest = "GET / HTTP/1.0";
constexpr std::string_view kReply = "HTTP/1.0 204 Nothing";

constexpr std::uint16_t kNull = 0x001c;
constexpr std::uint16_t kFortezzaCbc = 0x001d;
constexpr std::uint16_t kRc4 = 0x001e;
constexpr std::array kSuites = {kNull, kFortezzaCbc, kRc4};

enum class Connections : std::uint8_t { one, and_one_resumed };

struct Case {
  std::string name;
  std::uint16_t suite;
  std::string client_certificate;  ///< of the test PKI; empty: none
  KeaServerRandom random = KeaServerRandom::fresh;
  Connections connections = Connections::one;
};

std::string format_suite(std::uint16_t suite) {
  return to_hex(Bytes{0, static_cast<std::uint8_t>(suite)});
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const std::uint16_t suite : kSuites) {
    const std::string number = format_suite(suite);
    all.push_back({number + "-none", suite, ""});
    all.push_back({number + "-kea", suite, "client-kea"});
    all.push_back({number + "-dss", suite, "client-dsa"});
  }
  all.push_back({"001d-one", kFortezzaCbc, "", KeaServerRandom::one});
  for (const std::uint16_t suite : {kNull, kRc4}) {
    all.push_back({format_suite(suite) + "-resumed",
                   suite,
                   "",
                   KeaServerRandom::fresh,
                   Connections::and_one_resumed});
  }
  return all;
}

/// Flight is what one end said before the other spoke again.
struct Flight {
  Side from;
  Bytes bytes;
};

using Signatures = std::map<Bytes, Bytes>;

/// Recording is a file.
struct Recording {
  Signatures signatures;  ///< what the client signed
  std::vector<std::vector<Flight>> connections;
};

/// KeptRandom remembers what may have become an exponent.
class KeptRandom final : public RandomSource {
 public:
  explicit KeptRandom(std::uint64_t seed) : random_(seed) {}

  bool fill(std::span<std::uint8_t> out) noexcept override {
    const bool is_filled = random_.fill(out);
    if (out.size() == crypto::kKeaExponentSize) {
      exponents.push_back(to_bytes(out));
    }
    return is_filled;
  }

  std::vector<Bytes> exponents;

 private:
  SeededRandom random_;
};

/// KeptKey gives the signatures that it is given, and keeps those that it has to make.
class KeptKey final : public PrivateKey {
 public:
  KeptKey(std::shared_ptr<PrivateKey> key, std::shared_ptr<Signatures> signatures)
      : key_(std::move(key)), signatures_(std::move(signatures)) {}

  [[nodiscard]] PublicKeyAlgorithm algorithm() const noexcept override { return key_->algorithm(); }

  [[nodiscard]] std::size_t size() const noexcept override { return key_->size(); }

  Pending<PrivateKeyResult> decrypt_raw(std::span<const std::uint8_t> ciphertext) override {
    return key_->decrypt_raw(ciphertext);
  }

  Pending<PrivateKeyResult> agree(std::span<const std::uint8_t> peer_public) override {
    return key_->agree(peer_public);
  }

  Pending<PrivateKeyResult> sign(std::span<const std::uint8_t> digest) override {
    const auto known = signatures_->find(to_bytes(digest));
    if (known != signatures_->end()) {
      return PrivateKeyResult(known->second);
    }
    auto made = key_->sign(digest);
    signatures_->emplace(to_bytes(digest), made.answer().value());
    return made;
  }

 private:
  std::shared_ptr<PrivateKey> key_;
  std::shared_ptr<Signatures> signatures_;
};

/// End is a client or a server over all connections of a case. What it does besides the handshake:
/// it says something, and closes.
class End {
 public:
  End(const Case& the_case, Side side, Signatures signatures)
      : side_(side), signatures_(std::make_shared<Signatures>(std::move(signatures))) {
    const Combination combination{ProtocolVersion::ssl30, the_case.suite};
    if (side == Side::client) {
      ClientOptions options = client_options(combination);
      if (!the_case.client_certificate.empty()) {
        Credentials own = pki_credentials(the_case.client_certificate);
        own.key = std::make_shared<KeptKey>(own.key, signatures_);
        options.credentials = {std::move(own)};
      }
      client_ = build(std::move(options));
      return;
    }
    ServerOptions options = server_options(combination);
    options.random = random_;
    options.kea_random = the_case.random;
    options.sessions = make_memory_session_store();
    if (!the_case.client_certificate.empty()) {
      options.policy.client_authentication = ClientAuthentication::required;
      options.verifier = accept_any_certificate();
      options.certificate_authorities = {*certificate_subject_name(pki_certificate("dsa-ca"))};
    }
    server_ = build(std::move(options));
  }

  /// begin opens the next connection; the last one's session is resumed.
  void begin() {
    connection_.emplace(side_ == Side::client
                            ? Connection::client(client_, {.host = "localhost"}, session_)
                            : Connection::server(server_));
    plaintext_.clear();
    has_spoken_ = false;
  }

  void hear(ByteView bytes) {
    deliver(*connection_, bytes, plaintext_);
    if (side_ == Side::client && connection_->session() != nullptr) {
      session_ = connection_->session();
    }
  }

  /// say gives what is ready to be sent.
  Bytes say() { return take_outgoing(*connection_); }

  /// act does the next thing that it has to do by itself, and gives what it says then.
  Bytes act() {
    if (has_spoken_) {
      connection_->close();
      return say();
    }
    has_spoken_ = true;
    const std::string_view words = side_ == Side::client ? kRequest : kReply;
    EXPECT_TRUE(connection_->write(Bytes(words.begin(), words.end())).has_value());
    return say();
  }

  [[nodiscard]] const Connection& connection() const { return *connection_; }

  [[nodiscard]] const Signatures& signatures() const { return *signatures_; }

  [[nodiscard]] const std::vector<Bytes>& exponents() const { return random_->exponents; }

 private:
  Side side_;
  std::shared_ptr<Signatures> signatures_;
  std::shared_ptr<KeptRandom> random_ = std::make_shared<KeptRandom>(2);
  std::shared_ptr<const ClientConfig> client_;
  std::shared_ptr<const ServerConfig> server_;
  std::optional<Connection> connection_;
  SessionPtr session_;
  Bytes plaintext_;
  bool has_spoken_ = false;
};

Recording read(const std::string& name) {
  const auto blocks = read_vectors("fortezza/" + name + ".txt");
  Recording recording;
  for (const auto& [key, value] : blocks.front().fields) {
    if (key == "signed") {
      const auto space = value.find(' ');
      recording.signatures.emplace(from_hex(value.substr(0, space)),
                                   from_hex(value.substr(space + 1)));
    }
  }
  for (auto block = std::next(blocks.begin()); block != blocks.end(); ++block) {
    auto& flights = recording.connections.emplace_back();
    for (const auto& [key, value] : block->fields) {
      flights.push_back({key == "client" ? Side::client : Side::server, from_hex(value)});
    }
  }
  return recording;
}

/// replay has one end say its part again.
void replay(const Case& the_case, Side side, const Recording& recording) {
  End end(the_case, side, recording.signatures);
  for (std::size_t number = 0; number < recording.connections.size(); ++number) {
    SCOPED_TRACE("connection " + std::to_string(number + 1));
    end.begin();
    for (const Flight& flight : recording.connections[number]) {
      if (flight.from != side) {
        end.hear(flight.bytes);
        continue;
      }
      Bytes said = end.say();
      if (said.empty()) {
        said = end.act();
      }
      ASSERT_EQ(to_hex(said), to_hex(flight.bytes));
    }
    const ConnectionInfo& info = end.connection().info();
    EXPECT_EQ(info.cipher_suite, the_case.suite);
    EXPECT_EQ(info.is_resumed, number != 0);
    EXPECT_TRUE(end.say().empty());
  }
  EXPECT_EQ(end.signatures(), recording.signatures) << "something was signed that is not recorded";
}

/// Stage has both ends talk to each other and keeps what they say.
class Stage {
 public:
  explicit Stage(const Case& the_case)
      : client_(the_case, Side::client, {}), server_(the_case, Side::server, {}) {
    const int count = the_case.connections == Connections::one ? 1 : 2;
    for (int i = 0; i < count; ++i) {
      recording_.connections.emplace_back();
      client_.begin();
      server_.begin();
      talk();
      for (int action = 0; action < 2; ++action) {
        carry(Side::client, client_.act());
        talk();
        carry(Side::server, server_.act());
        talk();
      }
    }
    recording_.signatures = client_.signatures();
  }

  [[nodiscard]] const Recording& recording() const { return recording_; }

  /// server_random_exponent is the logarithm of r_s; empty if that is the number 1.
  [[nodiscard]] std::string server_random_exponent() const {
    const Bytes& flight = recording_.connections.front().at(1).bytes;
    for (const Bytes& exponent : server_.exponents()) {
      const auto pair = crypto::KeaKeyPair::from_private(fortezza_domain(), exponent);
      if (pair.has_value() && !std::ranges::search(flight, pair->public_value()).empty()) {
        return to_hex(exponent);
      }
    }
    return "";
  }

 private:
  void carry(Side from, Bytes bytes) {
    if (!bytes.empty()) {
      (from == Side::client ? server_ : client_).hear(bytes);
      recording_.connections.back().push_back({from, std::move(bytes)});
    }
  }

  void talk() {
    for (std::size_t before = 0; before != said();) {
      before = said();
      carry(Side::client, client_.say());
      carry(Side::server, server_.say());
    }
  }

  [[nodiscard]] std::size_t said() const { return recording_.connections.back().size() + 1; }

  End client_;
  End server_;
  Recording recording_;
};

/// server_exponent is the private number of the server's key.
std::string server_exponent() {
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(
      BIO_new_file(pki_file("kea.key").c_str(), "r"), &BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &number) != 1) {
    throw std::runtime_error("kea.key has no private number");
  }
  Bytes bytes(crypto::kKeaExponentSize);
  BN_bn2binpad(number, bytes.data(), static_cast<int>(bytes.size()));
  BN_free(number);
  return to_hex(bytes);
}

void write(const Case& the_case, const std::string& directory) {
  const Stage stage(the_case);
  std::ofstream out(directory + "/" + the_case.name + ".txt");
  const std::string shown = the_case.client_certificate;
  const std::string kind = shown.empty() ? "none" : shown == "client-kea" ? "kea" : "dss";
  out << "# A recorded conversation: see docs/fortezza.md. Made by fortezza_recordings_test.cpp.\n"
      << "suite = " << the_case.name.substr(0, 4) << "\nclient_certificate = " << kind
      << "\ndomain = RFC 5114 2.1\nserver_exponent = " << server_exponent() << "\n";
  if (const std::string exponent = stage.server_random_exponent(); !exponent.empty()) {
    out << "server_random_exponent = " << exponent << "\n";
  }
  out << "client_data = " << kRequest << "\nserver_data = " << kReply << "\n";
  for (const auto& [digest, signature] : stage.recording().signatures) {
    out << "signed = " << to_hex(digest) << " " << to_hex(signature) << "\n";
  }
  for (const auto& connection : stage.recording().connections) {
    out << "\n";
    for (const Flight& flight : connection) {
      out << (flight.from == Side::client ? "client" : "server") << " = " << to_hex(flight.bytes)
          << "\n";
    }
  }
}

TEST(FortezzaRecordings, EachEndSaysEveryByteAgain) {
  const char* const directory = std::getenv("HEIRLOOM_RECORD");
  for (const Case& the_case : cases()) {
    SCOPED_TRACE(the_case.name);
    if (directory != nullptr) {
      write(the_case, directory);
      continue;
    }
    const Recording recording = read(the_case.name);
    for (const Side side : {Side::client, Side::server}) {
      SCOPED_TRACE(side == Side::client ? "client" : "server");
      replay(the_case, side, recording);
    }
  }
}

}  // namespace
}  // namespace heirloom::testing

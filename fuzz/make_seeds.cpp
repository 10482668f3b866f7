// make_seeds FOLDER: writes the corpora of the fuzzers: conversations of the engine with itself,
// for every version, key exchange and cipher, and the messages and certificates in them.
#include "heirloom/certificate.hpp"

#include "handshake.hpp"
#include "session/session_access.hpp"
#include "session/session_state.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace {

using namespace heirloom;

class Corpora {
 public:
  explicit Corpora(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void write(const std::string& fuzzer, const std::string& name, ByteView bytes) {
    std::filesystem::create_directories(folder_ / fuzzer);
    std::ofstream file(folder_ / fuzzer / name, std::ios::binary);
    for (const std::uint8_t byte : bytes) {
      file.put(static_cast<char>(byte));
    }
  }

 private:
  std::filesystem::path folder_;
};

Bytes with_header(std::initializer_list<std::uint8_t> header, ByteView bytes) {
  Bytes out(header);
  out.insert(out.end(), bytes.begin(), bytes.end());
  return out;
}

void write_messages(Corpora& corpora, const std::string& name, Connection& connection) {
  std::size_t number = 0;
  for (const Event& event : testing::take_events(connection)) {
    if (event.kind == Event::Kind::handshake_message && !event.message.empty()) {
      corpora.write("messages", name + "_" + std::to_string(number++), event.message);
    }
  }
}

void write_conversation(Corpora& corpora, std::uint8_t index) {
  const std::array<std::uint8_t, 2> pick{0, index};
  ClientOptions client = testing::client_options(fuzz::combination_of(pick));
  ServerOptions server = testing::server_options(fuzz::combination_of(pick));
  client.trace = Trace::messages;
  testing::Pair pair(testing::build(std::move(client)), testing::build(std::move(server)));
  pair.run();
  static std::set<KeyExchangeKind> seen;  // the messages hardly differ between other suites
  if (seen.insert(find_cipher_suite(fuzz::combination_of(pick).suite)->key_exchange).second) {
    write_messages(corpora, "conversation" + std::to_string(index), pair.client);
  }
  const Bytes data(32, 0x2a);
  pair.send_to_client(data);
  pair.send_to_server(data);
  pair.server.close();
  pair.client.close();
  pair.run();
  const std::string name = "conversation" + std::to_string(index);
  corpora.write("client_handshake", name, with_header({0, index}, pair.wire_to_client));
  corpora.write("server_handshake", name, with_header({0, index}, pair.wire_to_server));
  if (index == 0) {
    corpora.write("record_reader", "to_client", with_header({7}, pair.wire_to_client));
    corpora.write("record_reader", "to_server", with_header({255}, pair.wire_to_server));
    corpora.write("certificates", "rsa1024", pair.client.info().peer_chain.front());
  }
}

/// write_sessions: a state of each version, with and without what may be missing, and a sealed one
/// that only the key of the fuzzer opens.
void write_sessions(Corpora& corpora) {
  const std::array<std::uint8_t, 32> key = {0x2a};
  const SessionPtr plain = detail::SessionAccess::make(
      {.id = Bytes(32, 7), .version = ProtocolVersion::ssl30, .cipher_suite = 0x000a},
      MasterSecret());
  const SessionPtr rich =
      detail::SessionAccess::make({.cipher_suite = 0x002f,
                                   .compression_method = 1,
                                   .has_extended_master_secret = true,
                                   .server_name = "old-box.example",
                                   .client_authentication = ClientAuthentication::required,
                                   .peer_chain = {CertificateDer(9, 0x30), CertificateDer(3, 0x31)},
                                   .ocsp_response = Bytes(5, 0x32),
                                   .own_certificates = Bytes(32, 0x33),
                                   .created = testing::FixedClock().now(),
                                   .ticket = Bytes(40, 0x77),
                                   .ticket_end = testing::FixedClock().now()},
                                  MasterSecret());
  corpora.write(
      "session_import", "plain", with_header({1}, session::encode_state(*plain).expose()));
  corpora.write("session_import", "rich", with_header({1}, session::encode_state(*rich).expose()));
  corpora.write("session_import", "sealed", with_header({0}, *export_session(*plain, key)));
}

/// write_sslv2_conversations has whole ones, one of each version, whose hellos are of the format of
/// SSL 2.0.
void write_sslv2_conversations(Corpora& corpora) {
  for (const std::size_t number : {std::size_t{0}, fuzz::picks().size() - 1}) {
    const auto index = static_cast<std::uint8_t>(number);
    const std::array<std::uint8_t, 2> pick{0, index};
    ClientOptions client = testing::client_options(fuzz::combination_of(pick));
    client.policy.send_sslv2_hello = Sslv2Hello::on;
    testing::Pair pair(testing::build(std::move(client)),
                       testing::build(testing::server_options(fuzz::combination_of(pick))));
    pair.run();
    const std::string name = "conversation" + std::to_string(index);
    corpora.write("sslv2_hello", name, with_header({0, index}, pair.wire_to_server));
    corpora.write("sslv2_hello", name + "_in_pieces", with_header({3, index}, pair.wire_to_server));
  }
}

/// write_sslv2_hellos has single ones: a short and a long challenge, a session, SSL 2.0's own kinds
/// among the suites, no suite, SSL 2.0 alone, and three bytes of header.
void write_sslv2_hellos(Corpora& corpora) {
  const auto write = [&](const std::string& name, const Bytes& start, std::size_t behind) {
    Bytes wire = start;
    wire.resize(wire.size() + behind, 0x2a);
    corpora.write("sslv2_hello", name, with_header({0, 0}, wire));
  };
  write("short_challenge", {0x80, 28, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 10}, 16);
  write("long_challenge", {0x80, 52, 1, 3, 1, 0, 3, 0, 0, 0, 40, 0, 0, 10}, 40);
  write("session", {0x80, 44, 1, 3, 0, 0, 3, 0, 16, 0, 16, 0, 0, 10}, 32);
  write("old_kinds", {0x80, 31, 1, 3, 0, 0, 6, 0, 0, 0, 16, 7, 0, 0xc0, 0, 0, 10}, 16);
  write("no_suite", {0x80, 41, 1, 3, 1, 0, 0, 0, 0, 0, 32}, 32);
  write("only_sslv2", {0x80, 28, 1, 0, 2, 0, 3, 0, 0, 0, 16, 1, 0, 0x80}, 16);
  write("lengths_too_long", {0x80, 28, 1, 3, 1, 0, 3, 0xff, 0xff, 0, 16, 0, 0, 10}, 16);
  write("three_byte_header", {0, 28, 0, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 10}, 16);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_make_seeds FOLDER\n");
    return 2;
  }
  Corpora corpora(argv[1]);
  write_sessions(corpora);
  const std::size_t count = fuzz::picks().size();
  for (std::size_t index = 0; index < count; ++index) {
    write_conversation(corpora, static_cast<std::uint8_t>(index));
  }
  write_sslv2_conversations(corpora);
  write_sslv2_hellos(corpora);
  return 0;
}

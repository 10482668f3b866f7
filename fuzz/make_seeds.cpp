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
  return 0;
}

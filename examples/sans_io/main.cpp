// A client and a server in one process, without a network: the engine by itself.
//
//     sans_io CHAIN.pem KEY.pem
//
// Shows the four ports of a Connection (wire in, wire out, data in, data out), its events, and a
// certificate decision that is taken while the connection is parked.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <heirloom/heirloom.hpp>

using heirloom::Connection;
using heirloom::Event;

namespace {

/// Undecided never knows at once whether a certificate is good.
class Undecided : public heirloom::CertificateVerifier {
 public:
  heirloom::Pending<heirloom::CertificateVerdict> verify(
      const heirloom::CertificateQuestion& /*question*/) override {
    return heirloom::pending;
  }
};

/// carry is the network: wire out of the one is wire in of the other, in pieces of seven bytes, to
/// show that it does not matter where the wire is cut.
bool carry(Connection& from, Connection& to) {
  bool has_moved = false;
  while (!from.outgoing().empty()) {
    const std::span<const std::uint8_t> piece = from.outgoing().front();
    const std::span<std::uint8_t> space = to.receive_buffer();
    const std::size_t n = std::min({piece.size(), space.size(), std::size_t{7}});
    if (n == 0) {
      break;
    }
    std::copy_n(piece.begin(), n, space.begin());
    from.consume_outgoing(n);
    has_moved = true;
    if (const auto received = to.received(n); !received) {
      std::cerr << received.error().text() << '\n';
      return false;
    }
  }
  return has_moved;
}

/// tell prints what happened, and decides where a decision is awaited.
void tell(std::string_view who, Connection& connection) {
  while (const auto event = connection.next_event()) {
    const bool is_sent = event->direction == Event::Direction::sent;
    switch (event->kind) {
      case Event::Kind::handshake_message:
        std::cout << who << (is_sent ? " sent " : " received ")
                  << heirloom::to_string(event->handshake_type) << ", " << event->length
                  << " bytes\n";
        break;
      case Event::Kind::change_cipher_spec:
        std::cout << who << (is_sent ? " sent " : " received ") << "change_cipher_spec\n";
        break;
      case Event::Kind::alert:
        std::cout << who << (is_sent ? " sent " : " received ")
                  << heirloom::to_string(event->alert.description) << '\n';
        break;
      case Event::Kind::decision_needed: {
        const auto& certificate = connection.info().peer_chain.front();
        std::cout << who << " is " << heirloom::to_string(connection.phase()) << ": is "
                  << heirloom::format_fingerprint(heirloom::certificate_fingerprint(certificate))
                  << " good? Yes.\n";
        static_cast<void>(
            connection.resolve(heirloom::CertificateVerdict(heirloom::CertificateAccepted{})));
        break;
      }
      case Event::Kind::handshake_complete:
        std::cout << who << " is " << heirloom::to_string(connection.phase()) << '\n';
        break;
      case Event::Kind::renegotiation_refused:
        std::cout << who << (is_sent ? " refuses" : " hears no to") << " another handshake\n";
        break;
      case Event::Kind::peer_closed:
        std::cout << who << " will hear nothing more\n";
        break;
    }
  }
}

void run(Connection& client, Connection& server) {
  bool has_moved = true;
  while (has_moved) {
    has_moved = carry(client, server);
    tell("server", server);
    has_moved = carry(server, client) || has_moved;
    tell("client", client);
    has_moved = has_moved || !client.outgoing().empty();
  }
}

void say(Connection& connection, std::string_view text) {
  const std::span<std::uint8_t> space = connection.write_buffer(text.size());
  std::copy_n(text.begin(), space.size(), space.begin());  // a short text fits into one record
  connection.written(space.size());
  static_cast<void>(connection.flush());
}

std::string hear(Connection& connection) {
  std::string text;
  while (!connection.plaintext().empty()) {
    const std::span<const std::uint8_t> piece = connection.plaintext();
    text.append(piece.begin(), piece.end());
    connection.consume_plaintext(piece.size());
  }
  return text;
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 3) {
    std::cerr << "usage: sans_io CHAIN.pem KEY.pem\n";
    return 2;
  }
  auto credentials = heirloom::load_credentials(argv[1], argv[2]);
  if (!credentials) {
    std::cerr << credentials.error().text() << '\n';
    return 2;
  }
  heirloom::ServerOptions server_options;
  server_options.credentials.push_back(std::move(credentials).value());
  heirloom::ClientOptions client_options;
  client_options.verifier = std::make_shared<Undecided>();
  const auto server_config = heirloom::ServerConfig::build(std::move(server_options));
  const auto client_config = heirloom::ClientConfig::build(std::move(client_options));
  if (!server_config || !client_config) {
    return 2;
  }

  Connection server = Connection::server(server_config.value());
  Connection client = Connection::client(client_config.value(), heirloom::PeerName{"box"});
  run(client, server);
  say(client, "Are you there?");
  run(client, server);
  std::cout << "server heard: " << hear(server) << '\n';
  client.close();
  run(client, server);
  return client.info().close_notify_received && server.info().close_notify_received ? 0 : 1;
}

// Fixture of the scenarios of our stream alone, and a peer that is no stream.
//
// Included after what ends.hpp wants defined.
#pragma once

#include "asio/ends.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::asio_test {

using Stream = OurEnd::Stream;

class OurStream : public ::testing::Test {
 protected:
  void run() {
    io.restart();
    io.run_for(std::chrono::seconds(60));
    ASSERT_TRUE(io.stopped()) << "an operation never completed";
  }

  [[nodiscard]] Stream make_client(std::shared_ptr<CertificateVerifier> verifier = nullptr) {
    return Stream(std::move(sockets.left),
                  make_client_config(Protocol{}, std::move(verifier)),
                  PeerName{kHost});
  }

  [[nodiscard]] Stream make_server(Renegotiation renegotiation = Renegotiation::only_secure) {
    return Stream(std::move(sockets.right), make_server_config(Protocol{}, nullptr, renegotiation));
  }

  /// handshake returns what the client's handler and what the server's handler was told.
  template <class Client, class Server>
  std::pair<error_code, error_code> handshake(Client& client, Server& server) {
    std::pair<error_code, error_code> result{net::error::would_block, net::error::would_block};
    start_handshake(client, Client::client, [&](error_code ec) { result.first = ec; });
    start_handshake(server, Server::server, [&](error_code ec) { result.second = ec; });
    run();
    return result;
  }

  template <class Client, class Server>
  void open(Client& client, Server& server) {
    const auto [client_error, server_error] = handshake(client, server);
    ASSERT_FALSE(client_error) << client_error.message();
    ASSERT_FALSE(server_error) << server_error.message();
  }

  net::io_context io;
  SocketPair sockets{io};
};

/// RawPeer is a bare connection over a blocking socket: the other end of a test that must see, or
/// make, what a stream would hide.
class RawPeer {
 public:
  RawPeer(tcp::socket& socket, Connection connection)
      : socket_(socket), connection_(std::move(connection)) {}

  /// pump sends what is outgoing and reads once.
  void pump() {
    send();
    const std::span<std::uint8_t> space = connection_.receive_buffer();
    error_code error;
    const std::size_t n = socket_.read_some(net::buffer(space.data(), space.size()), error);
    if (n > 0) {
      static_cast<void>(connection_.received(n));
    }
    if (error == net::error::eof) {
      static_cast<void>(connection_.receive_end());
    } else if (error) {
      has_transport_error = true;
    }
  }

  void handshake() {
    while (connection_.phase() == Phase::handshaking && !has_transport_error) {
      pump();
    }
    send();
  }

  /// drain reads until the connection or the transport ends, and returns the application data.
  std::vector<std::uint8_t> drain() {
    std::vector<std::uint8_t> data;
    while (connection_.error() == nullptr && !connection_.info().close_notify_received &&
           !has_transport_error) {
      pump();
      while (!connection_.plaintext().empty()) {
        const auto piece = connection_.plaintext();
        data.insert(data.end(), piece.begin(), piece.end());
        connection_.consume_plaintext(piece.size());
      }
    }
    return data;
  }

  Connection& connection() { return connection_; }

  bool has_transport_error = false;

 private:
  void send() {
    while (!connection_.outgoing().empty()) {
      const auto piece = connection_.outgoing().front();
      error_code error;
      const std::size_t n = net::write(socket_, net::buffer(piece.data(), piece.size()), error);
      connection_.consume_outgoing(n);
      if (error) {
        has_transport_error = true;
        return;
      }
    }
  }

  tcp::socket& socket_;
  Connection connection_;
};

}  // namespace heirloom::asio_test

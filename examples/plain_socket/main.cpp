// The engine on a blocking socket, without Asio: fetches a page from a box whose certificate is
// known by its fingerprint.
//
//     plain_socket HOST PORT sha256:FINGERPRINT
#include <iostream>
#include <string_view>

#include <heirloom/heirloom.hpp>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

using heirloom::Connection;
using heirloom::Phase;

namespace {

int connect_to(const char* host, const char* port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(host, port, &hints, &list) != 0) {
    return -1;
  }
  int connected = -1;
  for (const addrinfo* at = list; at != nullptr && connected < 0; at = at->ai_next) {
    const int candidate = ::socket(at->ai_family, at->ai_socktype, at->ai_protocol);
    if (candidate >= 0 && ::connect(candidate, at->ai_addr, at->ai_addrlen) == 0) {
      connected = candidate;
    } else if (candidate >= 0) {
      ::close(candidate);
    }
  }
  ::freeaddrinfo(list);
  return connected;
}

/// send_outgoing gives the socket what the connection wants sent.
bool send_outgoing(int socket, Connection& box) {
  while (!box.outgoing().empty()) {
    const auto piece = box.outgoing().front();
    const ssize_t sent = ::send(socket, piece.data(), piece.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    box.consume_outgoing(static_cast<std::size_t>(sent));
  }
  return true;
}

/// receive_some gives the connection what the socket has, or its end.
heirloom::Result<void> receive_some(int socket, Connection& box) {
  const auto space = box.receive_buffer();
  const ssize_t count = ::recv(socket, space.data(), space.size(), 0);
  return count > 0 ? box.received(static_cast<std::size_t>(count)) : box.receive_end();
}

void print_plaintext(Connection& box) {
  while (!box.plaintext().empty()) {
    const auto piece = box.plaintext();
    std::cout.write(reinterpret_cast<const char*>(piece.data()),
                    static_cast<std::streamsize>(piece.size()));
    box.consume_plaintext(piece.size());
  }
}

/// fetch runs the connection to its end. An error that the connection keeps is in box.error().
bool fetch(int socket, Connection& box) {
  constexpr std::string_view kRequest = "GET / HTTP/1.0\r\n\r\n";
  bool has_asked = false;
  while (send_outgoing(socket, box)) {
    print_plaintext(box);
    if (box.phase() == Phase::closed) {
      return true;
    }
    if (box.phase() == Phase::open && !has_asked) {
      has_asked =
          box.write({reinterpret_cast<const std::uint8_t*>(kRequest.data()), kRequest.size()})
              .has_value();
    } else if (!receive_some(socket, box)) {
      send_outgoing(socket, box);  // the alert, if there is one
      return false;
    }
  }
  return false;
}

}  // namespace

int main(int argc, char* argv[]) {
  const auto pin = heirloom::parse_fingerprint(argc == 4 ? argv[3] : "");
  if (!pin) {
    std::cerr << "usage: plain_socket HOST PORT sha256:FINGERPRINT\n";
    return 2;
  }
  heirloom::ClientOptions options;
  options.verifier = heirloom::verify_with_pin({*pin});
  const auto config = heirloom::ClientConfig::build(options);
  const int socket = connect_to(argv[1], argv[2]);
  if (!config || socket < 0) {
    std::cerr << "no connection to " << argv[1] << '\n';
    return 3;
  }
  Connection box = Connection::client(config.value(), {.host = argv[1]});
  const bool is_complete = fetch(socket, box);
  if (!is_complete) {
    std::cerr << (box.error() != nullptr ? box.error()->text() : "the connection broke") << '\n';
  }
  ::close(socket);
  return is_complete ? 0 : 4;
}

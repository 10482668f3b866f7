// Sockets and the loop around a connection, see talk.hpp.
#include "talk.hpp"

#include "words.hpp"

#include <cstdio>
#include <string>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

sockaddr_in loopback(unsigned port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

int listen_on(unsigned port) {
  const int handle = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(port);
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (handle < 0 || ::bind(handle, raw, size) != 0 || ::listen(handle, 4) != 0 ||
      ::getsockname(handle, raw, &size) != 0) {
    fail("cannot listen");
  }
  std::printf("LISTENING %u\n", static_cast<unsigned>(ntohs(address.sin_port)));
  std::fflush(stdout);
  return handle;
}

int accept_from(int listener) {
  const int handle = ::accept(listener, nullptr, nullptr);
  if (handle < 0) {
    fail("cannot accept");
  }
  return handle;
}

int connect_to(unsigned port) {
  const int handle = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback(port);
  if (handle < 0 ||
      ::connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("cannot connect");
  }
  return handle;
}

Talk::Talk(heirloom::Connection connection, int handle)
    : connection_(std::move(connection)), handle_(handle) {}

Talk::~Talk() {
  ::close(handle_);
}

void Talk::wait_for(const std::function<bool()>& condition, const char* what) {
  while (true) {
    send();
    take();
    if (condition()) {
      return;
    }
    if (!receive()) {
      fail(std::string("the peer closed while we waited for ") + what);
    }
  }
}

void Talk::write(std::span<const std::uint8_t> data) {
  while (!data.empty()) {
    data = data.subspan(require(connection_.write(data)));
    send();
  }
}

void Talk::finish() {
  connection_.close();
  send();
  ::shutdown(handle_, SHUT_WR);
  std::uint8_t rest[4096];
  while (::recv(handle_, rest, sizeof rest, 0) > 0) {
    // The close_notify of the other side.
  }
}

void Talk::send() {
  while (!connection_.outgoing().empty()) {
    const auto piece = connection_.outgoing().front();
    const ssize_t sent = ::send(handle_, piece.data(), piece.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      return;  // the peer is gone; reading says how
    }
    connection_.consume_outgoing(static_cast<std::size_t>(sent));
  }
}

void Talk::take() {
  while (!connection_.plaintext().empty()) {
    const auto piece = connection_.plaintext();
    heard_.insert(heard_.end(), piece.begin(), piece.end());
    connection_.consume_plaintext(piece.size());
  }
  while (const auto event = connection_.next_event()) {
    is_refused_ = is_refused_ || event->kind == heirloom::Event::Kind::renegotiation_refused;
  }
}

bool Talk::receive() {
  const auto buffer = connection_.receive_buffer(16384);
  const ssize_t count = ::recv(handle_, buffer.data(), buffer.size(), 0);
  const auto result =
      count > 0 ? connection_.received(static_cast<std::size_t>(count)) : connection_.receive_end();
  if (!result) {
    send();
    fail(result.error().text());
  }
  return count > 0;
}

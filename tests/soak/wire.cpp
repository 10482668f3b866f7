#include "soak/wire.hpp"

#include "soak/vitals.hpp"

#include <cerrno>
#include <cstddef>
#include <iterator>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace heirloom::soak {

Wire::Wire(Connection connection, int handle)
    : connection_(std::move(connection)), handle_(handle) {
  // Each flight is small and waited for: nothing is gained by holding it back.
  const int yes = 1;
  (void)::setsockopt(handle_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

Wire::~Wire() {
  ::close(handle_);
}

short Wire::events() const {
  const int wanted = connection_.outgoing().empty() ? POLLIN : POLLIN | POLLOUT;
  return static_cast<short>(wanted);
}

void Wire::receive() {
  const auto buffer = connection_.receive_buffer(16384);
  if (buffer.empty()) {  // closed: nothing but the end can come
    std::byte one{};
    has_ended_ = ::recv(handle_, &one, 1, 0) <= 0;
    return;
  }
  const ssize_t count = ::recv(handle_, buffer.data(), buffer.size(), 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  has_ended_ = count <= 0;
  const auto result = has_ended_ ? connection_.receive_end()
                                 : connection_.received(static_cast<std::size_t>(count));
  if (!result.has_value()) {
    fail(result.error().text());
  }
  while (connection_.next_event().has_value()) {
  }
}

void Wire::send() {
  while (!connection_.outgoing().empty()) {
    const auto piece = connection_.outgoing().front();
    const ssize_t sent = ::send(handle_, piece.data(), piece.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN && errno != EINTR) {
        fail("cannot send");
      }
      return;
    }
    connection_.consume_outgoing(static_cast<std::size_t>(sent));
  }
}

void Wire::write(std::string_view text) {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto taken = connection_.write({bytes, text.size()});
  if (!taken.has_value() || *taken != text.size()) {
    fail("cannot write");
  }
}

std::string Wire::take() {
  std::string all;
  while (!connection_.plaintext().empty()) {
    const auto piece = connection_.plaintext();
    all.append(piece.begin(), piece.end());
    connection_.consume_plaintext(piece.size());
  }
  return all;
}

Policy policy_of(ProtocolVersion version) {
  Policy policy;
  policy.min_version = version;
  policy.max_version = version;
  policy.cipher_suites.assign(std::begin(kSuites), std::end(kSuites));
  return policy;
}

}  // namespace heirloom::soak

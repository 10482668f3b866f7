#include "http/listeners.hpp"

#include "common/target.hpp"

#include <utility>

namespace heirloom::app::http {

namespace {

/// open_loopback takes one port on both addresses. A machine without IPv6 has only one.
Outcome<Listeners> open_loopback(std::uint16_t port) {
  Listeners result;
  auto first = TcpListener::open(HostPort{"127.0.0.1", port});
  if (!first.has_value()) {
    return first.error();
  }
  result.port = (*first)->local().port;
  result.sockets.push_back(*std::move(first));
  auto second = TcpListener::open(HostPort{"::1", result.port});
  if (second.has_value()) {
    result.sockets.push_back(*std::move(second));
  } else if (second.error().cause == "port_in_use") {
    // Security: another program on the other address could be taken for the box.
    return second.error();
  }
  return result;
}

Outcome<Listeners> open_given(const HostPort& where) {
  if (is_loopback(where.host)) {
    return open_loopback(where.port);
  }
  auto socket = TcpListener::open(where);
  if (!socket.has_value()) {
    return socket.error();
  }
  Listeners result;
  result.port = (*socket)->local().port;
  result.outside_host = where.host;
  result.sockets.push_back(*std::move(socket));
  return result;
}

}  // namespace

Outcome<Listeners> open_listeners(const std::string& listen, std::uint16_t wished) {
  if (!listen.empty()) {
    const Outcome<HostPort> where = parse_listen_address(listen);
    return where.has_value() ? open_given(*where) : Outcome<Listeners>(where.error());
  }
  if (wished != 0) {
    Outcome<Listeners> again = open_loopback(wished);
    if (again.has_value()) {
      return again;
    }
  }
  constexpr int kAttempts = 8;  // a free port on one address may be taken on the other
  Outcome<Listeners> opened = open_loopback(0);
  for (int i = 1; i < kAttempts && !opened.has_value(); ++i) {
    opened = open_loopback(0);
  }
  if (opened.has_value()) {
    opened->took_another_port = wished != 0;
  }
  return opened;
}

}  // namespace heirloom::app::http

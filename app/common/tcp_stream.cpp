// The plain Stream over a non-blocking socket, and the listener.
#include "common/tcp.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace heirloom::app {

namespace {

HostPort format_address(const sockaddr_storage& address, socklen_t length) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (::getnameinfo(reinterpret_cast<const sockaddr*>(&address),
                    length,
                    host.data(),
                    host.size(),
                    port.data(),
                    port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return {};
  }
  return {host.data(), static_cast<std::uint16_t>(std::strtoul(port.data(), nullptr, 10))};
}

HostPort local_address(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    return {};
  }
  return format_address(address, length);
}

Failure listen_failure(const HostPort& where, int number) {
  const std::string place = to_string(where);
  if (number == EADDRINUSE) {
    return {ExitCode::local,
            "port " + std::to_string(where.port) + " on " + where.host +
                " is already in use by another program",
            "another port, or port 0 for any free one",
            "port_in_use"};
  }
  if (number == EACCES) {
    return {ExitCode::local,
            "this user may not listen on " + place,
            "a port above 1023",
            "listen_forbidden"};
  }
  if (number == EADDRNOTAVAIL) {
    return {ExitCode::local,
            where.host + " is no address of this machine",
            "127.0.0.1 or 0.0.0.0, or an address that `ip address` shows",
            "address_not_local"};
  }
  return {ExitCode::local, "cannot listen on " + place + ": " + errno_text(number), "", "listen"};
}

}  // namespace

std::string errno_text(int number) {
  return std::generic_category().message(number);
}

int poll_timeout(Deadline deadline) {
  const auto now = std::chrono::steady_clock::now();
  if (deadline <= now) {
    return 0;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now).count();
  constexpr std::int64_t longest = 3'600'000;  // callers loop, so an hour is as good as for ever
  return static_cast<int>(left < longest ? left : longest);
}

Readiness wait_for(int handle, Readiness wanted, Deadline deadline) {
  for (;;) {
    pollfd entry{handle, 0, 0};
    entry.events =
        static_cast<short>((wanted.readable ? POLLIN : 0) | (wanted.writable ? POLLOUT : 0));
    const int ready = ::poll(&entry, 1, poll_timeout(deadline));
    if (ready > 0) {
      const bool broken = (entry.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
      return {broken || (entry.revents & POLLIN) != 0, broken || (entry.revents & POLLOUT) != 0};
    }
    if (ready < 0 && errno != EINTR) {
      return {true, true};  // the next system call on it will say what is wrong
    }
    if (ready == 0 && std::chrono::steady_clock::now() >= deadline) {
      return {};
    }
  }
}

TcpStream::TcpStream(int socket) noexcept : socket_(socket) {
  // Records are written whole; waiting for more only delays a request that is complete.
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

TcpStream::~TcpStream() {
  ::close(socket_);
}

StreamOutcome TcpStream::read(std::span<std::uint8_t> into, Deadline deadline) {
  for (;;) {
    const auto count = ::recv(socket_, into.data(), into.size(), 0);
    if (count > 0) {
      return {StreamStatus::ok, static_cast<std::size_t>(count)};
    }
    if (count == 0) {
      return {into.empty() ? StreamStatus::ok : StreamStatus::end};
    }
    if (errno == EINTR) {
      continue;
    }
    if (errno != EAGAIN) {
      return {StreamStatus::failed, 0, errno_text(errno)};
    }
    if (!wait_for(socket_, {.readable = true}, deadline).readable) {
      return {StreamStatus::timeout};
    }
  }
}

StreamOutcome TcpStream::write(std::span<const std::uint8_t> bytes, Deadline deadline) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto count = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
      continue;
    }
    if (errno == EINTR) {
      continue;
    }
    if (errno != EAGAIN) {
      return {StreamStatus::failed, sent, errno_text(errno)};
    }
    if (!wait_for(socket_, {.writable = true}, deadline).writable) {
      return {StreamStatus::timeout, sent};
    }
  }
  return {StreamStatus::ok, sent};
}

StreamOutcome TcpStream::finish_writing(Deadline /*deadline*/) {
  if (::shutdown(socket_, SHUT_WR) != 0 && errno != ENOTCONN) {
    return {StreamStatus::failed, 0, errno_text(errno)};
  }
  return {};
}

HostPort TcpStream::peer() const {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    return {};
  }
  return format_address(address, length);
}

HostPort TcpStream::local() const {
  return local_address(socket_);
}

void TcpStream::reset() noexcept {
  const linger now{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

Outcome<std::unique_ptr<TcpListener>> TcpListener::open(const HostPort& where) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(where.port);
  if (::getaddrinfo(where.host.c_str(), port.c_str(), &hints, &found) != 0 || found == nullptr) {
    return Failure{ExitCode::usage,
                   "\"" + where.host + "\" is no address to listen on",
                   "127.0.0.1:" + port,
                   "address_invalid"};
  }
  const int handle =
      ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
  const int on = 1;
  int number = 0;
  if (handle < 0) {
    number = errno;
  } else if (::setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
             ::bind(handle, found->ai_addr, found->ai_addrlen) != 0 ||
             ::listen(handle, SOMAXCONN) != 0) {
    number = errno;
    ::close(handle);
  }
  ::freeaddrinfo(found);
  if (number != 0) {
    return listen_failure(where, number);
  }
  return std::make_unique<TcpListener>(handle);
}

TcpListener::~TcpListener() {
  ::close(socket_);
}

HostPort TcpListener::local() const {
  return local_address(socket_);
}

TcpStreamPtr TcpListener::accept(const StopSignal& stop) {
  for (;;) {
    std::array<pollfd, 2> waiting{pollfd{socket_, POLLIN, 0}, pollfd{stop.handle(), POLLIN, 0}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) {
      return nullptr;
    }
    if (waiting[1].revents != 0) {
      return nullptr;
    }
    if (waiting[0].revents == 0) {
      continue;
    }
    const int handle = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (handle >= 0) {
      return std::make_unique<TcpStream>(handle);
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // Others must end before this one can begin; polling at once would spin.
      pollfd pause{stop.handle(), POLLIN, 0};
      ::poll(&pause, 1, 100);
    }
  }
}

}  // namespace heirloom::app

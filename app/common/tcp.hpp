// TCP: connect with a deadline over all addresses of a name, listen, and the plain Stream.
#pragma once

#include "common/failure.hpp"
#include "common/stop.hpp"
#include "common/stream.hpp"
#include "common/target.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace heirloom::app {

enum class AddressFamily : std::uint8_t { any, ipv4, ipv6 };

/// TcpStream owns a connected, non-blocking socket.
class TcpStream final : public Stream {
 public:
  explicit TcpStream(int socket) noexcept;
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;
  ~TcpStream() override;

  StreamOutcome read(std::span<std::uint8_t> into, Deadline deadline) override;
  StreamOutcome write(std::span<const std::uint8_t> bytes, Deadline deadline) override;
  StreamOutcome finish_writing(Deadline deadline) override;

  [[nodiscard]] int readable_handle() const noexcept override { return socket_; }

  [[nodiscard]] bool has_buffered_input() const noexcept override { return false; }

  /// peer is the other end's address and port; empty host if it is gone.
  [[nodiscard]] HostPort peer() const;
  /// local is our own end.
  [[nodiscard]] HostPort local() const;

  /// reset makes the peer see a reset instead of an end.
  void reset() noexcept;

 private:
  int socket_;
};

using TcpStreamPtr = std::unique_ptr<TcpStream>;

/// connect_tcp resolves the name and tries its addresses, the next one a quarter of a second after
/// the last (RFC 8305), until one answers. Failures have ExitCode::network and the cause
/// "name_not_found", "connection_refused", "unreachable", "connect_timeout" or "connect_failed".
[[nodiscard]] Outcome<TcpStreamPtr> connect_tcp(const HostPort& where,
                                                AddressFamily family,
                                                Deadline deadline);

/// TcpListener owns a listening socket.
class TcpListener {
 public:
  /// open binds and listens. Port 0 takes a free one. Failures have ExitCode::local (in use, no
  /// permission, not an address of this machine) or usage (no address).
  [[nodiscard]] static Outcome<std::unique_ptr<TcpListener>> open(const HostPort& where);

  explicit TcpListener(int socket) noexcept : socket_(socket) {}

  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;
  ~TcpListener();

  /// local is the address and the port that was chosen.
  [[nodiscard]] HostPort local() const;

  /// handle is the listening descriptor.
  [[nodiscard]] int handle() const noexcept { return socket_; }

  /// accept waits for a connection; null once `stop` says so.
  [[nodiscard]] TcpStreamPtr accept(const StopSignal& stop);

 private:
  int socket_;
};

/// Readiness is what wait_for is told to wait for, and says what came.
struct Readiness {
  bool readable = false;
  bool writable = false;
};

/// wait_for polls one descriptor; both false at the deadline. An error condition counts as both.
[[nodiscard]] Readiness wait_for(int handle, Readiness wanted, Deadline deadline);

/// poll_timeout turns a deadline into poll(2)'s milliseconds, rounded up, 0 if it has passed.
[[nodiscard]] int poll_timeout(Deadline deadline);

/// errno_text is strerror in a form that threads can share.
[[nodiscard]] std::string errno_text(int number);

}  // namespace heirloom::app

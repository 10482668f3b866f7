// Wire: one connection of the library over one TCP socket that does not block, and what both ends
// of the soak have in common.
#pragma once

#include "heirloom/heirloom.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace heirloom::soak {

/// kSuites are those of all connections: RSA key exchange, with a key of 1024 bits.
inline constexpr std::uint16_t kSuites[] = {0x002f, 0x000a, 0x0005};

/// kAskForRenegotiation is what a client says so that the server asks for another handshake; all
/// else is sent back to it.
inline constexpr char kAskForRenegotiation = '!';

class Wire {
 public:
  /// Wire owns the socket.
  Wire(Connection connection, int handle);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  [[nodiscard]] int handle() const { return handle_; }

  /// events is what to poll for.
  [[nodiscard]] short events() const;

  /// receive takes what has arrived; a connection that fails ends the process.
  void receive();

  /// send gives the socket what it takes.
  void send();

  void write(std::string_view text);

  /// take gives the application data that has arrived.
  [[nodiscard]] std::string take();

  /// has_ended is true if the peer has closed the socket.
  [[nodiscard]] bool has_ended() const { return has_ended_; }

  [[nodiscard]] Connection& connection() { return connection_; }

 private:
  Connection connection_;
  int handle_;
  bool has_ended_ = false;
};

/// policy_of allows that version alone.
[[nodiscard]] Policy policy_of(ProtocolVersion version);

}  // namespace heirloom::soak

// Talk: one connection over one blocking socket on the loopback interface.
#pragma once

#include "heirloom/heirloom.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

class Talk {
 public:
  /// Talk owns the socket.
  Talk(heirloom::Connection connection, int handle);
  ~Talk();

  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

  [[nodiscard]] heirloom::Connection& connection() { return connection_; }

  [[nodiscard]] const std::vector<std::uint8_t>& heard() const { return heard_; }

  /// is_refused: the peer did not want the handshake that we asked for.
  [[nodiscard]] bool is_refused() const { return is_refused_; }

  /// wait_for sends and reads until the condition holds, and fails if the transport ends before.
  void wait_for(const std::function<bool()>& condition, const char* what);

  void write(std::span<const std::uint8_t> data);

  /// finish sends what is left, close_notify at the end of it, and waits for the peer to go.
  void finish();

 private:
  void send();
  void take();
  bool receive();

  heirloom::Connection connection_;
  int handle_;
  std::vector<std::uint8_t> heard_;
  bool is_refused_ = false;
};

/// listen_on gives a listening socket; 0 lets the system choose, and LISTENING says which it is.
[[nodiscard]] int listen_on(unsigned port);

[[nodiscard]] int accept_from(int listener);

[[nodiscard]] int connect_to(unsigned port);

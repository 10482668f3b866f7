// The client of the soak: several connections at a time, on one thread, each of the next kind.
#pragma once

#include "heirloom/heirloom.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

namespace heirloom::soak {

/// Tally is how many handshakes of each kind there were. A renegotiation counts as such, whether it
/// resumes or not.
struct Tally {
  std::size_t full = 0;
  std::size_t by_id = 0;
  std::size_t by_ticket = 0;
  std::size_t renegotiated = 0;

  [[nodiscard]] std::size_t all() const { return full + by_id + by_ticket + renegotiated; }
};

/// Way is how a client connects, and what it keeps of its last connection of that kind.
enum class Way : std::uint8_t { tls_with_ticket, tls_with_id, ssl30 };

inline constexpr std::size_t kWays = 3;

class Visitor;

class Client {
 public:
  Client(std::uint16_t port, std::size_t connections);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// run goes on until there were that many handshakes in all, and every connection has ended.
  void run(std::size_t handshakes);

  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  void begin();
  void round();

  std::uint16_t port_;
  std::size_t connections_;
  std::array<std::shared_ptr<const ClientConfig>, kWays> configs_;
  std::array<SessionPtr, kWays> sessions_;
  std::list<Visitor> visitors_;
  std::size_t next_ = 0;
  std::size_t begun_ = 0;  ///< handshakes, those to come of the connections that are open included
  Tally tally_;
};

}  // namespace heirloom::soak

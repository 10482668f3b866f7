// Prober: asks a server one question on one connection. TcpProber does it over TCP.
#pragma once

#include "check/flight.hpp"
#include "check/hello.hpp"
#include "common/tcp.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace heirloom::app {

class Prober {
 public:
  Prober() = default;
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;
  virtual ~Prober() = default;

  /// ask connects, sends the hello, reads the answer and gives the connection up. Of an offer at
  /// SSL 2.0 only the version counts.
  [[nodiscard]] virtual ServerAnswer ask(const HelloOffer& offer) = 0;

  /// pause lets a server recover that has failed to answer.
  virtual void pause() = 0;
};

class TcpProber final : public Prober {
 public:
  struct Settings {
    HostPort where;
    AddressFamily family = AddressFamily::any;
    std::chrono::milliseconds connect_time{10000};
    std::chrono::milliseconds answer_time{5000};  ///< for the first byte; the whole may take thrice
    std::chrono::milliseconds pause{1000};
  };

  explicit TcpProber(Settings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] ServerAnswer ask(const HelloOffer& offer) override;
  void pause() override;

 private:
  Settings settings_;
};

}  // namespace heirloom::app

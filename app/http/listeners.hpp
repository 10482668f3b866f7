// open_listeners: where the browser finds the bridge.
#pragma once

#include "common/failure.hpp"
#include "common/tcp.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace heirloom::app::http {

struct Listeners {
  std::vector<std::unique_ptr<TcpListener>> sockets;  ///< all on one port
  std::uint16_t port = 0;
  std::string outside_host;        ///< the address, if it is not loopback; else empty
  bool took_another_port = false;  ///< the wished one was in use
};

/// open_listeners takes what --listen says (ADDR:PORT, PORT, or nothing). Without it both loopback
/// addresses are taken, because a browser may try either for a name under localhost, on the port of
/// last time if it is free (`wished`; 0: none) and on any other if not.
[[nodiscard]] Outcome<Listeners> open_listeners(const std::string& listen, std::uint16_t wished);

}  // namespace heirloom::app::http

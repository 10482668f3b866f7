// RawBridge: bytes both ways between local connections and a box, for what is not HTTP.
#pragma once

#include "common/connection_server.hpp"
#include "common/stop.hpp"
#include "common/tcp.hpp"
#include "http/bridge.hpp"
#include "ladder/box_link.hpp"
#include "ladder/report.hpp"

#include <memory>
#include <vector>

namespace heirloom::app {

class RawBridge {
 public:
  /// `secure` is empty for a local side without TLS.
  RawBridge(BoxLink& link,
            const Report& report,
            std::vector<std::unique_ptr<TcpListener>> listeners,
            http::Secure secure);

  /// run serves until `stop`. Each local connection gets a connection to the box of its own.
  [[nodiscard]] ConnectionServer::Stopped run(const StopSignal& stop);

 private:
  void serve(const std::shared_ptr<TcpStream>& transport);

  BoxLink& link_;
  const Report& report_;
  http::Secure secure_;
  const StopSignal* stop_ = nullptr;
  ConnectionServer server_;
};

}  // namespace heirloom::app

// Bridge: the local web server in front of one box. A thread per browser connection.
#pragma once

#include "common/connection_server.hpp"
#include "common/stop.hpp"
#include "common/tcp.hpp"
#include "http/exchange.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace heirloom::app::http {

/// Secure makes the local side of a connection TLS; null if the handshake fails.
using Secure = std::function<StreamPtr(const std::shared_ptr<TcpStream>& stream)>;

class Bridge {
 public:
  using Stopped = ConnectionServer::Stopped;

  /// `secure` is empty for plain HTTP on the local side.
  Bridge(Box& box, std::vector<std::unique_ptr<TcpListener>> listeners, Secure secure = {});

  /// run serves until `stop`, then ends every connection.
  [[nodiscard]] Stopped run(const StopSignal& stop);

 private:
  void serve(const std::shared_ptr<TcpStream>& transport);
  void serve_requests(Stream& stream, const std::string& arrived_at);

  Box& box_;
  Secure secure_;
  ConnectionServer server_;
};

}  // namespace heirloom::app::http

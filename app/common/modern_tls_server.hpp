// ModernTlsServer: TLS 1.2 and 1.3 for local clients, by the system's libssl.
#pragma once

#include "common/modern_tls.hpp"

#include <memory>
#include <string>

namespace heirloom::app {

class ModernTlsServer {
 public:
  /// create takes a certificate chain (own one first) and its key, both PEM. Null if libssl does
  /// not take them.
  [[nodiscard]] static std::shared_ptr<ModernTlsServer> create(const std::string& chain_pem,
                                                               const std::string& key_pem);
  ModernTlsServer(const ModernTlsServer&) = delete;
  ModernTlsServer& operator=(const ModernTlsServer&) = delete;
  ~ModernTlsServer();

  /// accept runs the handshake. The client's certificate is not asked for. Threads may share one
  /// server.
  [[nodiscard]] ModernTlsReport accept(std::shared_ptr<TcpStream> transport,
                                       Deadline deadline) const;

 private:
  struct Context;
  explicit ModernTlsServer(std::unique_ptr<Context> context);

  std::unique_ptr<Context> context_;
};

}  // namespace heirloom::app

// LocalTls: the local side of `reach --tls`, with a certificate of the local authority.
#pragma once

#include "ca/authority.hpp"
#include "common/failure.hpp"
#include "common/modern_tls_server.hpp"
#include "common/stream.hpp"
#include "common/tcp.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace heirloom::app {

class LocalTls {
 public:
  /// A box's names: its label under localhost, localhost, and both loopback addresses.
  LocalTls(std::shared_ptr<const LocalAuthority> authority, const std::string& label);

  /// renew makes a certificate if there is none, or it ends within a month.
  [[nodiscard]] Outcome<bool> renew();

  /// secure runs the handshake with a local client; null if that fails. For several threads.
  [[nodiscard]] StreamPtr secure(const std::shared_ptr<TcpStream>& stream);

 private:
  std::shared_ptr<const LocalAuthority> authority_;
  std::vector<std::string> names_;
  std::mutex mutex_;
  std::shared_ptr<ModernTlsServer> server_;
  std::chrono::system_clock::time_point not_after_{};
};

}  // namespace heirloom::app

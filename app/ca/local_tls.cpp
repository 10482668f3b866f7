#include "ca/local_tls.hpp"

#include <utility>

namespace heirloom::app {

namespace {

constexpr std::chrono::hours kRenewBefore{30 * 24};
constexpr std::chrono::seconds kHandshakeTime{30};

}  // namespace

LocalTls::LocalTls(std::shared_ptr<const LocalAuthority> authority, const std::string& label)
    : authority_(std::move(authority)),
      names_{label + ".localhost", "localhost", "127.0.0.1", "::1"} {}

Outcome<bool> LocalTls::renew() {
  const std::lock_guard lock(mutex_);
  if (server_ != nullptr && not_after_ > std::chrono::system_clock::now() + kRenewBefore) {
    return true;
  }
  const Outcome<IssuedCertificate> issued = authority_->issue(names_);
  if (!issued.has_value()) {
    return issued.error();
  }
  std::shared_ptr<ModernTlsServer> made =
      ModernTlsServer::create(issued->chain_pem, issued->key_pem);
  if (made == nullptr) {
    return Failure{ExitCode::internal, "libssl does not take a certificate", "", "ca_minting"};
  }
  server_ = std::move(made);
  not_after_ = issued->not_after;
  return true;
}

StreamPtr LocalTls::secure(const std::shared_ptr<TcpStream>& stream) {
  static_cast<void>(renew());  // the old certificate does as long as it lasts
  std::shared_ptr<ModernTlsServer> server;
  {
    const std::lock_guard lock(mutex_);
    server = server_;
  }
  return server == nullptr ? nullptr : server->accept(stream, in(kHandshakeTime)).stream;
}

}  // namespace heirloom::app

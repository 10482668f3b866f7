// See support.hpp.
#include "asio/support.hpp"

#include <cstdlib>
#include <iostream>
#include <string_view>
#include <utility>

namespace heirloom::asio_test {

namespace {

template <class T>
T require(Result<T> result, std::string_view what) {
  if (!result.has_value()) {
    std::cerr << what << ": " << result.error().text() << '\n';
    std::abort();
  }
  return std::move(result).value();
}

Policy policy_for(Protocol protocol) {
  Policy policy = Policy::device();
  policy.min_version = protocol.version;
  policy.max_version = protocol.version;
  policy.cipher_suites = {protocol.cipher_suite};
  if (protocol.compression != CompressionMethod::null) {
    policy.compression_methods.insert(policy.compression_methods.begin(), protocol.compression);
  }
  return policy;
}

void deliver(Connection& from, Connection& to) {
  while (!from.outgoing().empty()) {
    const std::span<const std::uint8_t> piece = from.outgoing().front();
    const Result<std::size_t> taken = to.receive(piece);
    if (!taken.has_value() || *taken == 0) {
      return;
    }
    from.consume_outgoing(*taken);
  }
}

}  // namespace

std::string certificate_file(const std::string& name) {
  return std::string(HEIRLOOM_SOURCE_DIR) + "/tests/vectors/certificates/" + name;
}

std::array<std::uint8_t, 32> pin_of(const std::string& name) {
  const auto certificates =
      require(load_pem_certificates(certificate_file(name + ".crt")), "certificate");
  return certificate_fingerprint(certificates.front());
}

std::shared_ptr<const ClientConfig> make_client_config(
    Protocol protocol, std::shared_ptr<CertificateVerifier> verifier) {
  ClientOptions options;
  options.policy = policy_for(protocol);
  if (verifier == nullptr) {
    TrustOptions trust;
    trust.authorities = require(load_pem_certificates(certificate_file("ca.crt")), "authority");
    verifier = verify_with_authorities(std::move(trust));
  }
  options.verifier = std::move(verifier);
  return require(ClientConfig::build(std::move(options)), "client configuration");
}

std::shared_ptr<const ServerConfig> make_server_config(Protocol protocol,
                                                       std::shared_ptr<SessionStore> sessions,
                                                       Renegotiation renegotiation) {
  ServerOptions options;
  options.policy = policy_for(protocol);
  options.policy.renegotiation = renegotiation;
  options.credentials = {
      require(load_credentials(certificate_file("rsa1024.chain"), certificate_file("rsa1024.key")),
              "credentials")};
  options.sessions = std::move(sessions);
  return require(ServerConfig::build(std::move(options)), "server configuration");
}

Pending<CertificateVerdict> PendingVerifier::verify(const CertificateQuestion& /*question*/) {
  return pending;
}

std::vector<std::uint8_t> payload(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  std::uint32_t state = 1;
  for (std::uint8_t& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::uint8_t>(state >> 24U);
  }
  return bytes;
}

void transfer(Connection& left, Connection& right) {
  while (!left.outgoing().empty() || !right.outgoing().empty()) {
    deliver(left, right);
    deliver(right, left);
    if (left.error() != nullptr || right.error() != nullptr) {
      return;
    }
  }
}

OpenPair make_open_pair(Protocol protocol) {
  OpenPair pair{Connection::client(make_client_config(protocol), PeerName{kHost}),
                Connection::server(make_server_config(protocol))};
  transfer(pair.client, pair.server);
  return pair;
}

}  // namespace heirloom::asio_test

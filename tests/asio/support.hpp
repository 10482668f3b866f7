// What the tests of the Asio streams share and what needs no Asio: configurations over the
// certificates of tests/vectors/certificates, verifiers that answer later, payloads.
#pragma once

#include "heirloom/heirloom.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace heirloom::asio_test {

inline constexpr std::uint16_t kRc4 = 0x0005;     // TLS_RSA_WITH_RC4_128_SHA
inline constexpr std::uint16_t kAes128 = 0x002f;  // TLS_RSA_WITH_AES_128_CBC_SHA
inline constexpr std::uint16_t kAes256 = 0x0035;  // TLS_RSA_WITH_AES_256_CBC_SHA

/// kHost is a name in the certificate of the servers here.
inline constexpr const char* kHost = "box.heirloom.test";

/// certificate_file gives the path of a file in tests/vectors/certificates.
[[nodiscard]] std::string certificate_file(const std::string& name);

/// pin_of gives the fingerprint of the first certificate in "NAME.crt".
[[nodiscard]] std::array<std::uint8_t, 32> pin_of(const std::string& name);

/// Protocol is one version and one suite, which is all that a configuration here allows.
struct Protocol {
  ProtocolVersion version = ProtocolVersion::tls10;
  std::uint16_t cipher_suite = kAes128;
  CompressionMethod compression = CompressionMethod::null;
};

/// make_client_config trusts the authority "ca" if no verifier is given.
[[nodiscard]] std::shared_ptr<const ClientConfig> make_client_config(
    Protocol protocol, std::shared_ptr<CertificateVerifier> verifier = nullptr);

/// make_server_config shows the certificate "rsa1024".
[[nodiscard]] std::shared_ptr<const ServerConfig> make_server_config(
    Protocol protocol,
    std::shared_ptr<SessionStore> sessions = nullptr,
    Renegotiation renegotiation = Renegotiation::only_secure);

/// PendingVerifier never knows at once.
class PendingVerifier final : public CertificateVerifier {
 public:
  [[nodiscard]] Pending<CertificateVerdict> verify(const CertificateQuestion& question) override;
};

/// payload gives bytes that do not repeat at any record's length.
[[nodiscard]] std::vector<std::uint8_t> payload(std::size_t size);

/// transfer moves what each of two connections has to say to the other, until both are silent.
void transfer(Connection& left, Connection& right);

/// connect makes two connections that are open.
struct OpenPair {
  Connection client;
  Connection server;
};

[[nodiscard]] OpenPair make_open_pair(Protocol protocol);

}  // namespace heirloom::asio_test

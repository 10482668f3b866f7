// ModernTlsStream: the system's libssl over TCP as a Stream.
//
// As a client it is the leg for boxes that the distribution's OpenSSL can still reach, as a server
// (modern_tls_server.hpp) the local side of `reach --tls`. Verification never
// stops the handshake: the caller has a pin, or asks; it is told what the system's authorities say.
// libssl writes without MSG_NOSIGNAL: the program must ignore SIGPIPE.
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/key_log.hpp"

#include "common/stream.hpp"
#include "common/tcp.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

struct ssl_session_st;  // libssl's, whose header stays out of this one

namespace heirloom::app {

/// ModernTlsSession is what libssl keeps of a connection for the next one. It may be used by
/// several connections at a time; libssl marks it when a connection that used it has failed.
using ModernTlsSession = std::shared_ptr<ssl_session_st>;

/// ModernTlsSessions has the session that the peer of one connection has given last: at TLS 1.3
/// that comes after the handshake, with the first data. Any thread may ask.
class ModernTlsSessions {
 public:
  /// latest is null as long as the peer has given none that can be resumed.
  [[nodiscard]] ModernTlsSession latest() const;
  void keep(ModernTlsSession session);

 private:
  mutable std::mutex mutex_;
  ModernTlsSession latest_;
};

struct ModernTlsOptions {
  enum class Security : std::uint8_t {
    /// Whatever the distribution allows: on Debian 12 TLS 1.2 and 1.3, keys of 112 bits.
    system_defaults,
    /// DEFAULT@SECLEVEL=0, TLS 1.0 and up, and servers without RFC 5746: everything that the
    /// system's libssl is still able to do.
    everything,
  };
  Security security = Security::system_defaults;
  std::string server_name = {};  ///< for SNI (names only, never an address) and for the verdict
  enum class Fallback : std::uint8_t { no_signal, signal };
  Fallback fallback = Fallback::no_signal;  ///< TLS_FALLBACK_SCSV, RFC 7507
  /// Highest version offered, as on the wire (0x0302 is TLS 1.1); 0: the newest.
  std::uint16_t max_version = 0;
  /// How long the peer may say nothing after the hello; 0: until the deadline.
  std::chrono::milliseconds silence{0};
  std::string certificate_file = {};     ///< PEM, shown if the peer asks; empty: none
  std::string key_file = {};             ///< PEM; empty: the key stands in the certificate file
  std::string passphrase = {};           ///< of the key
  std::shared_ptr<KeyLog> key_log = {};  ///< null: none
  std::string authorities_file = {};     ///< PEM, instead of the system's; empty: those
  /// DER CRLs; if there are any, every certificate below an authority needs one.
  std::vector<std::vector<std::uint8_t>> revocation_lists = {};
  std::vector<std::string> application_protocols = {};  ///< offered (RFC 7301); empty: none
  ModernTlsSession resume = nullptr;  ///< of an earlier connection to the same peer
};

struct ModernTlsInfo {
  std::string version;           ///< "TLS 1.2"
  std::uint16_t version_number;  ///< 0x0303
  std::string cipher;            ///< IANA name
  std::string openssl_cipher;
  CertificateChain peer_chain;  ///< as sent
  bool is_verified = false;     ///< by the authorities, name and date included
  bool is_revoked = false;      ///< by one of the lists that were given
  std::string verify_text;      ///< "ok", or libcrypto's words for what is wrong
  bool is_resumed = false;      ///< then the chain and the verdict are those of the session
};

class ModernTlsStream;

/// ModernTlsReport says how a handshake ended, in the terms that decide what to try next.
struct ModernTlsReport {
  enum class End : std::uint8_t {
    complete,
    refused_by_peer,  ///< `alert` is set
    refused_by_us,    ///< libssl found the peer's parameters too weak or malformed
    not_tls,          ///< what came is no TLS
    closed,           ///< the peer ended the transport before the handshake was complete
    reset,
    silent,   ///< the deadline passed and the peer had not sent one byte
    stalled,  ///< the deadline passed in the middle of the handshake
    internal,
  };
  End end = End::internal;
  std::unique_ptr<ModernTlsStream> stream = nullptr;  ///< if complete
  std::optional<std::uint8_t> alert = std::nullopt;   ///< number that the peer sent
  std::string reason = {};                            ///< libssl's words, lower case, no full stop
  std::size_t bytes_received = 0;
};

class ModernTlsStream final : public Stream {
 public:
  /// connect runs the handshake on a connected socket.
  [[nodiscard]] static ModernTlsReport connect(TcpStreamPtr transport,
                                               const ModernTlsOptions& options,
                                               Deadline deadline);
  ModernTlsStream(const ModernTlsStream&) = delete;
  ModernTlsStream& operator=(const ModernTlsStream&) = delete;
  ~ModernTlsStream() override;

  StreamOutcome read(std::span<std::uint8_t> into, Deadline deadline) override;
  StreamOutcome write(std::span<const std::uint8_t> bytes, Deadline deadline) override;
  StreamOutcome finish_writing(Deadline deadline) override;
  [[nodiscard]] int readable_handle() const noexcept override;
  [[nodiscard]] bool has_buffered_input() const noexcept override;
  [[nodiscard]] Obstacle obstacle() const noexcept override;

  [[nodiscard]] const ModernTlsInfo& info() const noexcept { return info_; }

  /// sessions is, as client, where the session for the next connection comes to lie. It outlives
  /// the stream.
  [[nodiscard]] std::shared_ptr<const ModernTlsSessions> sessions() const { return sessions_; }

 private:
  friend class ModernTlsServer;
  struct Ssl;
  ModernTlsStream(std::shared_ptr<TcpStream> transport, std::unique_ptr<Ssl> ssl);
  StreamOutcome settle(int result, Deadline deadline);

  std::shared_ptr<TcpStream> transport_;
  std::shared_ptr<ModernTlsSessions> sessions_ = std::make_shared<ModernTlsSessions>();
  std::unique_ptr<Ssl> ssl_;
  ModernTlsInfo info_;
};

/// modern_library_version names the libssl that is used: "OpenSSL 3.0.22".
[[nodiscard]] std::string modern_library_version();

}  // namespace heirloom::app

// FlightReader: reads what a server says to a hello that was made by hand, without going on.
//
// It wants ServerHello, Certificate, the sizes in ServerKeyExchange, and whether a
// CertificateRequest comes (RFC 6101 §5.6, RFC 2246 §7.4); of TLS 1.3 only the ServerHello is
// readable. For SSL 2.0 it reads the SERVER-HELLO. Input is never trusted: every length is checked
// against what is there.
#pragma once

#include "heirloom/certificate.hpp"

#include "check/version.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace heirloom::app {

/// ServerAnswer is what one connection with one hello has shown.
struct ServerAnswer {
  enum class Kind : std::uint8_t {
    hello,          ///< a ServerHello
    alert,          ///< a fatal alert, or a warning and then the end
    closed,         ///< the server hung up
    reset,          ///< the connection broke
    silent,         ///< nothing came after the hello
    stalled,        ///< something came, but no whole answer
    no_connection,  ///< TCP failed: `detail` says how
    not_asked,      ///< the limit of connections was reached, or the server was given up
    plain_http,
    ssh,
    sslv2,    ///< SSL 2.0 in answer to a later hello
    not_tls,  ///< something else: `detail` shows its beginning
  };
  Kind kind = Kind::silent;
  std::optional<std::uint8_t> alert = std::nullopt;
  std::string detail = {};
  std::uint16_t version = 0;           ///< as on the wire
  std::uint16_t suite = 0;             ///< not of SSL 2.0
  std::uint8_t compression = 0;        ///< 0: none
  bool signals_renegotiation = false;  ///< RFC 5746
  bool wants_certificate = false;      ///< CertificateRequest
  bool broke_off = false;              ///< a ServerHello, and then a fatal alert or the end
  CertificateChain chain = {};
  std::size_t dh_bits = 0;                       ///< prime of an ephemeral Diffie-Hellman exchange
  std::size_t export_rsa_bits = 0;               ///< temporary RSA key of an export suite
  std::vector<std::uint32_t> sslv2_suites = {};  ///< CIPHER-KINDs of a SERVER-HELLO
};

class FlightReader {
 public:
  /// FlightReader expects the answer to a hello of that version.
  explicit FlightReader(CheckVersion offered) : offered_(offered) {}

  /// feed takes what has come. True: nothing more is wanted.
  [[nodiscard]] bool feed(std::span<const std::uint8_t> bytes);

  /// answer gives what was found. `end` is how the transport ended (closed, reset, silent or
  /// stalled), which counts if nothing better came.
  [[nodiscard]] ServerAnswer answer(ServerAnswer::Kind end) const;

  [[nodiscard]] bool has_bytes() const noexcept { return is_started_; }

 private:
  bool read_other_protocol();
  bool read_records();
  bool read_record(std::uint8_t type, std::span<const std::uint8_t> body);
  bool read_messages();
  bool read_message(std::uint8_t type, std::span<const std::uint8_t> body);
  bool read_server_hello(std::span<const std::uint8_t> body);
  void read_extensions(std::span<const std::uint8_t> block);
  bool read_certificates(std::span<const std::uint8_t> body);
  void read_key_exchange(std::span<const std::uint8_t> body);
  bool read_sslv2();
  bool give_up(const std::string& why);

  CheckVersion offered_;
  bool is_started_ = false;
  bool has_hello_ = false;
  bool is_alert_ = false;
  std::vector<std::uint8_t> input_;
  std::vector<std::uint8_t> messages_;
  ServerAnswer found_;
  std::optional<ServerAnswer::Kind> other_;  ///< a kind that is not of the handshake
};

}  // namespace heirloom::app

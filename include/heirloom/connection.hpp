// Connection: the engine. Bytes in, bytes out; no sockets, no threads, no callbacks.
//
// The wire side and the application side are each a buffer and an acknowledgement:
//
//     wire in:   receive_buffer → (read from the socket into it) → received(n)
//     wire out:  outgoing → (write to the socket) → consume_outgoing(n)
//     data in:   write_buffer → (write plaintext into it) → written(n) → flush
//     data out:  plaintext → (use it) → consume_plaintext(n)
//
// Nothing here blocks. Looking up a session, judging a certificate and using a private key may each
// answer pending: the connection parks, next_event says what is awaited, resolve continues; what
// the peer sends meanwhile waits. The wire may be cut at any byte and gives the same result.
//
// An open connection can go through another handshake, whoever starts it (renegotiate). It stays
// open for application data meanwhile, see Phase::renegotiating; info() is that of the last
// complete handshake until the new one is verified.
//
// After an error the fatal alert, if one is sent, is already in outgoing(), and the error is
// sticky: every further call returns it. The end of the transport is an input too (receive_end).
//
// One thread at a time per connection. Nothing a peer sends makes anything here throw; memory
// exhaustion may (std::bad_alloc).
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/certificate_verifier.hpp"
#include "heirloom/config.hpp"
#include "heirloom/credentials.hpp"
#include "heirloom/event.hpp"
#include "heirloom/export.hpp"
#include "heirloom/export_rule.hpp"
#include "heirloom/named_curve.hpp"
#include "heirloom/result.hpp"
#include "heirloom/session.hpp"
#include "heirloom/version.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace heirloom {

/// PeerName is who the client means to talk to: the host that certificates are compared with and
/// that server_name carries (a literal address is never sent, RFC 6066 §3).
struct PeerName {
  std::string host;
};

/// Phase of a connection. The close states of the two directions are in ConnectionInfo.
enum class Phase : std::uint8_t {
  handshaking,
  parked,  ///< handshaking or renegotiating, and waiting for resolve
  open,    ///< application data may flow
  /// renegotiating: open, and another handshake was begun or asked for. Data flows under the old
  /// keys until each direction changes to the new ones (RFC 2246 §7.1): the peer's is delivered as
  /// it comes, and write_buffer is empty from our change_cipher_spec to the end of the handshake.
  renegotiating,
  closed,  ///< close_notify sent or received; plaintext may still be waiting to be read
  failed,  ///< see error()
};

/// ConnectionInfo is complete once the phase is open; before, fields appear as they are known. What
/// a renegotiation finds out appears when it is complete, and not before.
struct ConnectionInfo {
  std::optional<ProtocolVersion> version;
  std::optional<std::uint16_t> cipher_suite;
  std::uint8_t compression_method = 0;      ///< see CompressionMethod
  bool has_encrypt_then_mac = false;        ///< RFC 7366
  std::size_t max_fragment_length = 16384;  ///< of plaintext in a record, in both directions
  std::vector<std::uint8_t> session_id;
  bool is_resumed = false;
  bool is_resumed_by_ticket = false;      ///< RFC 5077, and not by the id of the session
  bool has_secure_renegotiation = false;  ///< the peer supports RFC 5746
  /// has_extended_master_secret: of this handshake, or of the one that made the session (RFC 7627).
  bool has_extended_master_secret = false;
  CertificateChain peer_chain;      ///< as sent by the peer, or as remembered by the session
  CertificateChain verified_chain;  ///< up to the trust anchor, if the verifier built a path
  std::size_t peer_key_bits = 0;    ///< of the peer certificate's key
  /// own_chain is the certificate that this side has shown, or as a server that resumes would show
  /// with this suite; empty if there is none.
  CertificateChain own_chain;
  /// temporary_key_bits is the length of what was made for this connection alone: the modulus of a
  /// temporary RSA key, the prime of a Diffie-Hellman group, the field of a curve. 0 if the suite
  /// makes nothing, or the session is resumed.
  std::size_t temporary_key_bits = 0;
  std::optional<NamedCurve> curve;  ///< of a suite with elliptic curves, unless resumed
  std::string server_name;  ///< as server: what the client asked for; as client: what was sent
  std::string application_protocol;  ///< that was chosen (RFC 7301); empty if there was none
  std::optional<ProtocolVersion>
      client_version;            ///< ClientHello.client_version, which may be above ours
  bool has_sslv2_hello = false;  ///< the ClientHello came or went in the format of SSL 2.0
  std::size_t handshakes = 0;    ///< complete ones on this connection
  /// was_renegotiated_insecurely: a handshake after the first one was not bound to the connection
  /// (Renegotiation::any). Somebody else may have said what came before it.
  bool was_renegotiated_insecurely = false;
  bool close_notify_sent = false;
  bool close_notify_received = false;
  bool transport_ended = false;
};

/// OfferSession says whether a client offers the session of the connection for resumption.
enum class OfferSession : std::uint8_t { no, yes };

struct RenegotiationOptions {
  /// session, as client: `yes` makes new keys of the old secret, without the cost of a full
  /// handshake, if the server agrees.
  OfferSession session = OfferSession::no;
  /// client_authentication, as server: what is asked of the client in this handshake and the later
  /// ones of the connection; empty: as before.
  std::optional<ClientAuthentication> client_authentication = std::nullopt;
};

/// Answer resolves a pending decision: a certificate verdict, a session (null: none), or the result
/// of a private-key operation.
using Answer = std::variant<CertificateVerdict, SessionPtr, PrivateKeyResult>;

class HEIRLOOM_EXPORT Connection {
 public:
  /// client starts a handshake; the ClientHello is already in outgoing(). `resume` offers a session
  /// of an earlier connection to the same peer.
  [[nodiscard]] static Connection client(std::shared_ptr<const ClientConfig> config,
                                         PeerName peer,
                                         SessionPtr resume = nullptr);
  /// server waits for a ClientHello.
  [[nodiscard]] static Connection server(std::shared_ptr<const ServerConfig> config);

  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// receive_buffer is where the next bytes from the transport go. At least one byte long, except
  /// that it is empty while plaintext waits to be consumed and no room is left, while the
  /// connection is parked with a full buffer, and after the end. Valid until the next call of
  /// receive_buffer, received, receive, receive_end or resolve: neither writing nor taking
  /// plaintext moves it, so a read from the socket may be outstanding meanwhile. `hint` is how much
  /// the caller expects.
  [[nodiscard]] std::span<std::uint8_t> receive_buffer(std::size_t hint = 0);

  /// received says that n bytes arrived in receive_buffer and runs the protocol.
  Result<void> received(std::size_t n);

  /// receive is receive_buffer, copy and received, until all of `bytes` is taken. The caller must
  /// consume plaintext in between if it returns less than bytes.size().
  Result<std::size_t> receive(std::span<const std::uint8_t> bytes);

  /// receive_end says that the transport was closed by the peer. handshake_interrupted or truncated
  /// if that came without close_notify.
  Result<void> receive_end();

  /// outgoing is what the transport should send, as pieces to be written one after the other. The
  /// outer span is valid until the next call of a non-const member; the bytes stay where they are
  /// until consume_outgoing, whatever is received or written meanwhile, so a write to the socket
  /// may be outstanding.
  [[nodiscard]] std::span<const std::span<const std::uint8_t>> outgoing() const;

  /// consume_outgoing says that the transport took the first n bytes.
  void consume_outgoing(std::size_t n);

  /// write_buffer is where plaintext is staged: up to n bytes, at most one record's worth. Empty if
  /// the phase is not open or too much is waiting in outgoing() (back-pressure).
  [[nodiscard]] std::span<std::uint8_t> write_buffer(std::size_t n);

  /// written says that n bytes of write_buffer are filled. Several stagings may precede one flush.
  void written(std::size_t n);

  /// flush seals everything staged, as one batch.
  Result<void> flush();

  /// flush seals everything staged on many connections. The result of each is in its error().
  static void flush(std::span<Connection* const> connections);

  /// write stages and seals as much of `bytes` as back-pressure allows and returns how much that
  /// was.
  Result<std::size_t> write(std::span<const std::uint8_t> bytes);

  /// plaintext is the next decrypted application data, where it was decrypted. Empty: none yet.
  [[nodiscard]] std::span<const std::uint8_t> plaintext() const;

  /// consume_plaintext says that the first n bytes were used. Compressed records are opened one at
  /// a time, so that it may go on with what was received: plaintext, events and error() may follow.
  void consume_plaintext(std::size_t n);

  /// resolve answers the decision that the last decision_needed event named. decision_not_expected
  /// if nothing is awaited or the answer is of another kind.
  Result<void> resolve(Answer answer);

  /// plaintext_handshake says under the keys of which handshake plaintext() came: 1 is the first.
  /// What came under the old keys is to be judged by what was known then, for instance before a
  /// client certificate was shown (RFC 5746 §5).
  [[nodiscard]] std::size_t plaintext_handshake() const;

  /// renegotiate begins another handshake, as client, or asks for one, as server; at once the phase
  /// is renegotiating. If the peer refuses, the policy decides whether the connection goes on
  /// (event renegotiation_refused). handshake_in_progress, connection_closed,
  /// renegotiation_not_permitted; config_invalid if client certificates are asked for that the
  /// configuration cannot judge. Those errors are not sticky.
  Result<void> renegotiate(const RenegotiationOptions& options = {});

  /// close queues close_notify. Data not yet flushed is dropped, as is further writing.
  void close();

  /// cancel gives up a first handshake: user_canceled, then close_notify (RFC 2246 §7.2.2). Later
  /// it is close.
  void cancel();

  [[nodiscard]] std::optional<Event> next_event();
  [[nodiscard]] Phase phase() const noexcept;
  [[nodiscard]] const ConnectionInfo& info() const noexcept;

  /// error is why the connection failed; null while it has not.
  [[nodiscard]] const Error* error() const noexcept;

  /// session is what a later Connection::client may resume; null if the server gave none, or if a
  /// connection that used it has ended in a fatal alert.
  [[nodiscard]] SessionPtr session() const noexcept;

  /// tls_unique is the channel binding of RFC 5929 §3: the first Finished of the last complete
  /// handshake, 12 bytes that are the same at both ends. connection_not_open before there is one;
  /// export_refused at SSL 3.0, and for a session that was resumed without extended master secret
  /// unless the caller accepts that (RFC 7627 §5.4).
  [[nodiscard]] Result<std::vector<std::uint8_t>> tls_unique(
      UnboundExport unbound = UnboundExport::refuse) const;

  /// export_keying_material makes keys for another protocol from the last complete handshake (RFC
  /// 5705), the same at both ends. A context of no bytes is another one than no context; the label
  /// should begin with "EXPORTER". connection_not_open; export_refused at SSL 3.0, for a label of
  /// the protocol itself, and without extended master secret unless the caller accepts that.
  [[nodiscard]] Result<std::vector<std::uint8_t>> export_keying_material(
      std::string_view label,
      std::size_t length,
      std::optional<std::span<const std::uint8_t>> context = std::nullopt,
      UnboundExport unbound = UnboundExport::refuse) const;

 private:
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl) noexcept;

  std::unique_ptr<Impl> impl_;
};

/// to_string gives the name of the enumerator.
[[nodiscard]] HEIRLOOM_EXPORT std::string_view to_string(Phase phase) noexcept;

}  // namespace heirloom

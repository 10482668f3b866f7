// Session and SessionStore: what survives a connection (RFC 6101 §5.1, RFC 2246 §6.1, F.1.4).
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/export.hpp"
#include "heirloom/pending.hpp"
#include "heirloom/policy.hpp"
#include "heirloom/result.hpp"
#include "heirloom/version.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace heirloom {

namespace detail {
struct SessionAccess;
}

/// Session never changes, except that it may cease to be resumable. Its master secret is reachable
/// only from inside the library and is wiped with the last reference.
///
/// A session is resumed only as what it was made for, and otherwise the connection has a full
/// handshake as if there were none:
///
/// * in its own version, with its suite and compression, if the policy still allows them;
/// * for its own server name, in either case of letters; where a client cannot name one, because
///   SSL 3.0 has no extensions, for that of the session;
/// * by a server whose policy asks for client certificates as it did when the session was made,
///   and by a client that has the same certificates to show;
/// * not if Policy::limits.max_session_age has passed, of 24 hours at most (RFC 2246 F.1.4);
/// * only if the verifier has nothing against the peer's certificates today:
///   CertificateVerifier::approves_resumption;
/// * not after a fatal alert in a connection that used it, in either direction (RFC 2246 §7.2.2),
///   nor after an end without close_notify if Policy::missing_close_notify says so.
///
/// Any number of connections may use one session at a time.
class HEIRLOOM_EXPORT Session {
 public:
  /// Facts is everything of a session that is not secret.
  struct Facts {
    std::vector<std::uint8_t> id = {};  ///< 32 bytes at most; none: its ticket leads back to it
    ProtocolVersion version = ProtocolVersion::tls10;
    std::uint16_t cipher_suite = 0;
    std::uint8_t compression_method = 0;  ///< see CompressionMethod
    /// max_fragment_length "applies for the duration of the session including session resumptions"
    /// (RFC 6066 §4); empty if none was agreed on.
    std::optional<MaxFragmentLength> max_fragment_length = std::nullopt;
    bool has_extended_master_secret = false;  ///< RFC 7627
    /// server_name is for whom it was made. As client: PeerName::host. As server: the name that the
    /// client asked for (RFC 6066 §3), empty if it named none.
    std::string server_name = {};
    /// client_authentication is, as server, what the policy said when it was made.
    ClientAuthentication client_authentication = ClientAuthentication::none;
    CertificateChain peer_chain = {};              ///< empty if the peer showed none
    std::vector<std::uint8_t> ocsp_response = {};  ///< that a server has stapled to it, or empty
    /// own_certificates is, as client, a digest of the certificates that could be shown when the
    /// session was made; empty if there were none.
    std::vector<std::uint8_t> own_certificates = {};
    std::chrono::system_clock::time_point created = {};
    std::vector<std::uint8_t> ticket = {};  ///< as client: of the server (RFC 5077), or empty
    /// ticket_end is when the ticket is no longer offered, as the server has said.
    std::chrono::system_clock::time_point ticket_end = {};
  };

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  [[nodiscard]] const Facts& facts() const noexcept { return facts_; }

  /// is_resumable is the flag of RFC 6101 §5.1: false once a connection that used the session has
  /// ended in a fatal alert. Such a session is neither offered nor resumed.
  [[nodiscard]] bool is_resumable() const noexcept { return is_resumable_; }

 private:
  friend struct detail::SessionAccess;
  Session() = default;

  Facts facts_;
  std::array<std::uint8_t, 48> master_secret_{};
  mutable std::atomic<bool> is_resumable_ = true;
};

using SessionPtr = std::shared_ptr<const Session>;

/// SessionKey seals exported sessions. It must be random, as `openssl rand 32` makes one: whoever
/// has it reads the connections that the sessions were made for.
using SessionKey = std::span<const std::uint8_t, 32>;

/// export_session gives a session for import_session in another process, sealed with AES-256 in
/// Galois/counter mode: the library never writes one in clear. It is good for as long as the
/// session itself. random_failed.
[[nodiscard]] HEIRLOOM_EXPORT Result<std::vector<std::uint8_t>> export_session(
    const Session& session, SessionKey key);

/// import_session makes the session again. session_key_wrong if it was sealed with another key;
/// session_unreadable, with the reason as detail, if the bytes are none, are of an unknown version,
/// cut off, damaged, or have more behind them, or if the session needs what this library does not
/// have.
[[nodiscard]] HEIRLOOM_EXPORT Result<SessionPtr> import_session(std::span<const std::uint8_t> bytes,
                                                                SessionKey key);

/// SessionStore keeps a server's sessions. find may answer pending. One store may serve many
/// connections on many threads, so implementations are thread-safe.
class HEIRLOOM_EXPORT SessionStore {
 public:
  SessionStore() = default;
  SessionStore(const SessionStore&) = delete;
  SessionStore& operator=(const SessionStore&) = delete;
  virtual ~SessionStore() = default;

  /// find returns the session with that id, a null pointer if there is none, or pending.
  [[nodiscard]] virtual Pending<SessionPtr> find(std::span<const std::uint8_t> id) = 0;

  /// insert keeps a session that both Finished messages have confirmed.
  virtual void insert(SessionPtr session) = 0;

  /// forget drops a session; called on every fatal alert (RFC 6101 §5.4.2, RFC 2246 §7.2.2).
  virtual void forget(std::span<const std::uint8_t> id) = 0;
};

/// MemoryStoreLimits bounds a store in memory.
///
/// A session counts with the whole memory that it keeps: itself, its place in the store, its id,
/// its server name, its ticket and above all the peer's certificates. Without certificates that is
/// about 600 bytes.
struct MemoryStoreLimits {
  std::size_t max_entries = 10000;
  std::size_t max_bytes = 33554432;
  /// shards is how many parts with a lock of their own the store has; at least one.
  std::size_t shards = 16;
  /// max_age: a session older than that is dropped when a newer one comes to its shard, so that
  /// secrets that nobody may use any more do not wait for eviction (RFC 2246 F.1.4).
  std::chrono::seconds max_age{86400};
};

/// make_memory_session_store keeps sessions within the limits; nothing is written to disk. The
/// oldest of the whole store makes room, in whichever shard it is: a lookup does not make a session
/// younger, since its age counts from the handshake that made it. While several threads insert at
/// once, each may exceed the limits by the session in its hands for the moment that eviction takes.
/// A session that exceeds max_bytes alone is not kept.
[[nodiscard]] HEIRLOOM_EXPORT std::shared_ptr<SessionStore> make_memory_session_store(
    MemoryStoreLimits limits = {});

}  // namespace heirloom

// Session and SessionStore: what survives a connection (RFC 6101 §5.1, RFC 2246 §6.1, F.1.4).
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/export.hpp"
#include "heirloom/pending.hpp"
#include "heirloom/version.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace heirloom {

namespace detail {
struct SessionAccess;
}

/// Session is immutable. Its master secret is reachable only from inside the library and is wiped
/// with the last reference.
class HEIRLOOM_EXPORT Session {
 public:
  /// Facts is everything of a session that is not secret.
  struct Facts {
    std::vector<std::uint8_t> id;  ///< 1 to 32 bytes
    ProtocolVersion version = ProtocolVersion::tls10;
    std::uint16_t cipher_suite = 0;
    std::uint8_t compression_method = 0;
    CertificateChain peer_chain;  ///< empty if the peer showed none
    std::chrono::system_clock::time_point created;
  };

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  [[nodiscard]] const Facts& facts() const noexcept { return facts_; }

 private:
  friend struct detail::SessionAccess;
  Session() = default;

  Facts facts_;
  std::array<std::uint8_t, 48> master_secret_{};
};

using SessionPtr = std::shared_ptr<const Session>;

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

/// make_memory_session_store keeps at most max_entries, evicting the oldest; nothing is written to
/// disk.
[[nodiscard]] HEIRLOOM_EXPORT std::shared_ptr<SessionStore> make_memory_session_store(
    std::size_t max_entries = 10000);

}  // namespace heirloom

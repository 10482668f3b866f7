// TicketKeys: what a server seals session tickets with (RFC 5077). A ticket is the whole session,
// kept by the client; the server keeps nothing but the keys.
//
// Tickets exist in TLS 1.0 only. A server that has both ticket keys and a SessionStore gives
// tickets to clients that take them, and ids to the others.
#pragma once

#include "heirloom/clock.hpp"
#include "heirloom/export.hpp"
#include "heirloom/result.hpp"
#include "heirloom/session.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace heirloom {

/// MadeTicket is a sealed session and for how long its key will open it.
struct MadeTicket {
  std::vector<std::uint8_t> ticket;
  std::chrono::seconds lifetime{0};
};

/// OpenedTicket is what a ticket was made from. `is_outdated` asks for a new one in its place,
/// because its key is no longer the one that seals.
struct OpenedTicket {
  SessionPtr session;  ///< null if none of the keys opens the ticket
  bool is_outdated = false;
};

/// TicketKeys makes and opens tickets; one object serves the connections of many threads. Who
/// implements it must seal with encryption and integrity (RFC 5077 §5): whoever can make a ticket
/// can be any client. A session cannot be taken back from its ticket: it lives until
/// Policy::limits.max_session_age or its keys have ended.
class HEIRLOOM_EXPORT TicketKeys {
 public:
  TicketKeys() = default;
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;
  virtual ~TicketKeys() = default;

  /// make seals a session. An error means that the client gets no ticket.
  [[nodiscard]] virtual Result<MadeTicket> make(const Session& session) = 0;

  [[nodiscard]] virtual OpenedTicket open(std::span<const std::uint8_t> ticket) = 0;

  /// problem is why a key file could not be read again, empty if nothing is wrong.
  [[nodiscard]] virtual std::string problem() const;
};

/// TicketKeyRules says how long a key seals and how long it opens what it has sealed, both from
/// when it was made. A key that opens for `seal_for` and 24 hours lets every session live its time.
struct TicketKeyRules {
  std::chrono::seconds seal_for{43200};
  std::chrono::seconds open_for{129600};
};

/// make_ticket_keys makes keys of its own: the first when it is needed, the next when its time to
/// seal is over. They are never written anywhere, so they end with the process.
[[nodiscard]] HEIRLOOM_EXPORT std::shared_ptr<TicketKeys> make_ticket_keys(
    TicketKeyRules rules = {}, std::shared_ptr<Clock> clock = nullptr);

/// load_ticket_keys takes the keys from a file, which several servers may share and which is read
/// again when it has changed; it is looked at once a second at most. A line of 96 hexadecimal
/// digits is a key, 16 bytes of name and 32 of key, as `openssl rand -hex 48` makes it; the first
/// one seals, all open; at most 64. Empty lines and lines that begin with '#' do not count. To
/// change keys, put a new line first, and drop a line when no session can be as old any more:
///
///     (umask 077; (openssl rand -hex 48; head -n 2 ticket.keys) > next; mv next ticket.keys)
///
/// The change must come to every server before any seals with the new key, or tickets go unopened
/// for a while, which costs full handshakes and nothing else. file_unreadable; config_invalid if
/// the file holds anything else, or may be read by everybody. If that is found when the file has
/// changed, the keys of before stay in use and problem() says why.
[[nodiscard]] HEIRLOOM_EXPORT Result<std::shared_ptr<TicketKeys>> load_ticket_keys(
    const std::string& file, std::shared_ptr<Clock> clock = nullptr);

/// make_ticket_key_line gives a new line for such a file, without the line's end. random_failed.
[[nodiscard]] HEIRLOOM_EXPORT Result<std::string> make_ticket_key_line();

}  // namespace heirloom

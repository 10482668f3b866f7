// Inspector: sees one side of a connection from inside, for programs that explain the protocol.
//
// Events say what happened. An inspector also sees every handshake message and every record before
// and after protection, as they happen, and the values that are derived on the way if the
// configuration says RevealSecrets::yes. Without an inspector nothing is copied or computed for it.
#pragma once

#include "heirloom/event.hpp"
#include "heirloom/export.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom {

/// DerivedValue names what the documents derive, in the order in which it comes (RFC 6101 §5.6.9,
/// §6; RFC 2246 §6.3, §7.4.9, §8). What a suite does not have is left out.
enum class DerivedValue : std::uint8_t {
  pre_master_secret,  ///< not in a resumed connection
  master_secret,
  key_block,  ///< whole; the next six are cut from it
  client_write_mac_secret,
  server_write_mac_secret,
  client_write_key,
  server_write_key,
  client_write_iv,
  server_write_iv,
  handshake_md5,  ///< of all handshake messages up to our Finished
  handshake_sha,
  verify_data,  ///< of our Finished
};

/// to_string gives the name of the specification, "pre_master_secret".
[[nodiscard]] HEIRLOOM_EXPORT std::string_view to_string(DerivedValue value) noexcept;

/// InspectedRecord is one record. References are valid during the call only. A hello in the format
/// of SSL 2.0 counts as a record of type 22 with a header of two bytes.
struct InspectedRecord {
  Event::Direction direction;
  std::uint8_t type;                        ///< 20 to 23, RFC 2246 §6.2.1
  std::span<const std::uint8_t> plaintext;  ///< the fragment
  /// unencrypted is the fragment, compressed if that is agreed on, its MAC and padding; with
  /// encrypt-then-MAC the fragment, padding and MAC.
  std::span<const std::uint8_t> unencrypted;
  std::span<const std::uint8_t> wire;  ///< header and encrypted fragment
};

/// Inspector is called on the thread that drives the connection, from within its members; it must
/// not call the connection. A received record whose MAC or padding is wrong is not shown.
class HEIRLOOM_EXPORT Inspector {
 public:
  Inspector() = default;
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;
  virtual ~Inspector() = default;

  /// message is a whole handshake message with its header: before the records that carry it if it
  /// is sent, after them if it is received.
  virtual void message(Event::Direction direction, std::span<const std::uint8_t> message) = 0;

  virtual void record(const InspectedRecord& record) = 0;

  /// derived is called only with RevealSecrets::yes.
  /// Security: whoever learns one of the first nine values reads the connection.
  virtual void derived(DerivedValue what, std::span<const std::uint8_t> value) = 0;
};

/// MessageField is a piece of a handshake message. "cipher_suites length" is the length before a
/// vector, "cipher_suites[0]" an element of it.
struct MessageField {
  std::string name;
  std::size_t offset = 0;  ///< from the message's first byte
  std::vector<std::uint8_t> bytes;
};

/// handshake_message_fields cuts a handshake message (with its 4-byte header) into fields: one
/// after the other they are all of its bytes. What depends on the key exchange is one field. Empty
/// if the bytes are no such message.
[[nodiscard]] HEIRLOOM_EXPORT std::vector<MessageField> handshake_message_fields(
    std::span<const std::uint8_t> message);

}  // namespace heirloom

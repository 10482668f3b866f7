// The table of the hellos' extensions (RFC 3546 §2.3): which versions carry one, what a client
// offers and makes of the answer, what a server reads and answers.
//
// Each extension is a row in a file of its own, extension_*.cpp; client_extensions.cpp and
// server_extensions.cpp go through the table and know no extension by name. A row that the policy
// has switched off, or that the version does not carry, is as unknown to us as any other number: it
// is not offered, and skipped where a peer offers it.
#pragma once

#include "heirloom/hello_extension.hpp"
#include "heirloom/result.hpp"

#include "base/bytes.hpp"
#include "handshake/common.hpp"
#include "handshake/effects.hpp"
#include "handshake/negotiate.hpp"
#include "message/client_hello.hpp"
#include "version/profile.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace heirloom {

/// CarriedBy says which versions have an extension.
enum class CarriedBy : std::uint8_t { tls_only, every_version };

/// SwitchedBy says what switches an extension on.
enum class SwitchedBy : std::uint8_t {
  policy,         ///< Policy::extensions, on both sides
  client_policy,  ///< that of a client; a server has it if it was given what it needs for it
};

/// AnswerContext is what a server's answer may depend on.
struct AnswerContext {
  const message::ClientHello& hello;
  const Choice& choice;
  Negotiated& negotiated;  ///< where an answer is noted for the rest of the handshake
  Effects& effects;
};

/// ExtensionRow is one extension. A null function has nothing to do. `data` is the extension_data
/// of the peer's extension, null if it sent none.
struct ExtensionRow {
  Extension type;
  CarriedBy versions = CarriedBy::tls_only;
  SwitchedBy switched_by = SwitchedBy::policy;

  // As client.

  /// offer gives the extension_data for a hello whose other fields, and the extensions of the rows
  /// above, are settled; empty if there is nothing to ask for.
  std::optional<Bytes> (*offer)(const message::ClientHello& hello, Effects& effects) = nullptr;

  /// answered_in is where an answer counts. A hello that offers TLS 1.0 may be answered at SSL 3.0.
  CarriedBy answered_in = CarriedBy::tls_only;

  /// judge is called for each ServerHello, answered or not; that an answer was asked for is checked
  /// before.
  Result<void> (*judge)(const Bytes* data, Negotiated& negotiated, Effects& effects) = nullptr;

  // As server.

  /// read is called for each ClientHello, before anything is chosen.
  Result<void> (*read)(const message::ClientHello& hello,
                       const Bytes* data,
                       Effects& effects) = nullptr;

  /// answer gives the extension_data for the ServerHello, of a full handshake or a resumed one, if
  /// the client has asked and gets an answer.
  Result<std::optional<Bytes>> (*answer)(ByteView data, const AnswerContext& context) = nullptr;
};

/// extension_table has a row for each Extension, in the order in which a hello has them.
[[nodiscard]] std::span<const ExtensionRow* const> extension_table();

/// find_row returns the row of a number; null if there is none.
[[nodiscard]] const ExtensionRow* find_row(std::uint16_t type);

/// is_carried is true if hellos of that version have the extension.
[[nodiscard]] bool is_carried(const ExtensionRow& row, const VersionProfile& profile);

/// asked_for finds an extension in a ClientHello. For renegotiation_info the signalling suite
/// stands for an empty one (RFC 5746 §3.3).
[[nodiscard]] const Bytes* asked_for(const message::ClientHello& hello, Extension type);

// The rows.
extern const ExtensionRow kServerName;
extern const ExtensionRow kStatusRequest;
extern const ExtensionRow kEllipticCurves;
extern const ExtensionRow kEcPointFormats;
extern const ExtensionRow kSessionTicket;
extern const ExtensionRow kApplicationProtocol;
extern const ExtensionRow kExtendedMasterSecret;
extern const ExtensionRow kPadding;
extern const ExtensionRow kRenegotiationInfo;
extern const ExtensionRow kMaxFragmentLength;
extern const ExtensionRow kEncryptThenMac;

}  // namespace heirloom

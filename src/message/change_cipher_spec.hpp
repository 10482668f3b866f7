// ChangeCipherSpec: one byte, value 1, and not a handshake message (RFC 6101 §5.3, RFC 2246 §7.1).
#pragma once

#include "protocol/record_boundary.hpp"

#include <cstdint>

namespace heirloom::message {

/// ChangeCipherSpec as the handshake sees it: it can only be made where no handshake message is
/// cut.
struct ChangeCipherSpec {
  static constexpr std::uint8_t kType = 1;

  RecordBoundary boundary;
};

/// NoCertificateWarning is SSL 3.0's alert no_certificate, which stands in the place of a
/// Certificate message (RFC 6101 §5.6.6) and is therefore an input of the handshake.
struct NoCertificateWarning {};

/// NoRenegotiationWarning is the alert no_renegotiation, which stands in the place of a hello
/// (RFC 2246 §7.2.2).
struct NoRenegotiationWarning {};

}  // namespace heirloom::message

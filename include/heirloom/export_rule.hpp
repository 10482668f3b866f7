// UnboundExport: what applications may take out of a connection that is not bound to its handshake.
#pragma once

#include <cstdint>

namespace heirloom {

/// UnboundExport says whether Connection::export_keying_material and Connection::tls_unique answer
/// although RFC 7627 §5.4 forbids it: without extended master secret, which the devices of the time
/// do not have. Somebody between the two ends who holds a certificate that the client accepts can
/// then make the same values appear in two connections of his. `accept` is for protocols that want
/// keys and prove nothing by them.
enum class UnboundExport : std::uint8_t { refuse, accept };

}  // namespace heirloom

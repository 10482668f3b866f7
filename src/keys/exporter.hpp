// What a finished handshake leaves for applications that bind their own protocol to it: tls-unique
// (RFC 5929 §3) and keying material (RFC 5705). Both are TLS's; SSL 3.0 has neither.
//
// RFC 7627 §5.4 says when they prove nothing: without an extended master secret somebody who sits
// in between can give two connections the same master secret, and after a resumption the same
// Finished messages as well.
#pragma once

#include "heirloom/export_rule.hpp"
#include "heirloom/result.hpp"

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "protocol/randoms.hpp"
#include "version/profile.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace heirloom {

/// HandshakeKind says which half speaks first, and what a Finished proves.
enum class HandshakeKind : std::uint8_t { full, resumed };

struct Exporter {
  const VersionProfile* profile = nullptr;
  Randoms randoms{};
  MasterSecret master;
  bool has_extended_master_secret = false;
  HandshakeKind kind = HandshakeKind::full;
  Bytes first_finished;  ///< verify_data of the Finished that came first, whoever sent it

  /// tls_unique gives first_finished. export_refused at SSL 3.0, and after a resumption without
  /// extended master secret unless the caller takes that.
  [[nodiscard]] Result<Bytes> tls_unique(UnboundExport unbound) const;

  /// keying_material: export_refused at SSL 3.0, without extended master secret unless the caller
  /// takes that, for a label of the protocol itself, and for a context of more than 65535 bytes.
  [[nodiscard]] Result<Bytes> keying_material(std::string_view label,
                                              std::optional<ByteView> context,
                                              std::size_t length,
                                              UnboundExport unbound) const;
};

}  // namespace heirloom

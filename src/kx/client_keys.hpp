// Which keys of client certificates go with a key exchange (RFC 6101 §5.6.4, §5.6.7.2 and §5.6.8,
// RFC 2246 §7.4.6). One rule for both roles: what a client may show and what a server takes.
#pragma once

#include "heirloom/result.hpp"

#include "crypto/x509.hpp"

namespace heirloom::kx {

/// check_client_key asks whether the client's key can prove itself: by signing, or, with a
/// Diffie-Hellman or KEA key, by its part in the key exchange, for which it must be of the server's
/// group or domain. `server_key` is null for an anonymous server. With FORTEZZA, which is what a
/// server with a KEA key speaks, only KEA and DSS keys go. certificate_key_unsupported,
/// certificate_key_usage.
[[nodiscard]] Result<void> check_client_key(const crypto::CertificateKey* server_key,
                                            const crypto::CertificateKey& client_key);

}  // namespace heirloom::kx

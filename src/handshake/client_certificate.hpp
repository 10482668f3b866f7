// Which of its certificates a client shows (RFC 6101 §5.6.4 and §5.6.6, RFC 2246 §7.4.4 and
// §7.4.6).
#pragma once

#include "crypto/x509.hpp"
#include "kx/local_keys.hpp"
#include "message/certificate_request.hpp"

#include <vector>

namespace heirloom {

/// suitable_certificate is the one of ours that the request and the key exchange can use best; null
/// if they can use none. One that leads to an authority of the request goes before others, then the
/// order of the request's types counts ("sorted in order of the server's preference"), then ours.
/// The authorities exclude nothing: a person who configured one certificate means that one, and
/// deployed servers often list none (drift D43). `server_key` is that of the server's certificate.
[[nodiscard]] const kx::LocalKey* suitable_certificate(const std::vector<kx::LocalKey>& own,
                                                       const message::CertificateRequest& request,
                                                       const crypto::CertificateKey* server_key);

}  // namespace heirloom

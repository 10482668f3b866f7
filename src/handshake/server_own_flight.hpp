// The server's first flight: ServerHello, Certificate*, CertificateStatus*, ServerKeyExchange*,
// CertificateRequest*, ServerHelloDone (RFC 6101 §5.5, RFC 2246 §7.3, RFC 6066 §8).
#pragma once

#include "handshake/effects.hpp"
#include "handshake/server_states.hpp"

namespace heirloom::server {

/// full_handshake chooses a suite and sends the flight. no_common_cipher_suite, random_failed.
Next<AwaitParamsSignature, AwaitClientCertificate, AwaitClientKeyExchange> full_handshake(
    AwaitSession state, Effects& effects);

}  // namespace heirloom::server

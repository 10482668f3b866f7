// The client's second flight: Certificate*, ClientKeyExchange, CertificateVerify*,
// change_cipher_spec, Finished (RFC 6101 §5.5, RFC 2246 §7.3).
#pragma once

#include "handshake/client_states.hpp"
#include "handshake/common.hpp"
#include "handshake/effects.hpp"
#include "keys/transcript.hpp"
#include "message/certificate_request.hpp"

#include <optional>

namespace heirloom::client {

/// Flight is what our second flight is made from.
struct Flight {
  Negotiated negotiated;
  Server server;
  std::optional<message::CertificateRequest> request;
  Transcript transcript;
};

/// judge asks about the server's certificate and, if it is good, sends the flight. RFC 6101 §5.6.5,
/// RFC 2246 §7.4.5: upon receipt of the server hello done the client should verify the certificate.
Next<AwaitCertificateVerdict,
     AwaitAgreement,
     AwaitSignature,
     AwaitNewSessionTicket,
     AwaitChangeCipherSpec>
judge(Flight flight, Effects& effects);

}  // namespace heirloom::client

// CertificateStatus (RFC 6066 §8, RFC 3546 §3.6): what an OCSP responder says about the
// certificate.
//
//   struct { CertificateStatusType status_type;
//            select (status_type) { case ocsp: OCSPResponse; } response; } CertificateStatus;
//   opaque OCSPResponse<1..2^24-1>;
#pragma once

#include "heirloom/event.hpp"

#include "wire/layout.hpp"

#include <cstdint>

namespace heirloom::message {

/// CertificateStatusType: whatever else a peer names is left undivided by the layouts.
enum class CertificateStatusType : std::uint8_t { ocsp = 1 };

struct CertificateStatus {
  static constexpr HandshakeType kType = HandshakeType::certificate_status;

  CertificateStatusType status_type = CertificateStatusType::ocsp;
  Bytes response;
};

template <wire::Is<CertificateStatus> T, class Io>
void layout(T& m, Io& io) {
  io.field("status_type", m.status_type);
  if (m.status_type == CertificateStatusType::ocsp) {
    io.template opaque<1, 0xffffff>("response", m.response);
  } else {
    io.rest("response", m.response);
  }
}

/// CertificateStatusRequest is the status_request extension of a ClientHello; the answer in the
/// ServerHello has no data.
struct CertificateStatusRequest {
  CertificateStatusType status_type = CertificateStatusType::ocsp;
  Bytes responder_id_list;
  Bytes request_extensions;
};

template <wire::Is<CertificateStatusRequest> T, class Io>
void layout(T& m, Io& io) {
  io.field("status_type", m.status_type);
  if (m.status_type == CertificateStatusType::ocsp) {
    io.template opaque<0, 0xffff>("responder_id_list", m.responder_id_list);
    io.template opaque<0, 0xffff>("request_extensions", m.request_extensions);
  } else {
    io.rest("request", m.responder_id_list);
  }
}

}  // namespace heirloom::message

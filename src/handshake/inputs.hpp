// Inputs: the alphabet of both machines. Every handshake message, change_cipher_spec, the warnings
// that stand in the place of a message, the three answers that may have been pending, and the
// application's wish for another handshake.
#pragma once

#include "heirloom/certificate_verifier.hpp"
#include "heirloom/credentials.hpp"
#include "heirloom/event.hpp"
#include "heirloom/session.hpp"

#include "base/secret.hpp"
#include "handshake/machine.hpp"
#include "message/any_message.hpp"
#include "message/change_cipher_spec.hpp"

#include <string_view>
#include <utility>
#include <variant>

namespace heirloom {

struct CertificateAnswer {
  CertificateVerdict verdict;
};

struct SessionAnswer {
  SessionPtr session;
};

/// PrivateKeyAnswer is wiped when it goes: it may be a premaster secret, which repeats with fixed
/// keys on both sides (RFC 2246 §8.1, F.1.1.3).
struct PrivateKeyAnswer {
  explicit PrivateKeyAnswer(PrivateKeyResult made) : result(std::move(made)) {}

  PrivateKeyAnswer(PrivateKeyAnswer&&) noexcept = default;
  PrivateKeyAnswer& operator=(PrivateKeyAnswer&&) = delete;
  PrivateKeyAnswer(const PrivateKeyAnswer&) = delete;
  PrivateKeyAnswer& operator=(const PrivateKeyAnswer&) = delete;

  ~PrivateKeyAnswer() {
    if (result.has_value()) {
      secure_wipe(result->data(), result->size());
    }
  }

  PrivateKeyResult result;
};

/// RenegotiationWanted: the application asks for another handshake.
struct RenegotiationWanted {};

using Input = std::variant<message::Received<message::HelloRequest>,
                           message::Received<message::ClientHello>,
                           message::Received<message::ServerHello>,
                           message::Received<message::NewSessionTicket>,
                           message::Received<message::Certificate>,
                           message::Received<message::CertificateStatus>,
                           message::Received<message::ServerKeyExchange>,
                           message::Received<message::CertificateRequest>,
                           message::Received<message::ServerHelloDone>,
                           message::Received<message::CertificateVerify>,
                           message::Received<message::ClientKeyExchange>,
                           message::Received<message::Finished>,
                           message::ChangeCipherSpec,
                           message::NoCertificateWarning,
                           message::NoRenegotiationWarning,
                           CertificateAnswer,
                           SessionAnswer,
                           PrivateKeyAnswer,
                           RenegotiationWanted>;

namespace machine {

template <class M>
struct InputName<message::Received<M>> {
  static std::string_view name() { return heirloom::to_string(M::kType); }
};

template <>
struct InputName<message::ChangeCipherSpec> {
  static std::string_view name() { return "change_cipher_spec"; }
};

template <>
struct InputName<message::NoCertificateWarning> {
  static std::string_view name() { return "no_certificate"; }
};

template <>
struct InputName<message::NoRenegotiationWarning> {
  static std::string_view name() { return "no_renegotiation"; }
};

template <>
struct InputName<RenegotiationWanted> {
  static std::string_view name() { return "renegotiation wanted"; }
};

template <>
struct InputName<CertificateAnswer> {
  static std::string_view name() { return "certificate verdict"; }
};

template <>
struct InputName<SessionAnswer> {
  static std::string_view name() { return "session looked up"; }
};

template <>
struct InputName<PrivateKeyAnswer> {
  static std::string_view name() { return "private key used"; }
};

}  // namespace machine

}  // namespace heirloom

// The client's states and its whole transition relation (RFC 6101 §5.5, RFC 2246 §7.3).
//
// A state owns what is known when it is entered; a state with kDecision waits for an answer of the
// application, not for the peer. The declarations of `on` at the end are the machine: a pair that
// is not there is an unexpected_message.
#pragma once

#include "crypto/x509.hpp"
#include "handshake/common.hpp"
#include "handshake/inputs.hpp"
#include "handshake/machine.hpp"
#include "handshake/previous_handshake.hpp"
#include "handshake/verify_finished.hpp"
#include "keys/transcript.hpp"
#include "kx/key_exchange.hpp"
#include "kx/local_keys.hpp"
#include "message/certificate_request.hpp"
#include "message/new_session_ticket.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace heirloom::client {

/// Our ClientHello is out; the server chooses (RFC 2246 §7.4.1.3).
struct AwaitServerHello {
  static constexpr std::string_view kName = "AwaitServerHello";
  message::ClientHello offer;
  SessionPtr resume;
  Transcript transcript;
};

/// A new session: the server shows who it is (RFC 2246 §7.4.2).
struct AwaitCertificate {
  static constexpr std::string_view kName = "AwaitCertificate";
  Negotiated negotiated;
  Transcript transcript;
};

/// Server is what the server has told of its keys: the chain as sent and the key of its first
/// certificate, both empty if it is anonymous, our side of the key exchange, and what an OCSP
/// responder says about that certificate.
struct Server {
  CertificateChain chain;
  std::optional<crypto::CertificateKey> key;
  std::unique_ptr<kx::ClientKeyAgreement> agreement;
  Bytes ocsp_response = {};  ///< of the CertificateStatus; empty if there was none

  [[nodiscard]] const crypto::CertificateKey* certificate_key() const noexcept {
    return key.has_value() ? &*key : nullptr;
  }
};

/// The suite and the certificate leave no choice: the server must send the parameters of the key
/// exchange (RFC 2246 §7.4.3).
struct AwaitServerKeyExchange {
  static constexpr std::string_view kName = "AwaitServerKeyExchange";
  Negotiated negotiated;
  Server server;
  Transcript transcript;
};

/// As AwaitServerKeyExchange, and the status of the certificate may come first (RFC 6066 §8).
struct AwaitStatusOrServerKeyExchange {
  static constexpr std::string_view kName = "AwaitStatusOrServerKeyExchange";
  Negotiated negotiated;
  Server server;
  Transcript transcript;
};

/// As AwaitCertificateRequestOrDone below, and the status of the certificate may come first.
struct AwaitStatusOrRequestOrDone {
  static constexpr std::string_view kName = "AwaitStatusOrRequestOrDone";
  Negotiated negotiated;
  Server server;
  Transcript transcript;
};

/// The server may ask for our certificate, or end its flight (RFC 2246 §7.4.4, §7.4.5).
struct AwaitCertificateRequestOrDone {
  static constexpr std::string_view kName = "AwaitCertificateRequestOrDone";
  Negotiated negotiated;
  Server server;
  Transcript transcript;
};

/// The server has asked for our certificate; only the end of its flight can follow.
struct AwaitServerHelloDone {
  static constexpr std::string_view kName = "AwaitServerHelloDone";
  Negotiated negotiated;
  Server server;
  message::CertificateRequest request;
  Transcript transcript;
};

/// Waiting for the application's verdict on the server's certificate.
struct AwaitCertificateVerdict {
  static constexpr std::string_view kName = "AwaitCertificateVerdict";
  static constexpr Decision kDecision = Decision::certificate;
  Negotiated negotiated;
  Server server;
  std::optional<message::CertificateRequest> request;
  Transcript transcript;
};

/// Waiting for the part that the key of our certificate has in the key exchange: Diffie-Hellman
/// (RFC 2246 §7.4.7.2, implicit), KEA, or the signature of FORTEZZA's y_c (RFC 6101 §5.6.7.2).
struct AwaitAgreement {
  static constexpr std::string_view kName = "AwaitAgreement";
  static constexpr Decision kDecision = Decision::private_key;
  Negotiated negotiated;
  Server server;
  const kx::LocalKey* shown = nullptr;
  Transcript transcript;
};

/// Waiting for our private key to sign the CertificateVerify.
struct AwaitSignature {
  static constexpr std::string_view kName = "AwaitSignature";
  static constexpr Decision kDecision = Decision::private_key;
  Negotiated negotiated;
  Server server;
  const kx::LocalKey* shown;  ///< whose key it is
  MasterSecret master;
  std::optional<CarriedKeys> carried;
  Transcript transcript;
};

/// Our Finished is out; the server's change_cipher_spec must come (RFC 2246 §7.1).
struct AwaitChangeCipherSpec {
  static constexpr std::string_view kName = "AwaitChangeCipherSpec";
  Negotiated negotiated;
  Server server;
  MasterSecret master;
  TrafficKeys pending_read;
  Transcript transcript;
  message::NewSessionTicket ticket = {};  ///< empty if there was none
};

/// Our Finished is out, and the server has announced a ticket: it comes first (RFC 5077 §3.3).
struct AwaitNewSessionTicket {
  static constexpr std::string_view kName = "AwaitNewSessionTicket";
  AwaitChangeCipherSpec after;
};

/// The server's Finished, the first message under its new keys (RFC 2246 §7.4.9).
struct AwaitFinished {
  static constexpr std::string_view kName = "AwaitFinished";
  Negotiated negotiated;
  Server server;
  MasterSecret master;
  Transcript transcript;
  message::NewSessionTicket ticket = {};
};

/// The server resumes our session and speaks first (RFC 2246 §7.3).
struct AwaitResumedChangeCipherSpec {
  static constexpr std::string_view kName = "AwaitResumedChangeCipherSpec";
  Negotiated negotiated;
  SessionPtr session;
  MasterSecret master;
  TrafficKeyPair pending;
  Transcript transcript;
  message::NewSessionTicket ticket = {};  ///< empty if there was none
};

/// The server resumes our session and has announced a ticket in place of the one that we have shown
/// (RFC 5077 §3.3).
struct AwaitResumedNewSessionTicket {
  static constexpr std::string_view kName = "AwaitResumedNewSessionTicket";
  AwaitResumedChangeCipherSpec after;
};

/// The server's Finished of a resumed session; ours is the answer.
struct AwaitResumedFinished {
  static constexpr std::string_view kName = "AwaitResumedFinished";
  Negotiated negotiated;
  SessionPtr session;
  MasterSecret master;
  TrafficKeys pending_write;
  Transcript transcript;
  message::NewSessionTicket ticket = {};
};

/// Both Finished are verified. Cannot be made without the proof.
struct Established {
  static constexpr std::string_view kName = "Established";

  Established(const FinishedVerified& /*proof*/, SessionPtr resumable, PreviousHandshake finished)
      : session(std::move(resumable)), handshake(std::move(finished)) {}

  SessionPtr session;  ///< null if the server gave no id
  PreviousHandshake handshake;
};

/// A ClientHello is out for another handshake. The server may refuse it, and the connection goes on
/// as it was (RFC 2246 §7.2.2).
struct AwaitServerHelloOrRefusal {
  static constexpr std::string_view kName = "AwaitServerHelloOrRefusal";
  AwaitServerHello await;
  Established before;
};

/// After an error: nothing is accepted.
struct Failed {
  static constexpr std::string_view kName = "Failed";
};

using State = std::variant<AwaitServerHello,
                           AwaitServerHelloOrRefusal,
                           AwaitCertificate,
                           AwaitStatusOrServerKeyExchange,
                           AwaitStatusOrRequestOrDone,
                           AwaitServerKeyExchange,
                           AwaitCertificateRequestOrDone,
                           AwaitServerHelloDone,
                           AwaitCertificateVerdict,
                           AwaitAgreement,
                           AwaitSignature,
                           AwaitNewSessionTicket,
                           AwaitChangeCipherSpec,
                           AwaitFinished,
                           AwaitResumedNewSessionTicket,
                           AwaitResumedChangeCipherSpec,
                           AwaitResumedFinished,
                           Established,
                           Failed>;

using machine::Next;
using message::Received;

/// start makes the ClientHello, of a first handshake or of another one.
[[nodiscard]] Result<AwaitServerHello> start(Effects& effects);

/// step runs one input through the machine.
[[nodiscard]] Result<void> step(State& state, const Input& input, Effects& effects);

Next<AwaitCertificate,
     AwaitServerKeyExchange,
     AwaitResumedNewSessionTicket,
     AwaitResumedChangeCipherSpec>
on(AwaitServerHello state, const Received<message::ServerHello>& hello, Effects& effects);
Next<AwaitServerHelloOrRefusal> on(Established state,
                                   const RenegotiationWanted& wanted,
                                   Effects& effects);
Next<AwaitServerHelloOrRefusal, Established> on(Established state,
                                                const Received<message::HelloRequest>& request,
                                                Effects& effects);
Next<AwaitCertificate,
     AwaitServerKeyExchange,
     AwaitResumedNewSessionTicket,
     AwaitResumedChangeCipherSpec>
on(AwaitServerHelloOrRefusal state, const Received<message::ServerHello>& hello, Effects& effects);
Next<Established> on(AwaitServerHelloOrRefusal state,
                     const message::NoRenegotiationWarning& refusal,
                     Effects& effects);
Next<AwaitStatusOrServerKeyExchange,
     AwaitStatusOrRequestOrDone,
     AwaitServerKeyExchange,
     AwaitCertificateRequestOrDone>
on(AwaitCertificate state, const Received<message::Certificate>& certificate, Effects& effects);
Next<AwaitServerKeyExchange> on(AwaitStatusOrServerKeyExchange state,
                                const Received<message::CertificateStatus>& status,
                                Effects& effects);
Next<AwaitCertificateRequestOrDone> on(AwaitStatusOrServerKeyExchange state,
                                       const Received<message::ServerKeyExchange>& exchange,
                                       Effects& effects);
Next<AwaitCertificateRequestOrDone> on(AwaitStatusOrRequestOrDone state,
                                       const Received<message::CertificateStatus>& status,
                                       Effects& effects);
Next<AwaitServerHelloDone> on(AwaitStatusOrRequestOrDone state,
                              const Received<message::CertificateRequest>& request,
                              Effects& effects);
Next<AwaitCertificateVerdict,
     AwaitAgreement,
     AwaitSignature,
     AwaitNewSessionTicket,
     AwaitChangeCipherSpec>
on(AwaitStatusOrRequestOrDone state,
   const Received<message::ServerHelloDone>& done,
   Effects& effects);
Next<AwaitCertificateRequestOrDone> on(AwaitServerKeyExchange state,
                                       const Received<message::ServerKeyExchange>& exchange,
                                       Effects& effects);
Next<AwaitServerHelloDone> on(AwaitCertificateRequestOrDone state,
                              const Received<message::CertificateRequest>& request,
                              Effects& effects);
Next<AwaitCertificateVerdict,
     AwaitAgreement,
     AwaitSignature,
     AwaitNewSessionTicket,
     AwaitChangeCipherSpec>
on(AwaitCertificateRequestOrDone state,
   const Received<message::ServerHelloDone>& done,
   Effects& effects);
Next<AwaitCertificateVerdict,
     AwaitAgreement,
     AwaitSignature,
     AwaitNewSessionTicket,
     AwaitChangeCipherSpec>
on(AwaitServerHelloDone state, const Received<message::ServerHelloDone>& done, Effects& effects);
Next<AwaitAgreement, AwaitSignature, AwaitNewSessionTicket, AwaitChangeCipherSpec> on(
    AwaitCertificateVerdict state, const CertificateAnswer& answer, Effects& effects);
Next<AwaitSignature, AwaitNewSessionTicket, AwaitChangeCipherSpec> on(
    AwaitAgreement state, const PrivateKeyAnswer& answer, Effects& effects);
Next<AwaitNewSessionTicket, AwaitChangeCipherSpec> on(AwaitSignature state,
                                                      const PrivateKeyAnswer& answer,
                                                      Effects& effects);
Next<AwaitChangeCipherSpec> on(AwaitNewSessionTicket state,
                               const Received<message::NewSessionTicket>& ticket,
                               Effects& effects);
Next<AwaitFinished> on(AwaitChangeCipherSpec state,
                       const message::ChangeCipherSpec& change,
                       Effects& effects);
Next<Established> on(AwaitFinished state,
                     const Received<message::Finished>& finished,
                     Effects& effects);
Next<AwaitResumedChangeCipherSpec> on(AwaitResumedNewSessionTicket state,
                                      const Received<message::NewSessionTicket>& ticket,
                                      Effects& effects);
Next<AwaitResumedFinished> on(AwaitResumedChangeCipherSpec state,
                              const message::ChangeCipherSpec& change,
                              Effects& effects);
Next<Established> on(AwaitResumedFinished state,
                     const Received<message::Finished>& finished,
                     Effects& effects);

template <class S, class Variant>
struct IsAlternative;

template <class S, class... States>
struct IsAlternative<S, std::variant<States...>>
    : std::bool_constant<(std::same_as<S, States> || ...)> {};

/// Handshaking is every state of the client between its ClientHello and the end of the handshake.
template <class S>
concept Handshaking =
    IsAlternative<S, State>::value && !std::same_as<S, Established> && !std::same_as<S, Failed>;

}  // namespace heirloom::client

namespace heirloom::machine {

/// RFC 2246 §7.4.1.1: "This message will be ignored by the client if the client is currently
/// negotiating a session."
template <client::Handshaking State>
struct Ignored<State, message::Received<message::HelloRequest>> : std::true_type {};

}  // namespace heirloom::machine

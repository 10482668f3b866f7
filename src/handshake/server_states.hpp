// The server's states and its whole transition relation (RFC 6101 §5.5, RFC 2246 §7.3).
//
// As in client_states.hpp: a state owns what is known when it is entered, a state with kDecision
// waits for the application, and the declarations of `on` at the end are the machine.
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

#include <memory>
#include <optional>
#include <string_view>
#include <variant>

namespace heirloom::server {

/// Nothing was said yet; only a ClientHello can come (RFC 2246 §7.4.1.2).
struct AwaitClientHello {
  static constexpr std::string_view kName = "AwaitClientHello";
};

/// Waiting for the session store.
struct AwaitSession {
  static constexpr std::string_view kName = "AwaitSession";
  static constexpr Decision kDecision = Decision::session;
  message::ClientHello hello;
  const VersionProfile* profile = nullptr;
  Transcript transcript;
  NewTicket new_ticket = NewTicket::none;  ///< what our hello will say
};

/// Own is our side of the key exchange: the certificate that the suite goes with, null if it goes
/// with none, and the agreement.
struct Own {
  const kx::LocalKey* certificate = nullptr;
  std::unique_ptr<kx::ServerKeyAgreement> agreement;

  [[nodiscard]] const crypto::CertificateKey* certificate_key() const noexcept {
    return certificate == nullptr ? nullptr : &certificate->certificate_key;
  }
};

/// Waiting for our private key to sign the parameters of the ServerKeyExchange.
struct AwaitParamsSignature {
  static constexpr std::string_view kName = "AwaitParamsSignature";
  static constexpr Decision kDecision = Decision::private_key;
  Negotiated negotiated;
  Own own;
  Bytes params;
  Transcript transcript;
};

/// We asked for a certificate: it, or the version's way of having none, must come first.
struct AwaitClientCertificate {
  static constexpr std::string_view kName = "AwaitClientCertificate";
  Negotiated negotiated;
  Own own;
  Transcript transcript;
};

/// Client is what a client showed; the chain is empty if it showed nothing.
struct Client {
  CertificateChain chain;
  std::optional<crypto::CertificateKey> key;
};

/// Waiting for the application's verdict on the client's certificate.
struct AwaitClientCertificateVerdict {
  static constexpr std::string_view kName = "AwaitClientCertificateVerdict";
  static constexpr Decision kDecision = Decision::certificate;
  Negotiated negotiated;
  Own own;
  Client client;
  Transcript transcript;
};

/// The client's half of the key exchange (RFC 2246 §7.4.7).
struct AwaitClientKeyExchange {
  static constexpr std::string_view kName = "AwaitClientKeyExchange";
  Negotiated negotiated;
  Own own;
  Client client;
  Transcript transcript;
};

/// Waiting for a private key to open the premaster secret, or to agree on it: twice in the e-mail
/// form of KEA.
struct AwaitPremaster {
  static constexpr std::string_view kName = "AwaitPremaster";
  static constexpr Decision kDecision = Decision::private_key;
  Negotiated negotiated;
  Own own;
  Client client;
  Transcript transcript;
};

/// A client that showed a certificate proves that it has the key (RFC 2246 §7.4.8).
struct AwaitCertificateVerify {
  static constexpr std::string_view kName = "AwaitCertificateVerify";
  Negotiated negotiated;
  Client client;
  MasterSecret master;
  std::optional<CarriedKeys> carried;
  Transcript transcript;
};

struct AwaitChangeCipherSpec {
  static constexpr std::string_view kName = "AwaitChangeCipherSpec";
  Negotiated negotiated;
  Client client;
  MasterSecret master;
  TrafficKeyPair pending;
  Transcript transcript;
};

struct AwaitFinished {
  static constexpr std::string_view kName = "AwaitFinished";
  Negotiated negotiated;
  Client client;
  MasterSecret master;
  TrafficKeys pending_write;
  Transcript transcript;
};

/// Resumption: our Finished is out, the client's change_cipher_spec must come (RFC 2246 §7.3).
struct AwaitResumedChangeCipherSpec {
  static constexpr std::string_view kName = "AwaitResumedChangeCipherSpec";
  Negotiated negotiated;
  SessionPtr session;
  MasterSecret master;
  TrafficKeys pending_read;
  Transcript transcript;
};

struct AwaitResumedFinished {
  static constexpr std::string_view kName = "AwaitResumedFinished";
  Negotiated negotiated;
  SessionPtr session;
  MasterSecret master;
  Transcript transcript;
};

/// Both Finished are done. Cannot be made without the proof.
struct Established {
  static constexpr std::string_view kName = "Established";

  Established(const FinishedVerified& /*proof*/, SessionPtr resumable, PreviousHandshake finished)
      : session(std::move(resumable)), handshake(std::move(finished)) {}

  SessionPtr session;
  PreviousHandshake handshake;
};

/// We have asked for another handshake. The client may refuse it, or go on with its application
/// data first (RFC 2246 §7.4.1.1).
struct AwaitClientHelloOrRefusal {
  static constexpr std::string_view kName = "AwaitClientHelloOrRefusal";
  Established before;
};

struct Failed {
  static constexpr std::string_view kName = "Failed";
};

using State = std::variant<AwaitClientHello,
                           AwaitClientHelloOrRefusal,
                           AwaitSession,
                           AwaitParamsSignature,
                           AwaitClientCertificate,
                           AwaitClientCertificateVerdict,
                           AwaitClientKeyExchange,
                           AwaitPremaster,
                           AwaitCertificateVerify,
                           AwaitChangeCipherSpec,
                           AwaitFinished,
                           AwaitResumedChangeCipherSpec,
                           AwaitResumedFinished,
                           Established,
                           Failed>;

using machine::Next;
using message::Received;

/// step runs one input through the machine.
[[nodiscard]] Result<void> step(State& state, const Input& input, Effects& effects);

Next<AwaitSession,
     AwaitParamsSignature,
     AwaitClientCertificate,
     AwaitClientKeyExchange,
     AwaitResumedChangeCipherSpec>
on(AwaitClientHello state, const Received<message::ClientHello>& hello, Effects& effects);
Next<AwaitClientHelloOrRefusal> on(Established state,
                                   const RenegotiationWanted& wanted,
                                   Effects& effects);
Next<AwaitSession,
     AwaitParamsSignature,
     AwaitClientCertificate,
     AwaitClientKeyExchange,
     AwaitResumedChangeCipherSpec,
     Established>
on(Established state, const Received<message::ClientHello>& hello, Effects& effects);
Next<AwaitSession,
     AwaitParamsSignature,
     AwaitClientCertificate,
     AwaitClientKeyExchange,
     AwaitResumedChangeCipherSpec>
on(AwaitClientHelloOrRefusal state, const Received<message::ClientHello>& hello, Effects& effects);
Next<Established> on(AwaitClientHelloOrRefusal state,
                     const message::NoRenegotiationWarning& refusal,
                     Effects& effects);
Next<AwaitParamsSignature,
     AwaitClientCertificate,
     AwaitClientKeyExchange,
     AwaitResumedChangeCipherSpec>
on(AwaitSession state, const SessionAnswer& answer, Effects& effects);
Next<AwaitClientCertificate, AwaitClientKeyExchange> on(AwaitParamsSignature state,
                                                        const PrivateKeyAnswer& answer,
                                                        Effects& effects);
Next<AwaitClientCertificateVerdict, AwaitClientKeyExchange> on(
    AwaitClientCertificate state,
    const Received<message::Certificate>& certificate,
    Effects& effects);
Next<AwaitClientKeyExchange> on(AwaitClientCertificate state,
                                const message::NoCertificateWarning& warning,
                                Effects& effects);
Next<AwaitClientKeyExchange> on(AwaitClientCertificateVerdict state,
                                const CertificateAnswer& answer,
                                Effects& effects);
Next<AwaitPremaster, AwaitCertificateVerify, AwaitChangeCipherSpec> on(
    AwaitClientKeyExchange state,
    const Received<message::ClientKeyExchange>& exchange,
    Effects& effects);
Next<AwaitPremaster, AwaitCertificateVerify, AwaitChangeCipherSpec> on(
    AwaitPremaster state, const PrivateKeyAnswer& answer, Effects& effects);
Next<AwaitChangeCipherSpec> on(AwaitCertificateVerify state,
                               const Received<message::CertificateVerify>& verify,
                               Effects& effects);
Next<AwaitFinished> on(AwaitChangeCipherSpec state,
                       const message::ChangeCipherSpec& change,
                       Effects& effects);
Next<Established> on(AwaitFinished state,
                     const Received<message::Finished>& finished,
                     Effects& effects);
Next<AwaitResumedFinished> on(AwaitResumedChangeCipherSpec state,
                              const message::ChangeCipherSpec& change,
                              Effects& effects);
Next<Established> on(AwaitResumedFinished state,
                     const Received<message::Finished>& finished,
                     Effects& effects);

}  // namespace heirloom::server

// Effects: what a handshake wants done, as a list that the engine carries out in order.
//
// A handler never touches records, keys in use or sockets. It reads its environment, returns its
// next state and leaves effects. `send` encodes at once and appends to the transcript, so that the
// handler has the hash it needs for CertificateVerify and Finished.
#pragma once

#include "heirloom/config.hpp"
#include "heirloom/connection.hpp"
#include "heirloom/inspector.hpp"

#include "base/bytes.hpp"
#include "keys/exporter.hpp"
#include "keys/traffic_keys.hpp"
#include "keys/transcript.hpp"
#include "kx/local_keys.hpp"
#include "message/any_message.hpp"
#include "message/sslv2_client_hello.hpp"
#include "version/profile.hpp"

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace heirloom {

struct PreviousHandshake;
class RenegotiationBudget;

/// Environment is what a handshake is a function of, besides the peer's messages. Everything
/// outlives the handshake; null means absent.
struct Environment {
  const Policy* policy = nullptr;
  const kx::LocalKeys* own = nullptr;  ///< our certificates and what temporary keys are made from
  CertificateVerifier* verifier = nullptr;
  SessionStore* sessions = nullptr;
  TicketKeys* ticket_keys = nullptr;
  RandomSource* random = nullptr;
  const Clock* clock = nullptr;
  KeyLog* key_log = nullptr;
  Inspector* confidant = nullptr;  ///< is told secrets: set only if the configuration reveals them
  const std::vector<std::vector<std::uint8_t>>* certificate_authorities = nullptr;
  const std::vector<std::string>* server_names = nullptr;           ///< as server
  const std::vector<std::string>* application_protocols = nullptr;  ///< preferred first
  std::string host;   ///< as client: whom we mean to talk to
  SessionPtr resume;  ///< as client: the session to offer; may_offer has been asked
  /// client_authentication is what a server asks for in this handshake: the policy's, unless the
  /// application has demanded something else for a renegotiation.
  ClientAuthentication client_authentication = ClientAuthentication::none;
  const PreviousHandshake* previous = nullptr;  ///< null in the first handshake of a connection
  RenegotiationBudget* renegotiations = nullptr;
};

namespace effect {

/// SendHandshake is one whole handshake message.
struct SendHandshake {
  Bytes message;
};

/// SendSslv2Hello is a ClientHello in the format of SSL 2.0.
struct SendSslv2Hello {
  Bytes message;
};

struct SendChangeCipherSpec {};

/// SendWarning is a warning alert that is part of the handshake (SSL 3.0's no_certificate).
struct SendWarning {
  AlertDescription description;
};

/// UseVersion settles the version of every later record.
struct UseVersion {
  const VersionProfile* profile;
};

/// ActivateRead and ActivateWrite make a pending state current.
struct ActivateRead {
  TrafficKeys keys;
};

struct ActivateWrite {
  TrafficKeys keys;
};

/// LimitFragments is the most plaintext that a record may carry, in both directions.
struct LimitFragments {
  std::size_t most;
};

/// KeepExporter hands over what applications may export once the handshake is complete. The engine
/// adds the first Finished.
struct KeepExporter {
  Exporter exporter;
};

/// UseSession names the session that this handshake offers or resumes: a fatal alert ends its
/// future too.
struct UseSession {
  SessionPtr session;
};

/// StoreSession keeps a session that both Finished messages have confirmed.
struct StoreSession {
  SessionPtr session;
};

}  // namespace effect

using Effect = std::variant<effect::SendHandshake,
                            effect::SendSslv2Hello,
                            effect::SendChangeCipherSpec,
                            effect::SendWarning,
                            effect::UseVersion,
                            effect::ActivateRead,
                            effect::ActivateWrite,
                            effect::LimitFragments,
                            effect::KeepExporter,
                            effect::UseSession,
                            effect::StoreSession>;

class Effects {
 public:
  Effects(const Environment& environment, ConnectionInfo& info)
      : environment_(environment), info_(info) {}

  [[nodiscard]] const Environment& environment() const noexcept { return environment_; }

  /// info is filled in as facts become known.
  [[nodiscard]] ConnectionInfo& info() noexcept { return info_; }

  /// send encodes a message, appends it to the transcript and queues it.
  template <class M>
  void send(const M& message, Transcript& transcript) {
    Bytes encoded = message::encode_message(message);
    transcript.append(encoded);
    list_.emplace_back(effect::SendHandshake{std::move(encoded)});
  }

  /// send_sslv2 does so in the format of SSL 2.0. What is hashed begins with msg_type (drift D48).
  void send_sslv2(const message::Sslv2ClientHello& hello, Transcript& transcript) {
    Bytes encoded;
    wire::encode(encoded, hello);
    transcript.append(encoded);
    list_.emplace_back(effect::SendSslv2Hello{std::move(encoded)});
  }

  /// send_hello_request sends the one message that stands in no transcript: "This message should
  /// never be included in the message hashes" (RFC 2246 §7.4.1.1).
  void send_hello_request() {
    list_.emplace_back(effect::SendHandshake{message::encode_message(message::HelloRequest{})});
  }

  void send_change_cipher_spec() { list_.emplace_back(effect::SendChangeCipherSpec{}); }

  void send_warning(AlertDescription description) {
    list_.emplace_back(effect::SendWarning{description});
  }

  void limit_fragments(std::size_t most) { list_.emplace_back(effect::LimitFragments{most}); }

  void use_version(const VersionProfile& profile) {
    list_.emplace_back(effect::UseVersion{&profile});
  }

  void activate_read(TrafficKeys keys) {
    list_.emplace_back(effect::ActivateRead{std::move(keys)});
  }

  void activate_write(TrafficKeys keys) {
    list_.emplace_back(effect::ActivateWrite{std::move(keys)});
  }

  void keep(Exporter exporter) { list_.emplace_back(effect::KeepExporter{std::move(exporter)}); }

  void use(SessionPtr session) { list_.emplace_back(effect::UseSession{std::move(session)}); }

  void store(SessionPtr session) { list_.emplace_back(effect::StoreSession{std::move(session)}); }

  /// take hands the list over.
  [[nodiscard]] std::vector<Effect> take() { return std::exchange(list_, {}); }

 private:
  const Environment& environment_;
  ConnectionInfo& info_;
  std::vector<Effect> list_;
};

}  // namespace heirloom

// Rogue: a peer that makes a key exchange by hand, for tests of what a hostile or broken one can
// do.
//
// It is a puppet (tests/support/puppet) that is told each message as bytes, so nothing of
// src/handshake and src/kx takes part on its side: hashes, signatures and parameters are put
// together here as the documents have them (RFC 2246 §7.4.3, §7.4.8; RFC 6101 §5.6.8).
#pragma once

#include "support/puppet/scene.hpp"

#include <string>
#include <vector>

namespace heirloom::testing {

inline constexpr ProtocolVersion kSsl = ProtocolVersion::ssl30;
inline constexpr ProtocolVersion kTls = ProtocolVersion::tls10;

/// Refusal is how a connection must end: the cause, and the fatal alert of each version.
struct Refusal {
  Cause cause;
  AlertDescription tls;
  AlertDescription ssl;
};

inline constexpr Refusal kUnexpected{Cause::unexpected_message,
                                     AlertDescription::unexpected_message,
                                     AlertDescription::unexpected_message};
inline constexpr Refusal kMalformed{
    Cause::message_malformed, AlertDescription::decode_error, AlertDescription::illegal_parameter};
inline constexpr Refusal kBadValue{Cause::key_exchange_malformed,
                                   AlertDescription::illegal_parameter,
                                   AlertDescription::illegal_parameter};
inline constexpr Refusal kTooWeak{Cause::key_exchange_too_weak,
                                  AlertDescription::insufficient_security,
                                  AlertDescription::handshake_failure};
inline constexpr Refusal kAboveExport{Cause::export_restriction,
                                      AlertDescription::export_restriction,
                                      AlertDescription::handshake_failure};
inline constexpr Refusal kBadSignature{Cause::params_signature_invalid,
                                       AlertDescription::decrypt_error,
                                       AlertDescription::handshake_failure};
inline constexpr Refusal kBadProof{Cause::certificate_verify_failed,
                                   AlertDescription::decrypt_error,
                                   AlertDescription::handshake_failure};
inline constexpr Refusal kWrongKey{Cause::certificate_key_unsupported,
                                   AlertDescription::unsupported_certificate,
                                   AlertDescription::unsupported_certificate};
inline constexpr Refusal kForbiddenUse{Cause::certificate_key_usage,
                                       AlertDescription::unsupported_certificate,
                                       AlertDescription::unsupported_certificate};
inline constexpr Refusal kNothingInCommon{Cause::no_common_cipher_suite,
                                          AlertDescription::handshake_failure,
                                          AlertDescription::handshake_failure};

/// hashes_over is MD5 and SHA-1 of the same bytes, one behind the other.
[[nodiscard]] Bytes hashes_over(ByteView bytes);

/// sign_hashes signs 36 bytes of hashes as the key has it: RSA both, DSA and ECDSA the second.
[[nodiscard]] Bytes sign_hashes(const Credentials& signer, const Bytes& hashes);

/// opaque16 is a vector with a length of two bytes, opaque8 one with a length of one byte.
[[nodiscard]] Bytes opaque16(const Bytes& content);
[[nodiscard]] Bytes opaque8(const Bytes& content);

/// join puts byte strings one behind the other.
[[nodiscard]] Bytes join(const std::vector<Bytes>& parts);

/// dh_params and ecdh_params are the parameters of a ServerKeyExchange, rsa_params too.
[[nodiscard]] Bytes dh_params(const Bytes& p, const Bytes& g, const Bytes& public_value);
[[nodiscard]] Bytes ecdh_params(NamedCurve curve, const Bytes& point);
[[nodiscard]] Bytes rsa_params(const Bytes& modulus, const Bytes& exponent);

class Rogue {
 public:
  Rogue(Side engine_side, Combination combination, const Scene::Adjust& adjust = {});

  /// tell says one handshake message with any body, and returns whether the engine is content.
  bool tell(HandshakeType type, ByteView body);

  /// tell_raw says bytes of the handshake protocol as they stand.
  bool tell_raw(ByteView bytes);

  bool say(Symbol symbol) { return scene_.say(symbol); }

  /// randoms is ClientHello.random and ServerHello.random.
  [[nodiscard]] Bytes randoms();

  /// transcript is every handshake message so far, with its header.
  [[nodiscard]] Bytes transcript();

  /// sent is the body of the engine's last message of that type; empty if there was none.
  [[nodiscard]] Bytes sent(HandshakeType type);

  /// has_sent says whether there was one.
  [[nodiscard]] bool has_sent(HandshakeType type);

  /// expect compares the end of the connection with what it must be.
  void expect(const Refusal& refusal);

  /// expect_content is for the well-formed case beside a refused one: no error so far.
  void expect_content();

  [[nodiscard]] Connection& engine() { return scene_.engine(); }

  [[nodiscard]] Puppet& puppet() { return scene_.puppet(); }

 private:
  void collect();

  ProtocolVersion version_;
  Scene scene_;
  std::vector<Event> messages_;
};

/// RogueServer has shown its hello and, unless it is anonymous, its certificate.
class RogueServer : public Rogue {
 public:
  /// `certificate` is a name in tests/vectors/certificates, pinned by the client; "" for none.
  RogueServer(Combination combination,
              const std::string& certificate,
              const Scene::Adjust& adjust = {});

  /// exchange tells a ServerKeyExchange with these parameters, rightly signed if there is a
  /// certificate.
  bool exchange(const Bytes& params);

  /// signature is what stands behind the parameters, with its length.
  [[nodiscard]] Bytes signature(const Bytes& params);

  /// done ends the flight.
  bool done() { return tell(HandshakeType::server_hello_done, {}); }

 private:
  std::string certificate_;
};

}  // namespace heirloom::testing

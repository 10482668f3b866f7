// What both machines share: negotiated facts, the derivation of keys, the session that results.
#pragma once

#include "heirloom/cipher_suite.hpp"
#include "heirloom/compression_method.hpp"
#include "heirloom/policy.hpp"
#include "heirloom/session.hpp"

#include "base/secret.hpp"
#include "handshake/effects.hpp"
#include "keys/traffic_keys.hpp"
#include "kx/key_exchange.hpp"
#include "protocol/randoms.hpp"
#include "version/profile.hpp"

#include <cstdint>
#include <optional>

namespace heirloom {

/// NewTicket says whether the server has announced a NewSessionTicket in its hello: then it must
/// come, and otherwise it must not (RFC 5077 §3.3).
enum class NewTicket : std::uint8_t { none, announced };

/// Negotiated is what both hellos settled.
struct Negotiated {
  const VersionProfile* profile = nullptr;
  const CipherSuite* suite = nullptr;
  Randoms randoms{};
  ProtocolVersion client_version{};  ///< ClientHello.client_version
  Bytes session_id;                  ///< of the ServerHello; may be empty
  CompressionMethod compression_method = CompressionMethod::null;
  MacOrder mac_order = MacOrder::mac_then_encrypt;
  std::optional<MaxFragmentLength> max_fragment_length = std::nullopt;
  std::optional<NamedCurve> curve = std::nullopt;  ///< as server, if the suite uses one
  VerifyData client_verify_data = {};              ///< of the two Finished, once they are known
  VerifyData server_verify_data = {};
  NewTicket new_ticket = NewTicket::none;
  bool has_extended_master_secret = false;  ///< RFC 7627
  bool has_certificate_status = false;  ///< the server announces a CertificateStatus (RFC 6066 §8)
};

/// make_random is gmt_unix_time and 28 random bytes (RFC 6101 §5.6.1.2, RFC 2246 §7.4.1.2).
[[nodiscard]] Result<Random> make_random(const Environment& environment);

/// log_secret writes the key log line, if there is a key log, and reveals the master secret.
void log_secret(const Environment& environment, const Randoms& randoms, const MasterSecret& master);

/// reveal tells a derived value to the inspector that may know it, if there is one.
void reveal(const Environment& environment, DerivedValue what, ByteView value);

/// derive_master makes the master secret, by the transcript that ends with the ClientKeyExchange
/// if both sides have said so (RFC 7627 §4). It is logged and revealed.
[[nodiscard]] MasterSecret derive_master(const Environment& environment,
                                         const Negotiated& negotiated,
                                         PremasterSecret premaster,
                                         const Transcript& transcript);

/// derive_keys is derive_traffic_keys, and reveals what it makes.
[[nodiscard]] TrafficKeyPair derive_keys(const Environment& environment,
                                         const Negotiated& negotiated,
                                         const MasterSecret& master,
                                         std::optional<CarriedKeys> carried = std::nullopt);

/// tell_negotiated copies what is settled into the connection's facts.
void tell_negotiated(Effects& effects, const Negotiated& negotiated);

/// tell_temporary_key does so with the key of the ServerKeyExchange.
void tell_temporary_key(Effects& effects, const kx::TemporaryKey& key);

/// Shown is what a handshake has shown of both ends, as far as the session remembers it.
struct Shown {
  CertificateChain peer_chain;  ///< empty if the peer showed none
  Bytes ocsp_response = {};     ///< stapled by a server, or empty
  Bytes own_certificates = {};  ///< as client, see session_rules.hpp
};

/// make_session gives the session that this handshake established. It has no id if the server gave
/// none, and then nothing but a ticket can lead back to it.
[[nodiscard]] SessionPtr make_session(Effects& effects,
                                      const Negotiated& negotiated,
                                      const MasterSecret& master,
                                      Shown shown);

/// send_finished sends change_cipher_spec, switches to the new keys and sends our Finished under
/// them, in that order (RFC 6101 §5.3, RFC 2246 §7.1).
void send_finished(Negotiated& negotiated,
                   const MasterSecret& master,
                   Side sender,
                   TrafficKeys write_keys,
                   Transcript& transcript,
                   Effects& effects);

/// context_of is what the key exchange may know of this handshake.
[[nodiscard]] kx::KxContext context_of(const Environment& environment,
                                       const Negotiated& negotiated);

/// check_key_size compares the key of a peer's certificate with the policy's limits for its kind;
/// an export suite that policy has let in undercuts the one of Diffie-Hellman by its nature.
/// certificate_key_too_small, certificate_key_too_large.
[[nodiscard]] Result<void> check_key_size(const Policy& policy,
                                          const CipherSuite& suite,
                                          const crypto::CertificateKey& key);

}  // namespace heirloom

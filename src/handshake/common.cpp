#include "handshake/common.hpp"

#include "base/bytes.hpp"
#include "kx/dh_group_rules.hpp"
#include "session/session_access.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace heirloom {

Result<Random> make_random(const Environment& environment) {
  Random random{};
  if (!environment.random->fill(random)) {
    return Cause::random_failed;
  }
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(environment.clock->now().time_since_epoch())
          .count();
  const auto time = static_cast<std::uint32_t>(seconds);  // wraps in 2106, as the field does
  for (std::size_t i = 0; i < 4; ++i) {
    random[i] = static_cast<std::uint8_t>(time >> (24 - 8 * i));
  }
  return random;
}

void log_secret(const Environment& environment,
                const Randoms& randoms,
                const MasterSecret& master) {
  reveal(environment, DerivedValue::master_secret, master.expose());
  if (environment.key_log == nullptr) {
    return;
  }
  std::string line = "CLIENT_RANDOM " + to_hex(randoms.client) + " " + to_hex(master.expose());
  environment.key_log->line(line);
  secure_wipe(line.data(), line.size());
}

void reveal(const Environment& environment, DerivedValue what, ByteView value) {
  if (environment.confidant != nullptr && !value.empty()) {
    environment.confidant->derived(what, value);
  }
}

MasterSecret derive_master(const Environment& environment,
                           const Negotiated& negotiated,
                           PremasterSecret premaster,
                           const Transcript& transcript) {
  reveal(environment, DerivedValue::pre_master_secret, premaster.expose());
  const VersionProfile& profile = *negotiated.profile;
  MasterSecret master =
      negotiated.has_extended_master_secret
          ? profile.extended_master_secret(std::move(premaster), transcript.snapshot())
          : profile.master_secret(std::move(premaster), negotiated.randoms);
  log_secret(environment, negotiated.randoms, master);
  return master;
}

TrafficKeyPair derive_keys(const Environment& environment,
                           const Negotiated& negotiated,
                           const MasterSecret& master,
                           std::optional<CarriedKeys> carried) {
  TrafficKeyPair keys = derive_traffic_keys(
      *negotiated.profile, *negotiated.suite, master, negotiated.randoms, std::move(carried));
  for (TrafficKeys* const side : {&keys.client_write, &keys.server_write}) {
    side->mac_order = negotiated.mac_order;
    side->compression_method = negotiated.compression_method;
  }
  if (environment.confidant != nullptr) {
    // The key_block itself is gone once it is cut: made again, for whoever wants to see it whole.
    SecretBytes whole(key_block_size(*negotiated.suite));
    negotiated.profile->key_block(master, negotiated.randoms, whole.expose());
    reveal(environment, DerivedValue::key_block, std::as_const(whole).expose());
    using enum DerivedValue;
    reveal(environment, client_write_mac_secret, keys.client_write.mac_secret.expose());
    reveal(environment, server_write_mac_secret, keys.server_write.mac_secret.expose());
    reveal(environment, client_write_key, keys.client_write.key.expose());
    reveal(environment, server_write_key, keys.server_write.key.expose());
    reveal(environment, client_write_iv, keys.client_write.iv.expose());
    reveal(environment, server_write_iv, keys.server_write.iv.expose());
  }
  return keys;
}

void tell_negotiated(Effects& effects, const Negotiated& negotiated) {
  ConnectionInfo& info = effects.info();
  info.version = negotiated.profile->version;
  info.cipher_suite = negotiated.suite->id;
  info.compression_method = static_cast<std::uint8_t>(negotiated.compression_method);
  info.has_encrypt_then_mac = negotiated.mac_order == MacOrder::encrypt_then_mac;
  info.max_fragment_length = negotiated.max_fragment_length.has_value()
                                 ? bytes_of(*negotiated.max_fragment_length)
                                 : kMaxPlaintext;
  info.session_id = negotiated.session_id;
  info.has_extended_master_secret = negotiated.has_extended_master_secret;
  info.client_version = negotiated.client_version;
}

void tell_temporary_key(Effects& effects, const kx::TemporaryKey& key) {
  effects.info().temporary_key_bits = key.bits;
  effects.info().curve = key.curve;
}

SessionPtr make_session(Effects& effects,
                        const Negotiated& negotiated,
                        const MasterSecret& master,
                        Shown shown) {
  const Environment& environment = effects.environment();
  // A client means its host, whether it could name it in the hello or not; a server has none and
  // goes by the hello.
  const std::string& name =
      environment.host.empty() ? effects.info().server_name : environment.host;
  return detail::SessionAccess::make(
      Session::Facts{.id = negotiated.session_id,
                     .version = negotiated.profile->version,
                     .cipher_suite = negotiated.suite->id,
                     .compression_method = static_cast<std::uint8_t>(negotiated.compression_method),
                     .max_fragment_length = negotiated.max_fragment_length,
                     .has_extended_master_secret = negotiated.has_extended_master_secret,
                     .server_name = name,
                     .client_authentication = environment.client_authentication,
                     .peer_chain = std::move(shown.peer_chain),
                     .ocsp_response = std::move(shown.ocsp_response),
                     .own_certificates = std::move(shown.own_certificates),
                     .created = environment.clock->now()},
      master);
}

void send_finished(Negotiated& negotiated,
                   const MasterSecret& master,
                   Side sender,
                   TrafficKeys write_keys,
                   Transcript& transcript,
                   Effects& effects) {
  effects.keep({.profile = negotiated.profile,
                .randoms = negotiated.randoms,
                .master = master.clone(),
                .has_extended_master_secret = negotiated.has_extended_master_secret,
                .kind = effects.info().is_resumed ? HandshakeKind::resumed : HandshakeKind::full,
                .first_finished = {}});
  effects.send_change_cipher_spec();
  effects.activate_write(std::move(write_keys));
  const VerifyData verify_data =
      negotiated.profile->finished(transcript.snapshot(), master, sender);
  (sender == Side::client ? negotiated.client_verify_data : negotiated.server_verify_data) =
      verify_data;
  if (const Environment& environment = effects.environment(); environment.confidant != nullptr) {
    HandshakeHashes hashes = transcript.snapshot();
    reveal(environment, DerivedValue::handshake_md5, hashes.md5.finish());
    reveal(environment, DerivedValue::handshake_sha, hashes.sha.finish());
    reveal(environment, DerivedValue::verify_data, verify_data.view());
  }
  effects.send(message::Finished{to_bytes(verify_data.view())}, transcript);
}

kx::KxContext context_of(const Environment& environment, const Negotiated& negotiated) {
  return {.profile = *negotiated.profile,
          .suite = *negotiated.suite,
          .randoms = negotiated.randoms,
          .client_version = negotiated.client_version,
          .policy = *environment.policy,
          .random = *environment.random,
          .ephemeral = environment.own == nullptr ? nullptr : &environment.own->ephemeral,
          .curve = negotiated.curve,
          .kea_domains = environment.own == nullptr ? nullptr : &environment.own->kea_domains};
}

namespace {

/// key_limits are those of the peer's certificate key, however it is judged otherwise.
KeyBits key_limits(const Policy& policy, const CipherSuite& suite, PublicKeyAlgorithm algorithm) {
  switch (algorithm) {
    case PublicKeyAlgorithm::dsa:
      return {.min = policy.min_dsa_bits, .max = policy.max_dsa_bits};
    case PublicKeyAlgorithm::dh:
    case PublicKeyAlgorithm::kea:
      return {.min = kx::min_group_bits(policy, suite), .max = policy.max_dh_bits};
    case PublicKeyAlgorithm::ec:
      return {.min = policy.min_ec_bits, .max = policy.max_ec_bits};
    case PublicKeyAlgorithm::rsa:
    case PublicKeyAlgorithm::other:
      break;
  }
  return {.min = policy.min_rsa_bits, .max = policy.max_rsa_bits};
}

}  // namespace

Result<void> check_key_size(const Policy& policy,
                            const CipherSuite& suite,
                            const crypto::CertificateKey& key) {
  const KeyBits limits = key_limits(policy, suite, key.algorithm);
  if (key.bits < limits.min) {
    return Error(
        Cause::certificate_key_too_small,
        std::to_string(key.bits) + " bits, the policy wants " + std::to_string(limits.min));
  }
  if (key.bits > limits.max) {
    return Error(
        Cause::certificate_key_too_large,
        std::to_string(key.bits) + " bits, the policy allows " + std::to_string(limits.max));
  }
  return {};
}

}  // namespace heirloom

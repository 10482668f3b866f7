// TLS 1.0: what is special about it, in the order of RFC 2246. Record MAC §6.2.3.1, key block §6.3,
// exportable keys §6.3.1, alerts §7.2, certificate verify §7.4.8, finished §7.4.9, master secret
// §8.1; behind that what RFC 7627 and RFC 5705 add.
#include "crypto/handshake_hashes.hpp"
#include "protocol/randoms.hpp"
#include "version/prf.hpp"
#include "version/profile.hpp"

#include <algorithm>
#include <string_view>

namespace heirloom {
namespace {

// §6.2.3.1: HMAC_hash(MAC_write_secret, …). RFC 2104: H(K XOR opad, H(K XOR ipad, text)), the key
// padded with zeros to a block.
MacPrefixes mac_prefixes(MacAlgorithm mac, ByteView mac_secret) {
  MacPrefixes prefixes;
  prefixes.size = prefixes.inner.expose().size();
  HEIRLOOM_EXPECT(mac_secret.size() == info(mac).hash_size);
  const auto fill = [&](std::span<std::uint8_t, 64> out, std::uint8_t pad) {
    std::ranges::copy(mac_secret, out.begin());
    for (std::uint8_t& byte : out) {
      byte ^= pad;
    }
  };
  fill(prefixes.inner.expose(), 0x36);
  fill(prefixes.outer.expose(), 0x5c);
  return prefixes;
}

// §6.2.3.1: seq_num + TLSCompressed.type + TLSCompressed.version + TLSCompressed.length
MacHeader mac_header(std::uint64_t sequence_number, ContentType type, std::size_t length) {
  constexpr auto kVersion = static_cast<std::uint16_t>(ProtocolVersion::tls10);
  MacHeader header;
  for (std::size_t i = 0; i < 8; ++i) {
    header.bytes[i] = static_cast<std::uint8_t>(sequence_number >> (56U - 8U * i));
  }
  header.bytes[8] = static_cast<std::uint8_t>(type);
  header.bytes[9] = static_cast<std::uint8_t>(kVersion >> 8U);
  header.bytes[10] = static_cast<std::uint8_t>(kVersion & 0xffU);
  header.bytes[11] = static_cast<std::uint8_t>(length >> 8U);
  header.bytes[12] = static_cast<std::uint8_t>(length);
  header.size = 13;
  return header;
}

// §6.3: PRF(SecurityParameters.master_secret, "key expansion", server_random + client_random). The
// seed of the example in §6.3.1 of the last draft is an error (drift D70).
void key_block(const MasterSecret& master, const Randoms& randoms, ByteSpan out) {
  tls10_prf(master.expose(), "key expansion", randoms.server, randoms.client, out);
}

// §6.3.1: final_client_write_key = PRF(SecurityParameters.client_write_key, "client write key",
// client_random + server_random), and the server's likewise: the client's random is first in both,
// unlike in SSL 3.0 (drift D40).
void final_write_key(Side writer, ByteView key_material, const Randoms& randoms, ByteSpan out) {
  const std::string_view label = writer == Side::client ? "client write key" : "server write key";
  tls10_prf(key_material, label, randoms.client, randoms.server, out);
}

// §6.3.1: iv_block = PRF("", "IV block", client_random + server_random)
void iv_block(const Randoms& randoms, ByteSpan out) {
  tls10_prf({}, "IV block", randoms.client, randoms.server, out);
}

std::optional<AlertDescription> alert_for(const CauseInfo& cause) {
  return cause.tls_alert;
}

// §7.4.8: the plain hashes. F.1.1.2 says that a value derived from the master secret is signed;
// that is a leftover (drift D90).
crypto::SignatureHashes certificate_verify(const HandshakeHashes& messages,
                                           const MasterSecret& /*master*/) {
  return {.md5 = crypto::Md5(messages.md5).finish(), .sha = crypto::Sha1(messages.sha).finish()};
}

// §7.4.9: PRF(master_secret, finished_label, MD5(handshake_messages) + SHA-1(handshake_messages))
// [0..11]
VerifyData finished(const HandshakeHashes& messages, const MasterSecret& master, Side sender) {
  const std::string_view label = sender == Side::client ? "client finished" : "server finished";
  const auto md5 = crypto::Md5(messages.md5).finish();
  const auto sha = crypto::Sha1(messages.sha).finish();
  VerifyData data;
  data.size = 12;
  tls10_prf(master.expose(), label, md5, sha, ByteSpan(data.bytes).first(data.size));
  return data;
}

// §8.1: PRF(pre_master_secret, "master secret", ClientHello.random + ServerHello.random) [0..47].
// The premaster is taken by value: "The pre_master_secret should be deleted from memory once the
// master_secret has been computed."
MasterSecret master_secret(PremasterSecret premaster, const Randoms& randoms) {
  Secret<kMasterSecretSize> master;
  tls10_prf(premaster.expose(), "master secret", randoms.client, randoms.server, master.expose());
  return MasterSecret(std::move(master));
}

// RFC 7627 §4: PRF(pre_master_secret, "extended master secret", session_hash) [0..47]. Before TLS
// 1.2 "the session_hash is the concatenation of an MD5 hash and a SHA-1 hash" of the messages, as
// in Finished.
MasterSecret extended_master_secret(PremasterSecret premaster, const HandshakeHashes& messages) {
  const auto md5 = crypto::Md5(messages.md5).finish();
  const auto sha = crypto::Sha1(messages.sha).finish();
  Secret<kMasterSecretSize> master;
  tls10_prf(premaster.expose(), "extended master secret", md5, sha, master.expose());
  return MasterSecret(std::move(master));
}

// RFC 5705 §4: PRF(SecurityParameters.master_secret, label, client_random + server_random +
// context_value_length + context_value) [length]; without a context its length is left out too.
void keying_material(const MasterSecret& master,
                     const Randoms& randoms,
                     std::string_view label,
                     std::optional<ByteView> context,
                     ByteSpan out) {
  Bytes rest = to_bytes(randoms.server);
  if (context.has_value()) {
    HEIRLOOM_EXPECT(context->size() <= 0xffff);
    rest.push_back(static_cast<std::uint8_t>(context->size() >> 8U));
    rest.push_back(static_cast<std::uint8_t>(context->size() & 0xffU));
    append(rest, *context);
  }
  tls10_prf(master.expose(), label, randoms.client, rest, out);
}

}  // namespace

constinit const VersionProfile kTls10Profile = {
    .version = ProtocolVersion::tls10,
    .mac_prefixes = mac_prefixes,
    .mac_header = mac_header,
    .padding = PaddingRule::all_bytes_are_length,
    .unknown_record_type = UnknownRecordType::ignored,
    .alert_for = alert_for,
    .renegotiation_refusal = RenegotiationRefusal::no_renegotiation_warning,
    .hello_extensions = HelloExtensionSet::all,
    .no_certificate = NoCertificateAnswer::empty_certificate,
    .premaster_framing = PremasterFraming::two_byte_length,
    .dsa_form = crypto::DsaForm::der,
    .temporary_rsa = TemporaryRsa::for_export_only,
    .certificate_verify = certificate_verify,
    .finished = finished,
    .master_secret = master_secret,
    .key_block = key_block,
    .extended_master_secret = extended_master_secret,
    .keying_material = keying_material,
    .final_write_key = final_write_key,
    .iv_block = iv_block,
};

}  // namespace heirloom

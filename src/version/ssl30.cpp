// SSL 3.0: what is special about it, in the order of RFC 6101. Record MAC §5.2.3.1, alerts §5.4,
// certificate verify §5.6.8, finished §5.6.9, master secret §6.1, key block §6.2.2, exportable keys
// §6.2.2.1.
#include "crypto/handshake_hashes.hpp"
#include "protocol/randoms.hpp"
#include "version/prf.hpp"
#include "version/profile.hpp"

#include <algorithm>

namespace heirloom {
namespace {

// RFC 6101 §5.2.3.1: "pad_1: the character 0x36 repeated 48 times for MD5 or 40 times for SHA",
// pad_2 the same with 0x5c. §5.6.8 and §5.6.9 use the same pads (drift D5).
constexpr std::size_t kLongestPad = 48;

constexpr std::array<std::uint8_t, kLongestPad> filled(std::uint8_t value) {
  std::array<std::uint8_t, kLongestPad> pad{};
  pad.fill(value);
  return pad;
}

constexpr auto kPad1 = filled(0x36);
constexpr auto kPad2 = filled(0x5c);

ByteView pad_1(MacAlgorithm mac) {
  return ByteView(kPad1).first(info(mac).pad_size);
}

ByteView pad_2(MacAlgorithm mac) {
  return ByteView(kPad2).first(info(mac).pad_size);
}

// §5.2.3.1: hash(MAC_write_secret + pad_2 + hash(MAC_write_secret + pad_1 + …))
MacPrefixes mac_prefixes(MacAlgorithm mac, ByteView mac_secret) {
  MacPrefixes prefixes;
  prefixes.size = mac_secret.size() + info(mac).pad_size;
  HEIRLOOM_EXPECT(mac_secret.size() == info(mac).hash_size &&
                  prefixes.size <= prefixes.inner.expose().size());
  const auto fill = [&](std::span<std::uint8_t, 64> out, ByteView pad) {
    const auto behind_secret = std::ranges::copy(mac_secret, out.begin()).out;
    std::ranges::copy(pad, behind_secret);
  };
  fill(prefixes.inner.expose(), pad_1(mac));
  fill(prefixes.outer.expose(), pad_2(mac));
  return prefixes;
}

// §5.2.3.1: seq_num + SSLCompressed.type + SSLCompressed.length. The March 1996 draft has no type;
// nobody deployed that (drift D1). There is no version.
MacHeader mac_header(std::uint64_t sequence_number, ContentType type, std::size_t length) {
  MacHeader header;
  for (std::size_t i = 0; i < 8; ++i) {
    header.bytes[i] = static_cast<std::uint8_t>(sequence_number >> (56U - 8U * i));
  }
  header.bytes[8] = static_cast<std::uint8_t>(type);
  header.bytes[9] = static_cast<std::uint8_t>(length >> 8U);
  header.bytes[10] = static_cast<std::uint8_t>(length);
  header.size = 11;
  return header;
}

std::optional<AlertDescription> alert_for(const CauseInfo& cause) {
  return cause.ssl30_alert;
}

// hash(master_secret + pad_2 + hash(handshake_messages + sender + master_secret + pad_1)), where
// the sender is empty for certificate verify.
template <class Hash>
typename Hash::Digest keyed_hash(Hash messages,
                                 ByteView sender,
                                 const MasterSecret& master,
                                 MacAlgorithm mac) {
  const auto inner = messages.update(sender).update(master.expose()).update(pad_1(mac)).finish();
  return Hash().update(master.expose()).update(pad_2(mac)).update(inner).finish();
}

// §5.6.8
crypto::SignatureHashes certificate_verify(const HandshakeHashes& messages,
                                           const MasterSecret& master) {
  return {.md5 = keyed_hash(messages.md5, {}, master, MacAlgorithm::md5),
          .sha = keyed_hash(messages.sha, {}, master, MacAlgorithm::sha)};
}

// §5.6.9: enum { client(0x434C4E54), server(0x53525652) } Sender
constexpr std::array<std::uint8_t, 4> kSenderClient = {0x43, 0x4c, 0x4e, 0x54};
constexpr std::array<std::uint8_t, 4> kSenderServer = {0x53, 0x52, 0x56, 0x52};

// §5.6.9: struct { opaque md5_hash[16]; opaque sha_hash[20]; } Finished
VerifyData finished(const HandshakeHashes& messages, const MasterSecret& master, Side sender) {
  const ByteView name = sender == Side::client ? kSenderClient : kSenderServer;
  const auto md5 = keyed_hash(messages.md5, name, master, MacAlgorithm::md5);
  const auto sha = keyed_hash(messages.sha, name, master, MacAlgorithm::sha);
  VerifyData data;
  const auto behind_md5 = std::ranges::copy(md5, data.bytes.begin()).out;
  std::ranges::copy(sha, behind_md5);
  data.size = md5.size() + sha.size();
  return data;
}

// §6.1. The premaster is taken by value: "The pre_master_secret should be deleted from memory once
// the master_secret has been computed."
MasterSecret master_secret(PremasterSecret premaster, const Randoms& randoms) {
  Secret<kMasterSecretSize> master;
  ssl30_prf(premaster.expose(), randoms.client, randoms.server, master.expose());
  return MasterSecret(std::move(master));
}

// §6.2.2, with the server's random first.
void key_block(const MasterSecret& master, const Randoms& randoms, ByteSpan out) {
  ssl30_prf(master.expose(), randoms.server, randoms.client, out);
}

// The random of the side that writes stands first in everything of §6.2.2.1; TLS 1.0 has another
// order (drift D40).
struct OrderedRandoms {
  const Random& first;
  const Random& second;
};

OrderedRandoms writers_first(Side writer, const Randoms& randoms) {
  return writer == Side::client ? OrderedRandoms{randoms.client, randoms.server}
                                : OrderedRandoms{randoms.server, randoms.client};
}

// "The MD5 outputs are trimmed to the appropriate size by discarding the least-significant bytes."
// So a DES40 key is the first 8 bytes; DES itself passes over their parity bits (drift D38).
void trim(const crypto::Md5::Digest& digest, ByteSpan out) {
  HEIRLOOM_EXPECT(out.size() <= digest.size());
  std::copy_n(digest.begin(), out.size(), out.begin());
}

// §6.2.2.1: final_client_write_key = MD5(client_write_key + ClientHello.random +
// ServerHello.random); final_server_write_key = MD5(server_write_key + ServerHello.random +
// ClientHello.random)
void final_write_key(Side writer, ByteView key_material, const Randoms& randoms, ByteSpan out) {
  const auto [first, second] = writers_first(writer, randoms);
  auto digest = crypto::Md5().update(key_material).update(first).update(second).finish();
  trim(digest, out);
  secure_wipe(digest.data(), digest.size());
}

// §6.2.2.1: client_write_IV = MD5(ClientHello.random + ServerHello.random); server_write_IV =
// MD5(ServerHello.random + ClientHello.random)
void iv_block(const Randoms& randoms, ByteSpan out) {
  const std::size_t size = out.size() / 2;
  for (const Side writer : {Side::client, Side::server}) {
    const auto [first, second] = writers_first(writer, randoms);
    trim(crypto::Md5().update(first).update(second).finish(),
         writer == Side::client ? out.first(size) : out.last(size));
  }
}

}  // namespace

constinit const VersionProfile kSsl30Profile = {
    .version = ProtocolVersion::ssl30,
    .mac_prefixes = mac_prefixes,
    .mac_header = mac_header,
    .padding = PaddingRule::shorter_than_block,
    .unknown_record_type = UnknownRecordType::is_error,
    .alert_for = alert_for,
    .renegotiation_refusal = RenegotiationRefusal::fatal_handshake_failure,
    .hello_extensions = HelloExtensionSet::renegotiation_only,
    .no_certificate = NoCertificateAnswer::warning_alert,
    .premaster_framing = PremasterFraming::bare,
    .dsa_form = crypto::DsaForm::der_or_raw,
    .temporary_rsa = TemporaryRsa::for_signing_certificates,
    .certificate_verify = certificate_verify,
    .finished = finished,
    .master_secret = master_secret,
    .key_block = key_block,
    .extended_master_secret = nullptr,
    .keying_material = nullptr,
    .final_write_key = final_write_key,
    .iv_block = iv_block,
};

}  // namespace heirloom

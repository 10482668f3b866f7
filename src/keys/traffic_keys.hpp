// TrafficKeys: one direction's part of the pending state (RFC 6101 §5.1, RFC 2246 §6.1). A
// move-only value: "make it current" is a move, so it can be neither used twice nor early.
#pragma once

#include "heirloom/cipher_suite.hpp"
#include "heirloom/compression_method.hpp"

#include "base/bytes.hpp"
#include "base/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace heirloom {

struct VersionProfile;
struct Randoms;

/// MacOrder is what a block cipher's MAC covers. Stream ciphers know the first order only.
enum class MacOrder : std::uint8_t {
  mac_then_encrypt,  ///< the plaintext: RFC 6101 §5.2.3.2, RFC 2246 §6.2.3.2
  encrypt_then_mac,  ///< the ciphertext: RFC 7366 §3
};

struct TrafficKeys {
  const VersionProfile* profile = nullptr;
  const CipherSuite* suite = nullptr;
  SecretBytes mac_secret;
  SecretBytes key;  ///< of BulkCipherInfo::expanded_key bytes
  SecretBytes iv;   ///< empty for stream ciphers
  /// first_record_prefix is empty, or random bytes that are encrypted before the first record and
  /// belong to nothing: its receiver drops as many (RFC 6101 D.5.1).
  Bytes first_record_prefix;
  MacOrder mac_order = MacOrder::mac_then_encrypt;
  CompressionMethod compression_method = CompressionMethod::null;
};

/// TrafficKeyPair holds both directions.
struct TrafficKeyPair {
  TrafficKeys client_write;
  TrafficKeys server_write;
};

/// CarriedKeys are keys and IVs of a bulk cipher that a key exchange has carried, for those ciphers
/// that have them so (BulkCipherInfo::has_carried_keys).
struct CarriedKeys {
  SecretBytes client_write_key;
  SecretBytes server_write_key;
  SecretBytes client_write_iv;
  SecretBytes server_write_iv;
  Bytes server_prefix;  ///< first_record_prefix of what the server writes
};

/// key_block_size is what a suite takes from the key_block. Exportable suites take key material
/// that is shorter than their keys, and no IVs (RFC 6101 §6.2.2, RFC 2246 §6.3); a cipher whose
/// keys are carried takes none of either (RFC 6101 §6.2.2).
[[nodiscard]] std::size_t key_block_size(const CipherSuite& suite) noexcept;

/// derive_traffic_keys computes the key_block and cuts it up in the order client MAC, server MAC,
/// client key, server key, client IV, server IV (RFC 6101 §6.2.2, RFC 2246 §6.3). Keys and IVs of
/// exportable suites are then derived once more (RFC 6101 §6.2.2.1, RFC 2246 §6.3.1). `carried`
/// takes their place where the cipher has carried keys, and must be there then; any other suite
/// drops it, as FORTEZZA with RC4 does (RFC 6101 D.5.2).
[[nodiscard]] TrafficKeyPair derive_traffic_keys(const VersionProfile& profile,
                                                 const CipherSuite& suite,
                                                 const MasterSecret& master,
                                                 const Randoms& randoms,
                                                 std::optional<CarriedKeys> carried = std::nullopt);

}  // namespace heirloom

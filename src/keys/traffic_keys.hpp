// TrafficKeys: one direction's part of the pending state (RFC 6101 §5.1, RFC 2246 §6.1). A
// move-only value: "make it current" is a move, so it can be neither used twice nor early.
#pragma once

#include "heirloom/cipher_suite.hpp"
#include "heirloom/compression_method.hpp"

#include "base/secret.hpp"

#include <cstddef>
#include <cstdint>

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
  MacOrder mac_order = MacOrder::mac_then_encrypt;
  CompressionMethod compression_method = CompressionMethod::null;
};

/// TrafficKeyPair holds both directions.
struct TrafficKeyPair {
  TrafficKeys client_write;
  TrafficKeys server_write;
};

/// key_block_size is what a suite takes from the key_block. Exportable suites take key material
/// that is shorter than their keys, and no IVs (RFC 6101 §6.2.2, RFC 2246 §6.3).
[[nodiscard]] std::size_t key_block_size(const CipherSuite& suite) noexcept;

/// derive_traffic_keys computes the key_block and cuts it up in the order client MAC, server MAC,
/// client key, server key, client IV, server IV (RFC 6101 §6.2.2, RFC 2246 §6.3). Keys and IVs of
/// exportable suites are then derived once more (RFC 6101 §6.2.2.1, RFC 2246 §6.3.1).
[[nodiscard]] TrafficKeyPair derive_traffic_keys(const VersionProfile& profile,
                                                 const CipherSuite& suite,
                                                 const MasterSecret& master,
                                                 const Randoms& randoms);

}  // namespace heirloom

// Cutting the key_block (RFC 6101 §6.2.2, RFC 2246 §6.3).
#include "keys/traffic_keys.hpp"

#include "protocol/randoms.hpp"
#include "version/profile.hpp"

namespace heirloom {

TrafficKeyPair derive_traffic_keys(const VersionProfile& profile,
                                   const CipherSuite& suite,
                                   const MasterSecret& master,
                                   const Randoms& randoms) {
  const BulkCipherInfo& bulk = info(suite.bulk);
  const std::size_t mac_size = info(suite.mac).hash_size;
  SecretBytes key_block(2 * (mac_size + bulk.key_material + bulk.iv_size));
  profile.key_block(master, randoms, key_block.expose());

  ByteView rest = key_block.expose();
  const auto cut = [&rest](std::size_t size) {
    SecretBytes part(rest.first(size));
    rest = rest.subspan(size);
    return part;
  };
  // Statements, not an initialiser list: the order is the protocol's.
  TrafficKeyPair keys;
  keys.client_write.mac_secret = cut(mac_size);
  keys.server_write.mac_secret = cut(mac_size);
  keys.client_write.key = cut(bulk.key_material);
  keys.server_write.key = cut(bulk.key_material);
  keys.client_write.iv = cut(bulk.iv_size);
  keys.server_write.iv = cut(bulk.iv_size);
  for (TrafficKeys* const side : {&keys.client_write, &keys.server_write}) {
    side->profile = &profile;
    side->suite = &suite;
  }
  return keys;
}

}  // namespace heirloom

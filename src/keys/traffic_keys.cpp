// Cutting the key_block (RFC 6101 §6.2.2, RFC 2246 §6.3), and the keys and IVs of exportable suites
// (RFC 6101 §6.2.2.1, RFC 2246 §6.3.1).
#include "keys/traffic_keys.hpp"

#include "protocol/randoms.hpp"
#include "version/profile.hpp"

#include <utility>

namespace heirloom {
namespace {

// RFC 2246 §6.3: "The client_write_IV and server_write_IV are only generated for non-export block
// ciphers." So the key_block of an exportable suite ends after the keys (drift D39).
std::size_t iv_size_in_key_block(const CipherSuite& suite) noexcept {
  const BulkCipherInfo& bulk = info(suite.bulk);
  return suite.is_exportable() || bulk.has_carried_keys() ? 0 : bulk.iv_size;
}

void derive_final_keys(const VersionProfile& profile,
                       const BulkCipherInfo& bulk,
                       const Randoms& randoms,
                       TrafficKeyPair& keys) {
  const auto final_key = [&](Side writer, const SecretBytes& key_material) {
    SecretBytes key(bulk.expanded_key);
    profile.final_write_key(writer, key_material.expose(), randoms, key.expose());
    return key;
  };
  keys.client_write.key = final_key(Side::client, keys.client_write.key);
  keys.server_write.key = final_key(Side::server, keys.server_write.key);

  SecretBytes iv_block(2 * bulk.iv_size);
  profile.iv_block(randoms, iv_block.expose());
  keys.client_write.iv = SecretBytes(ByteView(iv_block.expose().first(bulk.iv_size)));
  keys.server_write.iv = SecretBytes(ByteView(iv_block.expose().last(bulk.iv_size)));
}

void take_carried_keys(CarriedKeys carried, TrafficKeyPair& keys) {
  keys.client_write.key = std::move(carried.client_write_key);
  keys.server_write.key = std::move(carried.server_write_key);
  keys.client_write.iv = std::move(carried.client_write_iv);
  keys.server_write.iv = std::move(carried.server_write_iv);
  keys.server_write.first_record_prefix = std::move(carried.server_prefix);
}

}  // namespace

std::size_t key_block_size(const CipherSuite& suite) noexcept {
  return 2 *
         (info(suite.mac).hash_size + info(suite.bulk).key_material + iv_size_in_key_block(suite));
}

TrafficKeyPair derive_traffic_keys(const VersionProfile& profile,
                                   const CipherSuite& suite,
                                   const MasterSecret& master,
                                   const Randoms& randoms,
                                   std::optional<CarriedKeys> carried) {
  const BulkCipherInfo& bulk = info(suite.bulk);
  const std::size_t mac_size = info(suite.mac).hash_size;
  const std::size_t iv_size = iv_size_in_key_block(suite);
  SecretBytes key_block(key_block_size(suite));
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
  keys.client_write.iv = cut(iv_size);
  keys.server_write.iv = cut(iv_size);
  if (suite.is_exportable()) {
    derive_final_keys(profile, bulk, randoms, keys);
  }
  if (bulk.has_carried_keys()) {
    HEIRLOOM_EXPECT(carried.has_value());
    take_carried_keys(std::move(*carried), keys);
  }
  for (TrafficKeys* const side : {&keys.client_write, &keys.server_write}) {
    side->profile = &profile;
    side->suite = &suite;
  }
  return keys;
}

}  // namespace heirloom

// The vectors of tests/vectors/records, made by another implementation.
#pragma once

#include "base/bytes.hpp"
#include "keys/traffic_keys.hpp"
#include "protocol/constants.hpp"
#include "support/suite_shapes.hpp"
#include "support/vector_file.hpp"
#include "version/profile.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace heirloom::testing {

struct RecordVector {
  ContentType type{};
  Bytes plaintext;
  bool has_minimal_padding = true;  ///< as a sender makes it
  Bytes record;                     ///< with its header
};

/// ConnectionVector is a run of records under one key. The keys it gives are those of its own suite
/// and must not outlive it.
struct ConnectionVector {
  std::string name;
  ProtocolVersion version{};
  CipherSuite suite{};
  Bytes mac_secret;
  Bytes key;
  Bytes iv;
  MacOrder mac_order = MacOrder::mac_then_encrypt;
  CompressionMethod compression_method = CompressionMethod::null;
  std::vector<RecordVector> records;

  [[nodiscard]] TrafficKeys keys() const {
    TrafficKeys keys;
    keys.profile = &profile_for(version);
    keys.suite = &suite;
    keys.mac_secret = SecretBytes(ByteView(mac_secret));
    keys.key = SecretBytes(ByteView(key));
    keys.iv = SecretBytes(ByteView(iv));
    keys.mac_order = mac_order;
    keys.compression_method = compression_method;
    return keys;
  }
};

/// records_of collects the records of a block; the four keys of each stand in order.
inline std::vector<RecordVector> records_of(const VectorBlock& block) {
  std::vector<RecordVector> records;
  for (const auto& [key, value] : block.fields) {
    if (key == "type") {
      records.emplace_back().type = static_cast<ContentType>(std::stoul(value));
    } else if (key == "plaintext") {
      records.back().plaintext = from_hex(value);
    } else if (key == "padding") {
      records.back().has_minimal_padding = value == "minimal";
    } else if (key == "record") {
      records.back().record = from_hex(value);
    }
  }
  return records;
}

/// read_record_vectors returns every connection of a file; it throws if the file is broken.
inline std::vector<ConnectionVector> read_record_vectors(
    const std::string& file = "records/records.txt") {
  std::vector<ConnectionVector> connections;
  for (const VectorBlock& block : read_vectors(file)) {
    ConnectionVector& connection = connections.emplace_back();
    connection.name = block.text("name");
    connection.version = static_cast<ProtocolVersion>(block.number("version"));
    connection.suite = suite_of_shape(block.text("cipher"), block.text("hash"));
    connection.mac_secret = block.bytes("mac_secret");
    connection.key = block.bytes("key");
    connection.iv = block.bytes("iv");
    if (block.has("mac_order")) {
      connection.mac_order = MacOrder::encrypt_then_mac;
    }
    if (block.has("compression")) {
      connection.compression_method = CompressionMethod::deflate;
    }
    connection.records = records_of(block);
  }
  return connections;
}

}  // namespace heirloom::testing

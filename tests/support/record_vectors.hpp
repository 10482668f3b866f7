// The vectors of tests/vectors/records/records.txt, made by another implementation.
#pragma once

#include "base/bytes.hpp"
#include "keys/traffic_keys.hpp"
#include "protocol/constants.hpp"
#include "version/profile.hpp"

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::testing {

struct RecordVector {
  ContentType type{};
  Bytes plaintext;
  bool has_minimal_padding = true;  ///< as a sender makes it
  Bytes record;                     ///< with its header
};

/// ConnectionVector is a run of records under one key.
struct ConnectionVector {
  std::string name;
  ProtocolVersion version{};
  const CipherSuite* suite = nullptr;
  Bytes mac_secret;
  Bytes key;
  Bytes iv;
  std::vector<RecordVector> records;

  [[nodiscard]] TrafficKeys keys() const {
    TrafficKeys keys;
    keys.profile = &profile_for(version);
    keys.suite = suite;
    keys.mac_secret = SecretBytes(ByteView(mac_secret));
    keys.key = SecretBytes(ByteView(key));
    keys.iv = SecretBytes(ByteView(iv));
    return keys;
  }
};

inline Bytes from_hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(
        static_cast<std::uint8_t>(std::stoul(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

/// set_field applies one `key = value` line. A line of an unknown key is a broken file: false.
inline bool set_field(std::vector<ConnectionVector>& connections,
                      std::string_view key,
                      const std::string& value) {
  if (key == "name") {
    connections.emplace_back().name = value;
    return true;
  }
  ConnectionVector& connection = connections.back();
  if (key == "version") {
    connection.version = static_cast<ProtocolVersion>(std::stoul(value, nullptr, 16));
  } else if (key == "suite") {
    connection.suite =
        find_cipher_suite(static_cast<std::uint16_t>(std::stoul(value, nullptr, 16)));
  } else if (key == "mac_secret") {
    connection.mac_secret = from_hex(value);
  } else if (key == "key") {
    connection.key = from_hex(value);
  } else if (key == "iv") {
    connection.iv = from_hex(value);
  } else if (key == "type") {
    connection.records.emplace_back().type = static_cast<ContentType>(std::stoul(value));
  } else if (key == "plaintext") {
    connection.records.back().plaintext = from_hex(value);
  } else if (key == "padding") {
    connection.records.back().has_minimal_padding = value == "minimal";
  } else if (key == "record") {
    connection.records.back().record = from_hex(value);
  } else {
    return false;
  }
  return true;
}

/// read_record_vectors returns every connection of the file; empty if the file is broken.
inline std::vector<ConnectionVector> read_record_vectors() {
  std::ifstream file(HEIRLOOM_SOURCE_DIR "/tests/vectors/records/records.txt");
  std::vector<ConnectionVector> connections;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const auto middle = line.find(" = ");
    if (middle == std::string::npos ||
        !set_field(connections, line.substr(0, middle), line.substr(middle + 3))) {
      return {};
    }
  }
  return connections;
}

}  // namespace heirloom::testing

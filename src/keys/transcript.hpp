// Transcript: the running hashes of all handshake messages (RFC 6101 §5.6.9, RFC 2246 §7.4.9).
//
// Both versions use MD5 and SHA-1, so hashing starts with the first byte and nothing is kept for
// later. HelloRequest is never appended (RFC 2246 §7.4.1.1); a message is appended with its 4-byte
// header and without record headers.
#pragma once

#include "base/bytes.hpp"
#include "crypto/handshake_hashes.hpp"

namespace heirloom {

class Transcript {
 public:
  void append(ByteView message) {
    hashes_.md5.update(message);
    hashes_.sha.update(message);
  }

  /// snapshot is the state "up to but not including" whatever is appended next.
  [[nodiscard]] HandshakeHashes snapshot() const { return hashes_; }

 private:
  HandshakeHashes hashes_;
};

}  // namespace heirloom

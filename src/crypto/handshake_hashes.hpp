// HandshakeHashes: MD5 and SHA-1 of the handshake messages, in mid-stream. SSL 3.0 goes on hashing
// (sender, master secret, pads: RFC 6101 §5.6.9), TLS 1.0 finishes them (RFC 2246 §7.4.9).
#pragma once

#include "crypto/hash.hpp"

namespace heirloom {

struct HandshakeHashes {
  crypto::Md5 md5;
  crypto::Sha1 sha;
};

}  // namespace heirloom

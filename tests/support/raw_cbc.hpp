// RawCbcWriter: makes CBC records that a correct sender would not, with any padding and any damage.
// The MAC is the library's: tests/unit/record/record_vectors_test.cpp holds it to another
// implementation.
#pragma once

#include "crypto/cipher.hpp"
#include "record/record_mac.hpp"
#include "support/record_support.hpp"

namespace heirloom::testing {

class RawCbcWriter {
 public:
  explicit RawCbcWriter(const TrafficKeys& keys)
      : keys_(keys),
        cipher_(crypto::make_cbc_cipher(keys.suite->bulk,
                                        keys.key.expose(),
                                        keys.iv.expose(),
                                        crypto::CipherDirection::encrypt)) {}

  /// authenticated is plaintext and MAC, for the first record under the keys if nothing else is
  /// said.
  [[nodiscard]] Bytes authenticated(ContentType type,
                                    ByteView plaintext,
                                    std::uint64_t sequence_number = 0) const {
    Bytes out = to_bytes(plaintext);
    switch (keys_.suite->mac) {
      case MacAlgorithm::md5:
        append(out, RecordMac<crypto::Md5>(keys_).compute(sequence_number, type, plaintext));
        break;
      case MacAlgorithm::sha:
        append(out, RecordMac<crypto::Sha1>(keys_).compute(sequence_number, type, plaintext));
        break;
    }
    return out;
  }

  [[nodiscard]] Bytes encrypt(Bytes fragment) {
    cipher_->apply(fragment);
    return fragment;
  }

 private:
  const TrafficKeys& keys_;
  std::unique_ptr<crypto::CbcCipher> cipher_;
};

/// open_fresh opens a fragment as the first record under these keys.
inline Opened open_fresh(ProtocolVersion version,
                         const CipherSuite& suite,
                         ContentType type,
                         Bytes fragment) {
  ReadProtection read{make_keys(version, suite)};
  return open_one(read, type, std::move(fragment));
}

}  // namespace heirloom::testing

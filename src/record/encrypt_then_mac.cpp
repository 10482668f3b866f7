// Block ciphers in CBC mode with the MAC outside (RFC 7366 §3): padding, then encryption, then the
// MAC of what is on the wire,
//
//     MAC(MAC_write_key, seq_num + TLSCiphertext.type + version + length + ENC(content + padding))
//
// where the length is that of the ciphertext without the MAC, as every implementation has it; the
// RFC does not say. A record is authentic before anything of it is decrypted, so there is no order
// of checks to hide.
#include "base/constant_time.hpp"
#include "crypto/cipher.hpp"
#include "record/cbc_open.hpp"
#include "record/protection_impl.hpp"
#include "record/record_mac.hpp"

#include <algorithm>
#include <cstdlib>

namespace heirloom {

namespace {

std::unique_ptr<crypto::CbcCipher> make_cipher(const TrafficKeys& keys,
                                               crypto::CipherDirection direction) {
  return crypto::make_cbc_cipher(keys.suite->bulk, keys.key.expose(), keys.iv.expose(), direction);
}

template <class Hash>
class EncryptThenMacRead final : public ReadProtection::Impl {
 public:
  explicit EncryptThenMacRead(const TrafficKeys& keys)
      : Impl(keys),
        mac_(keys),
        padding_{keys.profile->padding, info(keys.suite->bulk).block_size},
        cipher_(make_cipher(keys, crypto::CipherDirection::decrypt)) {}

 protected:
  // RFC 7366 §3: "The MAC SHALL be evaluated before any further processing such as decryption is
  // performed, and if the MAC verification fails, then processing SHALL terminate immediately."
  [[nodiscard]] bool admit(std::uint64_t sequence_number, OpenRecord& record) override {
    const ByteSpan fragment = record.fragment;
    if (fragment.size() < padding_.block_size + Hash::kSize ||
        (fragment.size() - Hash::kSize) % padding_.block_size != 0) {
      return false;
    }
    const ByteSpan ciphertext = fragment.first(fragment.size() - Hash::kSize);
    const auto expected = mac_.compute(sequence_number, record.type, ciphertext);
    const auto match = constant_time::equal_bytes(expected, fragment.subspan(ciphertext.size()));
    record.fragment = ciphertext;
    return constant_time::verdict(match);
  }

  void decrypt(std::span<OpenRecord> records) noexcept override {
    for (OpenRecord& record : records) {
      cipher_->apply(record.fragment);
      constant_time::poison(record.fragment.data(), record.fragment.size());
    }
  }

  [[nodiscard]] bool verify(std::uint64_t /*sequence_number*/, OpenRecord& record) override {
    const auto size = cbc_unpad(padding_, record.fragment);
    constant_time::declassify(record.fragment.data(), record.fragment.size());
    if (!size.has_value()) {
      return false;
    }
    record.fragment = record.fragment.first(*size);
    return true;
  }

 private:
  RecordMac<Hash> mac_;
  CbcPadding padding_;
  std::unique_ptr<crypto::CbcCipher> cipher_;
};

template <class Hash>
class EncryptThenMacWrite final : public WriteProtection::Impl {
 public:
  explicit EncryptThenMacWrite(const TrafficKeys& keys)
      : Impl(keys),
        mac_(keys),
        block_size_(info(keys.suite->bulk).block_size),
        cipher_(make_cipher(keys, crypto::CipherDirection::encrypt)) {}

  [[nodiscard]] bool is_block_cipher() const noexcept override { return true; }

 protected:
  [[nodiscard]] ByteSpan complete(std::uint64_t /*sequence_number*/,
                                  const SealRecord& record) override {
    const std::size_t padded = padded_size(record.size, block_size_);
    const ByteSpan fragment = record.room.subspan(record.offset, padded + Hash::kSize);
    write_padding(fragment.first(padded).subspan(record.size));
    return fragment;
  }

  void encrypt(std::uint64_t sequence_number, SealRecord& record) override {
    const ByteSpan fragment = record.sealed.subspan(kRecordHeaderSize);
    const ByteSpan ciphertext = fragment.first(fragment.size() - Hash::kSize);
    cipher_->apply(ciphertext);
    const auto mac = mac_.compute(sequence_number, record.type, ciphertext);
    std::ranges::copy(mac, fragment.subspan(ciphertext.size()).begin());
    if (record.unencrypted != nullptr) {  // copied before there was a MAC
      std::ranges::copy(mac, ByteSpan(*record.unencrypted).subspan(ciphertext.size()).begin());
    }
  }

 private:
  RecordMac<Hash> mac_;
  std::size_t block_size_;
  std::unique_ptr<crypto::CbcCipher> cipher_;
};

}  // namespace

std::unique_ptr<ReadProtection::Impl> make_encrypt_then_mac_read(const TrafficKeys& keys) {
  switch (keys.suite->mac) {
    case MacAlgorithm::md5:
      return std::make_unique<EncryptThenMacRead<crypto::Md5>>(keys);
    case MacAlgorithm::sha:
      return std::make_unique<EncryptThenMacRead<crypto::Sha1>>(keys);
  }
  std::abort();
}

std::unique_ptr<WriteProtection::Impl> make_encrypt_then_mac_write(const TrafficKeys& keys) {
  switch (keys.suite->mac) {
    case MacAlgorithm::md5:
      return std::make_unique<EncryptThenMacWrite<crypto::Md5>>(keys);
    case MacAlgorithm::sha:
      return std::make_unique<EncryptThenMacWrite<crypto::Sha1>>(keys);
  }
  std::abort();
}

}  // namespace heirloom

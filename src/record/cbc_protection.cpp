// Block ciphers in CBC mode (RFC 6101 §5.2.3.2, RFC 2246 §6.2.3.2): MAC, then padding, then
// encryption; the last ciphertext block of a record is the IV of the next. Opening, where the
// danger is, stands in cbc_open.cpp. The other order stands in encrypt_then_mac.cpp.
#include "base/constant_time.hpp"
#include "crypto/cipher.hpp"
#include "record/cbc_open.hpp"
#include "record/protection_impl.hpp"
#include "record/record_mac.hpp"

#include <algorithm>
#include <utility>

namespace heirloom {

namespace {

std::unique_ptr<crypto::CbcCipher> make_cipher(const TrafficKeys& keys,
                                               crypto::CipherDirection direction) {
  return crypto::make_cbc_cipher(keys.suite->bulk, keys.key.expose(), keys.iv.expose(), direction);
}

template <class Hash>
class CbcRead final : public ReadProtection::Impl {
 public:
  explicit CbcRead(const TrafficKeys& keys)
      : Impl(keys),
        mac_(keys),
        padding_{keys.profile->padding, info(keys.suite->bulk).block_size},
        cipher_(make_cipher(keys, crypto::CipherDirection::decrypt)),
        admitted_prefix_(keys.first_record_prefix.size()),
        decrypted_prefix_(keys.first_record_prefix.size()) {}

 protected:
  [[nodiscard]] bool admit(std::uint64_t /*sequence_number*/, OpenRecord& record) override {
    // RFC 2246 §7.2.2 has decryption_failed for a length that is no multiple of the block size.
    // Security: the peer hears bad_record_mac whatever was wrong, as RFC 4346 §7.2.2 has it, here
    // too, where only the public length is to blame.
    const std::size_t size = record.fragment.size();
    return size % padding_.block_size == 0 &&
           size >= std::exchange(admitted_prefix_, 0) + Hash::kSize + 1;
  }

  void decrypt(std::span<OpenRecord> records) noexcept override {
    for (OpenRecord& record : records) {
      cipher_->apply(record.fragment);
      record.fragment = record.fragment.subspan(std::exchange(decrypted_prefix_, 0));
      // From here to the verdict nothing may depend on these bytes.
      constant_time::poison(record.fragment.data(), record.fragment.size());
    }
  }

  [[nodiscard]] bool verify(std::uint64_t sequence_number, OpenRecord& record) override {
    const auto size = cbc_open(mac_, padding_, sequence_number, record.type, record.fragment);
    if (!size.has_value()) {
      return false;
    }
    constant_time::declassify(record.fragment.data(), record.fragment.size());
    record.fragment = record.fragment.first(*size);
    return true;
  }

 private:
  RecordMac<Hash> mac_;
  CbcPadding padding_;
  std::unique_ptr<crypto::CbcCipher> cipher_;
  // What the first record still has before it. A batch is admitted before any of it is decrypted.
  std::size_t admitted_prefix_;
  std::size_t decrypted_prefix_;
};

template <class Hash>
class CbcWrite final : public WriteProtection::Impl {
 public:
  explicit CbcWrite(const TrafficKeys& keys)
      : Impl(keys),
        mac_(keys),
        block_size_(info(keys.suite->bulk).block_size),
        cipher_(make_cipher(keys, crypto::CipherDirection::encrypt)),
        prefix_(keys.first_record_prefix) {}

  [[nodiscard]] bool is_block_cipher() const noexcept override { return true; }

 protected:
  [[nodiscard]] ByteSpan complete(std::uint64_t sequence_number,
                                  const SealRecord& record) override {
    const std::size_t authenticated = record.size + Hash::kSize;
    const std::size_t padded = padded_size(authenticated, block_size_);
    const ByteSpan fragment = record.room.subspan(record.offset, padded);
    const auto mac = mac_.compute(sequence_number, record.type, fragment.first(record.size));
    std::copy(mac.begin(), mac.end(), fragment.subspan(record.size).begin());
    write_padding(fragment.subspan(authenticated));
    return prefix_.empty() ? fragment : with_prefix(fragment, record);
  }

  void encrypt(std::uint64_t /*sequence_number*/, SealRecord& record) override {
    cipher_->apply(record.sealed.subspan(kRecordHeaderSize));
  }

 private:
  /// with_prefix moves the first fragment back for what MAC and padding know nothing of.
  [[nodiscard]] ByteSpan with_prefix(ByteSpan fragment, const SealRecord& record) {
    const Bytes prefix = std::exchange(prefix_, {});
    const ByteSpan whole = record.room.subspan(record.offset, prefix.size() + fragment.size());
    std::ranges::copy_backward(fragment, whole.end());
    std::ranges::copy(prefix, whole.begin());
    return whole;
  }

  RecordMac<Hash> mac_;
  std::size_t block_size_;
  std::unique_ptr<crypto::CbcCipher> cipher_;
  Bytes prefix_;  ///< of the first record; empty behind it
};

}  // namespace

std::size_t padded_size(std::size_t size, std::size_t block_size) noexcept {
  return (size / block_size + 1) * block_size;
}

void write_padding(ByteSpan padding) noexcept {
  std::ranges::fill(padding, static_cast<std::uint8_t>(padding.size() - 1));
}

std::unique_ptr<ReadProtection::Impl> make_cbc_read(const TrafficKeys& keys) {
  switch (keys.suite->mac) {
    case MacAlgorithm::md5:
      return std::make_unique<CbcRead<crypto::Md5>>(keys);
    case MacAlgorithm::sha:
      return std::make_unique<CbcRead<crypto::Sha1>>(keys);
  }
  std::abort();
}

std::unique_ptr<WriteProtection::Impl> make_cbc_write(const TrafficKeys& keys) {
  switch (keys.suite->mac) {
    case MacAlgorithm::md5:
      return std::make_unique<CbcWrite<crypto::Md5>>(keys);
    case MacAlgorithm::sha:
      return std::make_unique<CbcWrite<crypto::Sha1>>(keys);
  }
  std::abort();
}

}  // namespace heirloom

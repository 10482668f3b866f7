// Stream ciphers, and the NULL cipher, which is one that changes nothing (RFC 6101 §5.2.3.1, RFC
// 2246 §6.2.3.1): the MAC stands behind the plaintext and both are XORed with the key stream, which
// runs on from record to record. All lengths are public.
#include "base/constant_time.hpp"
#include "crypto/cipher.hpp"
#include "record/protection_impl.hpp"
#include "record/record_mac.hpp"

#include <algorithm>

namespace heirloom {

namespace {

template <class Hash>
class StreamRead final : public ReadProtection::Impl {
 public:
  explicit StreamRead(const TrafficKeys& keys)
      : Impl(keys),
        mac_(keys),
        cipher_(crypto::make_stream_cipher(keys.suite->bulk, keys.key.expose())) {}

 protected:
  [[nodiscard]] bool admit(std::uint64_t /*sequence_number*/, OpenRecord& record) override {
    // The documents give a fragment too short for its MAC no alert; it is one whose MAC is wrong.
    return record.fragment.size() >= Hash::kSize;
  }

  void decrypt(std::span<OpenRecord> records) noexcept override {
    for (OpenRecord& record : records) {
      cipher_->apply(record.fragment);
    }
  }

  [[nodiscard]] bool verify(std::uint64_t sequence_number, OpenRecord& record) override {
    const std::size_t size = record.fragment.size() - Hash::kSize;
    const auto expected = mac_.compute(sequence_number, record.type, record.fragment.first(size));
    const auto match = constant_time::equal_bytes(expected, record.fragment.subspan(size));
    if (!constant_time::verdict(match)) {
      return false;
    }
    record.fragment = record.fragment.first(size);
    return true;
  }

 private:
  RecordMac<Hash> mac_;
  std::unique_ptr<crypto::StreamCipher> cipher_;
};

template <class Hash>
class StreamWrite final : public WriteProtection::Impl {
 public:
  explicit StreamWrite(const TrafficKeys& keys)
      : Impl(keys),
        mac_(keys),
        cipher_(crypto::make_stream_cipher(keys.suite->bulk, keys.key.expose())) {}

  [[nodiscard]] bool is_block_cipher() const noexcept override { return false; }

 protected:
  [[nodiscard]] ByteSpan complete(std::uint64_t sequence_number,
                                  const SealRecord& record) override {
    const ByteSpan fragment = record.room.subspan(record.offset, record.size + Hash::kSize);
    const auto mac = mac_.compute(sequence_number, record.type, fragment.first(record.size));
    std::copy(mac.begin(), mac.end(), fragment.subspan(record.size).begin());
    return fragment;
  }

  void encrypt(std::uint64_t /*sequence_number*/, SealRecord& record) override {
    cipher_->apply(record.sealed.subspan(kRecordHeaderSize));
  }

 private:
  RecordMac<Hash> mac_;
  std::unique_ptr<crypto::StreamCipher> cipher_;
};

}  // namespace

std::unique_ptr<ReadProtection::Impl> make_stream_read(const TrafficKeys& keys) {
  switch (keys.suite->mac) {
    case MacAlgorithm::md5:
      return std::make_unique<StreamRead<crypto::Md5>>(keys);
    case MacAlgorithm::sha:
      return std::make_unique<StreamRead<crypto::Sha1>>(keys);
  }
  std::abort();
}

std::unique_ptr<WriteProtection::Impl> make_stream_write(const TrafficKeys& keys) {
  switch (keys.suite->mac) {
    case MacAlgorithm::md5:
      return std::make_unique<StreamWrite<crypto::Md5>>(keys);
    case MacAlgorithm::sha:
      return std::make_unique<StreamWrite<crypto::Sha1>>(keys);
  }
  std::abort();
}

}  // namespace heirloom

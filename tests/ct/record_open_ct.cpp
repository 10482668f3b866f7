// ReadProtection::open as the engine calls it, every cipher and MAC at both versions, good records
// and bad ones, with a secret MAC key; cbc_protection.cpp itself marks what it decrypts.
//
// The ciphertext and the cipher's key are not marked: libcrypto's DES and RC4 look up tables by key
// and data, which is a property of those ciphers that nothing here can change. The proof is about
// what happens after decryption.
#include "ct/ct_program.hpp"
#include "support/record_support.hpp"
#include "support/suite_shapes.hpp"

namespace {

using namespace heirloom;
using heirloom::testing::make_keys;
using heirloom::testing::pattern;

constexpr auto kType = ContentType::application_data;

/// Subject is one kind of protection.
struct Subject {
  ProtocolVersion version;
  const CipherSuite* suite;
  MacOrder mac_order;

  [[nodiscard]] TrafficKeys keys() const {
    TrafficKeys keys = make_keys(version, *suite);
    keys.mac_order = mac_order;
    return keys;
  }
};

ReadProtection secret_reader(const Subject& subject) {
  TrafficKeys keys = subject.keys();
  ct::make_secret(keys.mac_secret.expose());
  return ReadProtection{std::move(keys)};
}

void check(const Subject& subject, std::size_t size) {
  WriteProtection write{subject.keys()};
  std::vector<Bytes> wire;
  for (std::uint32_t i = 0; i < 3; ++i) {
    const Bytes record =
        heirloom::testing::seal_one(write, subject.version, kType, pattern(size, i));
    wire.emplace_back(record.begin() + kRecordHeaderSize, record.end());
  }
  for (const std::size_t damaged : {0U, 1U, 2U, 3U}) {
    std::vector<Bytes> copies = wire;
    if (damaged < copies.size()) {
      // Of the last block: the padding at TLS 1.0, the MAC or the padding length everywhere; the
      // MAC where it stands outside.
      copies[damaged].back() ^= 0x55U;
    }
    std::vector<OpenRecord> records;
    for (Bytes& copy : copies) {
      records.push_back({kType, copy});
    }
    const OpenedBatch batch = secret_reader(subject).open(records);
    ct::expect(batch.count == damaged, "number of good records");
    ct::expect(batch.error.has_value() == (damaged < copies.size()), "error");
    for (std::size_t i = 0; i < batch.count; ++i) {
      ct::expect(to_bytes(records[i].fragment) == pattern(size, static_cast<std::uint32_t>(i)),
                 "plaintext");
    }
  }
}

void check_sizes(const Subject& subject) {
  for (std::size_t size = 0; size <= 80; ++size) {
    check(subject, size);
  }
  check(subject, 1000);
}

}  // namespace

int main() {
  ct::require_valgrind();
  for (const CipherSuite* const suite : heirloom::testing::suites_by_shape()) {
    for (const ProtocolVersion version : heirloom::testing::kBothVersions) {
      if (!suite->versions.contains(version)) {
        continue;
      }
      check_sizes({version, suite, MacOrder::mac_then_encrypt});
      if (info(suite->bulk).type == CipherType::block) {
        check_sizes({version, suite, MacOrder::encrypt_then_mac});
      }
    }
  }
  return 0;
}

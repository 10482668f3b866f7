// cbc_open and cbc_unpad against a slow and straightforward reading of RFC 6101 §5.2.3.2 and RFC
// 2246 §6.2.3.2.
//
// Input: one byte of choices (version, hash, block size, raw or built), then either the decrypted
// record itself or the parts of one: padding length, one damage (place and value), plaintext.
#include "record/cbc_open.hpp"

#include "fuzz_input.hpp"
#include "support/record_support.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace {

using namespace heirloom;

constexpr std::uint64_t kNumber = 7;
constexpr auto kType = ContentType::application_data;

std::size_t longest_padding(const CbcPadding& padding) {
  return padding.rule == PaddingRule::all_bytes_are_length ? 255 : padding.block_size - 1;
}

/// is_good_padding: padding_length is allowed, it fits, and at TLS 1.0 the padding repeats it.
bool is_good_padding(const CbcPadding& padding, ByteView decrypted) {
  const std::size_t length = decrypted.back();
  if (length > longest_padding(padding) || length + 1 > decrypted.size()) {
    return false;
  }
  const ByteView padding_bytes = decrypted.last(length + 1);
  return padding.rule != PaddingRule::all_bytes_are_length ||
         std::ranges::all_of(padding_bytes, [&](std::uint8_t byte) { return byte == length; });
}

/// open_slowly branches as it likes.
template <class Hash>
std::optional<std::size_t> open_slowly(const RecordMac<Hash>& mac,
                                       const CbcPadding& padding,
                                       ByteView decrypted) {
  const std::size_t length = decrypted.back();
  if (!is_good_padding(padding, decrypted) || length + 1 + Hash::kSize > decrypted.size()) {
    return std::nullopt;
  }
  const std::size_t size = decrypted.size() - length - 1 - Hash::kSize;
  const auto expected = mac.compute(kNumber, kType, decrypted.first(size));
  if (!std::ranges::equal(expected, decrypted.subspan(size, Hash::kSize))) {
    return std::nullopt;
  }
  return size;
}

template <class Hash>
Bytes build(const RecordMac<Hash>& mac, fuzz::FuzzInput& input) {
  const std::size_t length = input.byte();
  const std::size_t damaged = input.word();
  const std::uint8_t damage = input.byte();
  Bytes record = to_bytes(input.rest());
  append(record, mac.compute(kNumber, kType, record));
  record.resize(record.size() + length + 1, static_cast<std::uint8_t>(length));
  record[record.size() - 1 - damaged % record.size()] ^= damage;
  return record;
}

template <class Hash>
void run(ProtocolVersion version,
         MacAlgorithm hash,
         std::size_t block_size,
         bool is_built,
         fuzz::FuzzInput input) {
  const auto rows = cipher_suites();
  const auto row = std::ranges::find(rows, hash, &CipherSuite::mac);
  const RecordMac<Hash> mac(heirloom::testing::make_keys(version, *row));
  const CbcPadding padding{profile_for(version).padding, block_size};
  const Bytes decrypted = is_built ? build(mac, input) : to_bytes(input.rest());
  if (!decrypted.empty()) {
    const auto unpadded = is_good_padding(padding, decrypted)
                              ? std::optional(decrypted.size() - 1 - decrypted.back())
                              : std::nullopt;
    fuzz::require(cbc_unpad(padding, decrypted) == unpadded, "cbc_unpad agrees with the reference");
  }
  if (decrypted.size() < Hash::kSize + 1) {
    return;
  }
  const auto expected = open_slowly(mac, padding, decrypted);
  const auto opened = cbc_open(mac, padding, kNumber, kType, decrypted);
  fuzz::require(opened == expected, "cbc_open agrees with the reference");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(ByteView(data, size));
  const unsigned choices = input.byte();
  const auto version = (choices & 1U) != 0 ? ProtocolVersion::tls10 : ProtocolVersion::ssl30;
  const std::size_t block_size = (choices & 2U) != 0 ? 16 : 8;
  const bool is_built = (choices & 4U) != 0;
  if ((choices & 8U) != 0) {
    run<crypto::Md5>(version, MacAlgorithm::md5, block_size, is_built, input);
  } else {
    run<crypto::Sha1>(version, MacAlgorithm::sha, block_size, is_built, input);
  }
  return 0;
}

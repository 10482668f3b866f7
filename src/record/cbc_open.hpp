// cbc_open: MAC and padding of a decrypted CBC record, checked without telling which was wrong
// (RFC 6101 §5.2.3.2, RFC 2246 §6.2.3.2). The reasons stand in cbc_open.cpp. cbc_unpad: the padding
// alone, where the MAC covers the ciphertext and has been verified (RFC 7366 §3).
#pragma once

#include "base/bytes.hpp"
#include "crypto/hash.hpp"
#include "protocol/constants.hpp"
#include "record/record_mac.hpp"
#include "version/profile.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace heirloom {

/// CbcPadding is what is public about the padding of a connection.
struct CbcPadding {
  PaddingRule rule{};
  std::size_t block_size = 0;
};

/// cbc_open returns the size of the plaintext at the beginning of `decrypted`, empty if padding or
/// MAC is wrong. Its time and its memory accesses depend on decrypted.size(), hash and padding rule
/// alone. `decrypted` must have room for a MAC and one byte of padding.
template <class Hash>
[[nodiscard]] std::optional<std::size_t> cbc_open(const RecordMac<Hash>& mac,
                                                  const CbcPadding& padding,
                                                  std::uint64_t sequence_number,
                                                  ContentType type,
                                                  ByteView decrypted);

/// cbc_unpad returns the size of the plaintext at the beginning of `decrypted`, empty if the
/// padding is wrong. Its time depends on decrypted.size() and padding rule alone, although only
/// somebody who has the MAC key can make it see a wrong one. `decrypted` must not be empty.
[[nodiscard]] std::optional<std::size_t> cbc_unpad(const CbcPadding& padding, ByteView decrypted);

extern template std::optional<std::size_t> cbc_open(
    const RecordMac<crypto::Md5>&, const CbcPadding&, std::uint64_t, ContentType, ByteView);
extern template std::optional<std::size_t> cbc_open(
    const RecordMac<crypto::Sha1>&, const CbcPadding&, std::uint64_t, ContentType, ByteView);

}  // namespace heirloom

// Compression of fragments (RFC 6101 §5.2.2, RFC 2246 §6.2.2, RFC 3749).
#include "compression/compression.hpp"

#include "protocol/constants.hpp"
#include "support/record_support.hpp"
#include "support/vector_file.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::from_hex;
using testing::pattern;

constexpr auto kDeflate = CompressionMethod::deflate;

Bytes compressed(Compressor& compressor, ByteView fragment) {
  Bytes out(fragment.size() + kMaxCompressionExpansion);
  out.resize(compressor.compress(fragment, out));
  return out;
}

std::optional<Bytes> decompressed(Decompressor& decompressor, ByteView fragment) {
  Bytes out(kMaxPlaintext + 1);
  const auto size = decompressor.decompress(fragment, out);
  if (!size.has_value()) {
    return std::nullopt;
  }
  out.resize(*size);
  return out;
}

TEST(CompressionMethods, HaveNumbersAndNames) {
  ASSERT_EQ(compression_methods().size(), 2U);
  EXPECT_EQ(find_compression_method(0), CompressionMethod::null);
  EXPECT_EQ(find_compression_method(1), CompressionMethod::deflate);
  for (unsigned number = 2; number < 256; ++number) {
    EXPECT_EQ(find_compression_method(static_cast<std::uint8_t>(number)), std::nullopt) << number;
  }
  EXPECT_EQ(to_string(CompressionMethod::null), "null");
  EXPECT_EQ(to_string(CompressionMethod::deflate), "DEFLATE");
  EXPECT_EQ(parse_compression_method("deflate"), CompressionMethod::deflate);
  EXPECT_EQ(parse_compression_method("DEFLATE"), CompressionMethod::deflate);
  EXPECT_EQ(parse_compression_method("Null"), CompressionMethod::null);
  EXPECT_EQ(parse_compression_method("lzs"), std::nullopt);
  EXPECT_EQ(parse_compression_method(""), std::nullopt);
}

TEST(Rfc2246_6_2_2, NullIsTheIdentity) {
  EXPECT_EQ(make_compressor(CompressionMethod::null), nullptr);
  EXPECT_EQ(make_decompressor(CompressionMethod::null), nullptr);
}

// "Compression must be lossless and may not increase the content length by more than 1024 bytes."
TEST(Rfc2246_6_2_2, LosesNothingAndHardlyExpands) {
  const auto compressor = make_compressor(kDeflate);
  const auto decompressor = make_decompressor(kDeflate);
  std::vector<Bytes> fragments;
  for (std::size_t size = 0; size <= 300; ++size) {
    fragments.push_back(pattern(size, static_cast<std::uint32_t>(size)));
    fragments.emplace_back(size, static_cast<std::uint8_t>('x'));
  }
  for (std::uint32_t seed = 0; seed < 20; ++seed) {  // what no compression shortens
    fragments.push_back(pattern(kMaxPlaintext, seed));
    fragments.push_back(pattern(kMaxPlaintext - 1 - seed, seed));
  }
  for (const Bytes& fragment : fragments) {
    const Bytes record = compressed(*compressor, fragment);
    ASSERT_LE(record.size(), fragment.size() + kMaxCompressionExpansion);
    // RFC 3749 §2.1: every record by itself brings everything that was put into it.
    ASSERT_EQ(decompressed(*decompressor, record), fragment) << fragment.size();
  }
  static_assert(kMaxCompressionExpansion <= 1024);
}

TEST(Rfc3749_3, RemembersWhatItHasSeenAndANewOneDoesNot) {
  const Bytes page = pattern(3000, 5);
  const auto compressor = make_compressor(kDeflate);
  const Bytes first = compressed(*compressor, page);
  const Bytes second = compressed(*compressor, page);
  EXPECT_GT(first.size(), page.size());  // nothing repeats within it
  EXPECT_LT(second.size(), 100U);        // all of it repeats
  EXPECT_EQ(compressed(*make_compressor(kDeflate), page), first);

  const auto decompressor = make_decompressor(kDeflate);
  EXPECT_EQ(decompressed(*decompressor, first), page);
  EXPECT_EQ(decompressed(*decompressor, second), page);
  EXPECT_EQ(decompressed(*make_decompressor(kDeflate), second), std::nullopt);
}

// Records put together by hand from RFC 1950 and RFC 1951.
TEST(Rfc3749_2_1, ReadsStoredAndFixedBlocksAcrossRecords) {
  const auto decompressor = make_decompressor(kDeflate);
  // 78 01: zlib, 32 KiB. A stored block of 5 bytes; an empty stored block, which is the flush.
  EXPECT_EQ(decompressed(*decompressor, from_hex("7801000500faff68656c6c6f000000ffff")),
            from_hex("68656c6c6f"));
  // A block of fixed codes: 5 bytes from 5 bytes back, which is in the record before; '!'; end.
  EXPECT_EQ(decompressed(*decompressor, from_hex("02138a00000000ffff")), from_hex("68656c6c6f21"));
  EXPECT_EQ(decompressed(*decompressor, {}), Bytes());
}

// "If the decompression function encounters a TLSCompressed.fragment that would decompress to a
// length in excess of 2^14 bytes, it should report a fatal decompression failure error."
TEST(Rfc2246_6_2_2, DecompressesToAFragmentAndNotToMore) {
  for (const std::size_t size : {kMaxPlaintext - 1, kMaxPlaintext}) {
    for (const Bytes& fragment : {Bytes(size, 'x'), pattern(size, 3)}) {
      EXPECT_EQ(decompressed(*make_decompressor(kDeflate),
                             compressed(*make_compressor(kDeflate), fragment)),
                fragment);
    }
  }
  for (const std::size_t size : {kMaxPlaintext + 1, kMaxPlaintext + 2, std::size_t{10'000'000}}) {
    const Bytes bomb = compressed(*make_compressor(kDeflate), Bytes(size, 0));
    EXPECT_LT(bomb.size(), 64 + size / 900);
    EXPECT_EQ(decompressed(*make_decompressor(kDeflate), bomb), std::nullopt) << size;
  }
}

TEST(Rfc2246_6_2_2, WhatCannotBeDecompressedIsAFailure) {
  struct Case {
    const char* what;
    const char* record;
  };

  for (const Case& wrong : {
           Case{"no zlib at all", "000500faff68656c6c6f000000ffff"},
           Case{"a wrong check of the header", "7802000500faff68656c6c6f000000ffff"},
           Case{"another method than 8", "7901000500faff68656c6c6f000000ffff"},
           Case{"a dictionary that nobody has", "78bb00000001000500faff68656c6c6f000000ffff"},
           Case{"a length and its complement that differ", "7801000500fbff68656c6c6f000000ffff"},
           Case{"a block of the reserved type", "780106"},
           Case{"a distance beyond the beginning", "780102138a00000000ffff"},
           Case{"bytes behind the end of the stream", "7801010500faff68656c6c6f062c021500"},
           Case{"a wrong check value at the end", "7801010500faff68656c6c6f062c0216"},
       }) {
    EXPECT_EQ(decompressed(*make_decompressor(kDeflate), from_hex(wrong.record)), std::nullopt)
        << wrong.what;
  }
  // A stream may end, though nobody ends one; then there is nothing more to say.
  const auto ended = make_decompressor(kDeflate);
  EXPECT_EQ(decompressed(*ended, from_hex("7801010500faff68656c6c6f062c0215")),
            from_hex("68656c6c6f"));
  EXPECT_EQ(decompressed(*ended, {}), Bytes());
  EXPECT_EQ(decompressed(*ended, from_hex("00")), std::nullopt);
}

// A record that ends early gives what is there, as the documents do not forbid; damage never gives
// more than a fragment.
TEST(Rfc2246_6_2_2, DamageNeverOverflows) {
  Bytes text;
  for (int i = 0; i < 200; ++i) {
    append(text, to_bytes(pattern(20, static_cast<std::uint32_t>(i % 7))));
  }
  const Bytes record = compressed(*make_compressor(kDeflate), text);
  for (std::size_t size = 0; size < record.size(); ++size) {
    const auto part = decompressed(*make_decompressor(kDeflate), ByteView(record).first(size));
    ASSERT_TRUE(part.has_value()) << size;
    ASSERT_LE(part->size(), text.size());
    ASSERT_TRUE(std::equal(part->begin(), part->end(), text.begin())) << size;
  }
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
    Bytes damaged = record;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto result = decompressed(*make_decompressor(kDeflate), damaged);
    ASSERT_TRUE(!result.has_value() || result->size() <= kMaxPlaintext) << bit;
  }
}

}  // namespace
}  // namespace heirloom

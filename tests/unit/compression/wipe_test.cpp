// Looks at every block of memory that a compressor gives back, with the program's own operator
// delete: the history is plaintext, and must not be in it.
#include "compression/compression.hpp"
#include "protocol/constants.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string_view>

#include <gtest/gtest.h>
#include <malloc.h>

namespace {

constexpr std::string_view kSecret = "Cookie: a session that is worth something";

bool is_watching = false;
std::size_t blocks_seen = 0;
std::size_t largest_seen = 0;
bool had_secret = false;

void look_at(void* memory) {
  if (memory == nullptr || !is_watching) {
    return;
  }
  const auto* const text = static_cast<const char*>(memory);
  const std::size_t size = malloc_usable_size(memory);
  ++blocks_seen;
  largest_seen = std::max(largest_seen, size);
  const std::string_view block(text, size);
  had_secret = had_secret || block.find(kSecret) != std::string_view::npos;
}

}  // namespace

// Not inline: where GCC 12 sees free and malloc behind delete and new, it takes them for a
// mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) {
    return memory;
  }
  throw std::bad_alloc();
}

[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
  look_at(memory);
  std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
  look_at(memory);
  std::free(memory);
}

namespace heirloom {
namespace {

TEST(Compression, WipesItsHistory) {
  const ByteView secret(reinterpret_cast<const std::uint8_t*>(kSecret.data()), kSecret.size());
  Bytes record(kSecret.size() + kMaxCompressionExpansion);
  Bytes plaintext(kMaxPlaintext + 1);
  auto compressor = make_compressor(CompressionMethod::deflate);
  auto decompressor = make_decompressor(CompressionMethod::deflate);
  record.resize(compressor->compress(secret, record));
  ASSERT_EQ(decompressor->decompress(record, plaintext), kSecret.size());

  is_watching = true;
  compressor.reset();
  decompressor.reset();
  is_watching = false;
  EXPECT_GT(blocks_seen, 4U);
  EXPECT_GE(largest_seen, 32768U);  // the windows were among them
  EXPECT_FALSE(had_secret);

  // What the test looks for can be found.
  is_watching = true;
  { const auto copy = std::make_unique<Bytes>(secret.begin(), secret.end()); }
  is_watching = false;
  EXPECT_TRUE(had_secret);
}

}  // namespace
}  // namespace heirloom

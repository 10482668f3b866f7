// DEFLATE for records, by zlib (RFC 3749).
//
// RFC 3749 §2.1 names RFC 1951, the bare format. What is deployed (OpenSSL, GnuTLS, NSS, Pike) is
// the zlib format around it, RFC 1950: two bytes before the first record, and a check value that
// never comes because the stream has no end. So do we.
//
// A record can make the receiver write a thousand times its size. It gets no more room than a
// fragment may have, 2^14 bytes, whatever it says; there is no state in which it could ask for
// more.
#include "compression/deflate.hpp"

#include "base/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <new>

#include <zlib.h>

namespace heirloom {

namespace {

// zlib's own defaults: a history of 32 KiB, and about 256 KiB to find repetitions in.
constexpr int kLevel = Z_DEFAULT_COMPRESSION;

// Every block that zlib asks for remembers its size, so that it can be wiped.
constexpr std::size_t kBlockHeader = alignof(std::max_align_t);
static_assert(kBlockHeader >= sizeof(std::size_t));

void* allocate(void* /*opaque*/, unsigned count, unsigned size) noexcept {
  const std::size_t whole = std::size_t{count} * size + kBlockHeader;
  void* const block = ::operator new(whole, std::nothrow);
  if (block == nullptr) {
    return nullptr;
  }
  ::new (block) std::size_t(whole);
  return static_cast<std::byte*>(block) + kBlockHeader;
}

void wipe_and_free(void* /*opaque*/, void* memory) noexcept {
  if (memory == nullptr) {
    return;
  }
  void* const block = static_cast<std::byte*>(memory) - kBlockHeader;
  secure_wipe(memory, *static_cast<std::size_t*>(block) - kBlockHeader);
  ::operator delete(block);
}

/// expect_memory makes zlib's way of saying so ours.
void expect_memory(int status) {
  if (status == Z_MEM_ERROR) {
    throw std::bad_alloc();
  }
}

z_stream make_stream() {
  z_stream stream{};
  stream.zalloc = allocate;
  stream.zfree = wipe_and_free;
  return stream;
}

void point(z_stream& stream, ByteView in, ByteSpan out) {
  // zlib does not write through next_in; it lacks const unless ZLIB_CONST is defined.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  stream.next_in = const_cast<std::uint8_t*>(in.data());
  stream.avail_in = static_cast<unsigned>(in.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<unsigned>(out.size());
}

class DeflateCompressor final : public Compressor {
 public:
  DeflateCompressor() {
    const int status = deflateInit(&stream_, kLevel);
    expect_memory(status);
    HEIRLOOM_EXPECT(status == Z_OK);
  }

  DeflateCompressor(const DeflateCompressor&) = delete;
  DeflateCompressor& operator=(const DeflateCompressor&) = delete;

  ~DeflateCompressor() override { deflateEnd(&stream_); }

  /// RFC 3749 §2.1: "All data that was submitted for compression MUST be included in the compressed
  /// output, with no data retained": Z_SYNC_FLUSH.
  [[nodiscard]] std::size_t compress(ByteView fragment, ByteSpan out) override {
    point(stream_, fragment, out);
    const int status = deflate(&stream_, Z_SYNC_FLUSH);
    // Z_BUF_ERROR is an empty fragment behind another flush: there is nothing to write.
    HEIRLOOM_EXPECT(status == Z_OK || status == Z_BUF_ERROR);
    HEIRLOOM_EXPECT(stream_.avail_in == 0 && stream_.avail_out != 0);
    return out.size() - stream_.avail_out;
  }

 private:
  z_stream stream_ = make_stream();
};

class DeflateDecompressor final : public Decompressor {
 public:
  DeflateDecompressor() {
    const int status = inflateInit(&stream_);
    expect_memory(status);
    HEIRLOOM_EXPECT(status == Z_OK);
  }

  DeflateDecompressor(const DeflateDecompressor&) = delete;
  DeflateDecompressor& operator=(const DeflateDecompressor&) = delete;

  ~DeflateDecompressor() override { inflateEnd(&stream_); }

  [[nodiscard]] std::optional<std::size_t> decompress(ByteView compressed, ByteSpan out) override {
    if (compressed.empty()) {  // nothing for nothing; zlib would have no progress to report
      return 0;
    }
    point(stream_, compressed, out);
    const int status = inflate(&stream_, Z_SYNC_FLUSH);
    expect_memory(status);
    // A stream that ends (Z_STREAM_END) has nothing more to say, but may say what it has said.
    const bool is_well_formed = status == Z_OK || status == Z_STREAM_END;
    if (!is_well_formed || stream_.avail_in != 0 || stream_.avail_out == 0) {
      return std::nullopt;
    }
    return out.size() - stream_.avail_out;
  }

 private:
  z_stream stream_ = make_stream();
};

}  // namespace

std::unique_ptr<Compressor> make_deflate_compressor() {
  return std::make_unique<DeflateCompressor>();
}

std::unique_ptr<Decompressor> make_deflate_decompressor() {
  return std::make_unique<DeflateDecompressor>();
}

}  // namespace heirloom

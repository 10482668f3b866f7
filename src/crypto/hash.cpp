// MD5 (RFC 1321) and SHA-1 (FIPS 180) over libcrypto's low-level contexts, whose fields are public:
// chaining value, bit count and the pending block.
#include "crypto/hash.hpp"

#include "base/secret.hpp"

#include <algorithm>

namespace heirloom::crypto {

namespace {

void store_little_endian(ByteSpan out, std::uint64_t value) noexcept {
  for (auto& byte : out) {
    byte = static_cast<std::uint8_t>(value & 0xffU);
    value >>= 8U;
  }
}

void store_big_endian(ByteSpan out, std::uint64_t value) noexcept {
  for (std::size_t i = out.size(); i-- > 0;) {
    out[i] = static_cast<std::uint8_t>(value & 0xffU);
    value >>= 8U;
  }
}

/// count_of joins the two halves of a context's bit count.
template <class Context>
std::uint64_t count_of(const Context& context) noexcept {
  return ((std::uint64_t{context.Nh} << 32U) | context.Nl) / 8;
}

template <class Context>
ByteView pending_of(const Context& context) noexcept {
  // Both contexts keep the block as an array of words and fill it as bytes.
  return {reinterpret_cast<const std::uint8_t*>(context.data), context.num};
}

}  // namespace

Md5::Md5() {
  HEIRLOOM_EXPECT(MD5_Init(&context_) == 1);
}

Md5::~Md5() {
  secure_wipe(&context_, sizeof context_);
}

Md5& Md5::update(ByteView bytes) {
  HEIRLOOM_EXPECT(MD5_Update(&context_, bytes.data(), bytes.size()) == 1);
  return *this;
}

Md5::Digest Md5::finish() {
  Digest digest;
  HEIRLOOM_EXPECT(MD5_Final(digest.data(), &context_) == 1);
  return digest;
}

std::uint64_t Md5::bytes_absorbed() const noexcept {
  return count_of(context_);
}

ByteView Md5::pending_block() const noexcept {
  return pending_of(context_);
}

void Md5::compress(std::span<const std::uint8_t, kBlockSize> block) {
  MD5_Transform(&context_, block.data());
}

Md5::Digest Md5::chaining_state() const noexcept {
  Digest digest;
  const std::array<MD5_LONG, 4> words{context_.A, context_.B, context_.C, context_.D};
  for (std::size_t i = 0; i < words.size(); ++i) {
    store_little_endian(ByteSpan(digest).subspan(i * 4, 4), words[i]);
  }
  return digest;
}

void Md5::write_length(std::span<std::uint8_t, 8> out, std::uint64_t bits) noexcept {
  store_little_endian(out, bits);
}

Sha1::Sha1() {
  HEIRLOOM_EXPECT(SHA1_Init(&context_) == 1);
}

Sha1::~Sha1() {
  secure_wipe(&context_, sizeof context_);
}

Sha1& Sha1::update(ByteView bytes) {
  HEIRLOOM_EXPECT(SHA1_Update(&context_, bytes.data(), bytes.size()) == 1);
  return *this;
}

Sha1::Digest Sha1::finish() {
  Digest digest;
  HEIRLOOM_EXPECT(SHA1_Final(digest.data(), &context_) == 1);
  return digest;
}

std::uint64_t Sha1::bytes_absorbed() const noexcept {
  return count_of(context_);
}

ByteView Sha1::pending_block() const noexcept {
  return pending_of(context_);
}

void Sha1::compress(std::span<const std::uint8_t, kBlockSize> block) {
  SHA1_Transform(&context_, block.data());
}

Sha1::Digest Sha1::chaining_state() const noexcept {
  Digest digest;
  const std::array<SHA_LONG, 5> words{
      context_.h0, context_.h1, context_.h2, context_.h3, context_.h4};
  for (std::size_t i = 0; i < words.size(); ++i) {
    store_big_endian(ByteSpan(digest).subspan(i * 4, 4), words[i]);
  }
  return digest;
}

void Sha1::write_length(std::span<std::uint8_t, 8> out, std::uint64_t bits) noexcept {
  store_big_endian(out, bits);
}

std::array<std::uint8_t, 32> sha256(ByteView bytes) {
  // Not SHA256(): in libcrypto 3.0 that fetches from the default context and so reads openssl.cnf.
  std::array<std::uint8_t, 32> digest;
  SHA256_CTX context;
  HEIRLOOM_EXPECT(SHA256_Init(&context) == 1 &&
                  SHA256_Update(&context, bytes.data(), bytes.size()) == 1 &&
                  SHA256_Final(digest.data(), &context) == 1);
  return digest;
}

}  // namespace heirloom::crypto

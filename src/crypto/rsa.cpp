// RSA public-key operations: PKCS#1 blocks built here, the power computed by libcrypto (RFC 2246
// §4.7, RFC 2313 §8). Nothing here is secret but the message of encrypt and its padding.
#include "crypto/rsa.hpp"

#include "base/secret.hpp"
#include "crypto/library.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace heirloom::crypto {

namespace {

constexpr int kMinModulusBits = 256;
constexpr int kMaxModulusBits = 16384;
/// Above this size libcrypto, too, takes only small exponents: a huge one costs minutes.
constexpr int kLargeModulusBits = 3072;
constexpr int kMaxExponentBitsOfLargeModulus = 64;
/// 00, the block type, at least eight bytes of padding, 00 (RFC 2313 §8.1).
constexpr std::size_t kBlockOverhead = 11;

bool is_usable(const BIGNUM* modulus, const BIGNUM* exponent) {
  const int bits = BN_num_bits(modulus);
  if (bits < kMinModulusBits || bits > kMaxModulusBits || BN_is_odd(modulus) == 0) {
    return false;
  }
  if (BN_is_odd(exponent) == 0 || BN_is_one(exponent) != 0 || BN_ucmp(exponent, modulus) >= 0) {
    return false;
  }
  return bits <= kLargeModulusBits || BN_num_bits(exponent) <= kMaxExponentBitsOfLargeModulus;
}

/// fill_nonzero writes random bytes other than 0. False if the source fails, or gives so many
/// zeros in a row that it cannot be random.
bool fill_nonzero(ByteSpan out, RandomSource& random) {
  Secret<64> pool;
  std::size_t filled = 0;
  for (std::size_t attempts = 0; filled < out.size(); ++attempts) {
    if (attempts > out.size() || !random.fill(pool.expose())) {
      return false;
    }
    for (const std::uint8_t byte : pool.expose()) {
      if (byte != 0 && filled < out.size()) {
        out[filled++] = byte;
      }
    }
  }
  return true;
}

}  // namespace

struct RsaPublicKey::Impl {
  BigNumber modulus;
  BigNumber exponent;
  MontgomeryContext montgomery;
  std::size_t size;

  /// power computes input^e mod n as `size` bytes. Empty if the input is not below the modulus, or
  /// out of memory.
  [[nodiscard]] std::optional<Bytes> power(ByteView input) const {
    const ErrorQueueGuard guard;
    const BigNumber base = big_number(input);
    const BigNumber result(BN_new());
    const BigNumberContext scratch(BN_CTX_new_ex(library_context()));
    if (base == nullptr || result == nullptr || scratch == nullptr ||
        BN_ucmp(base.get(), modulus.get()) >= 0) {
      return std::nullopt;
    }
    if (BN_mod_exp_mont(result.get(),
                        base.get(),
                        exponent.get(),
                        modulus.get(),
                        scratch.get(),
                        montgomery.get()) != 1) {
      return std::nullopt;
    }
    Bytes out(size);
    if (BN_bn2binpad(result.get(), out.data(), static_cast<int>(size)) != static_cast<int>(size)) {
      return std::nullopt;
    }
    return out;
  }
};

RsaPublicKey::RsaPublicKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

RsaPublicKey::RsaPublicKey(RsaPublicKey&&) noexcept = default;
RsaPublicKey& RsaPublicKey::operator=(RsaPublicKey&&) noexcept = default;
RsaPublicKey::~RsaPublicKey() = default;

std::optional<RsaPublicKey> RsaPublicKey::from_modulus(ByteView modulus, ByteView exponent) {
  const ErrorQueueGuard guard;
  auto impl = std::make_unique<Impl>();
  impl->modulus = big_number(modulus);
  impl->exponent = big_number(exponent);
  if (impl->modulus == nullptr || impl->exponent == nullptr ||
      !is_usable(impl->modulus.get(), impl->exponent.get())) {
    return std::nullopt;
  }
  const BigNumberContext scratch(BN_CTX_new_ex(library_context()));
  impl->montgomery.reset(BN_MONT_CTX_new());
  if (scratch == nullptr || impl->montgomery == nullptr ||
      BN_MONT_CTX_set(impl->montgomery.get(), impl->modulus.get(), scratch.get()) != 1) {
    return std::nullopt;
  }
  impl->size = static_cast<std::size_t>(BN_num_bytes(impl->modulus.get()));
  return RsaPublicKey(std::move(impl));
}

std::size_t RsaPublicKey::size() const noexcept {
  return impl_->size;
}

std::size_t RsaPublicKey::bits() const noexcept {
  return static_cast<std::size_t>(BN_num_bits(impl_->modulus.get()));
}

Result<Bytes> RsaPublicKey::encrypt(ByteView message, RandomSource& random) const {
  if (message.size() + kBlockOverhead > size()) {
    return Error(Cause::key_exchange_malformed,
                 "an RSA key of " + std::to_string(bits()) + " bits cannot encrypt " +
                     std::to_string(message.size()) + " bytes");
  }
  SecretBytes block(size());
  const ByteSpan out = block.expose();
  const std::size_t padding = size() - message.size() - 3;
  out[1] = 2;
  if (!fill_nonzero(out.subspan(2, padding), random)) {
    return Cause::random_failed;
  }
  std::copy(
      message.begin(), message.end(), out.end() - static_cast<std::ptrdiff_t>(message.size()));
  auto ciphertext = impl_->power(out);
  if (!ciphertext.has_value()) {
    return Cause::internal_error;  // the block starts with 00, so it is below the modulus
  }
  return std::move(*ciphertext);
}

bool RsaPublicKey::verify(ByteView digest, ByteView signature) const {
  if (signature.size() != size() || digest.size() + kBlockOverhead > size()) {
    return false;
  }
  const auto block = impl_->power(signature);
  if (!block.has_value()) {
    return false;
  }
  // RFC 2313 §8.1 block type 1. Block type 0, which RFC 2246 §4.7 would also allow, is refused: its
  // padding has no end, and nobody sends it.
  Bytes expected(size(), 0xff);
  expected[0] = 0;
  expected[1] = 1;
  expected[size() - digest.size() - 1] = 0;
  std::copy(
      digest.begin(), digest.end(), expected.end() - static_cast<std::ptrdiff_t>(digest.size()));
  return std::ranges::equal(*block, expected);
}

}  // namespace heirloom::crypto

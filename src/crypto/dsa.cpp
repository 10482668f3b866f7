// DSA verification by libcrypto; between the two encodings we convert ourselves.
#include "crypto/dsa.hpp"

#include "crypto/library.hpp"

#include <string>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/dsa.h>

namespace heirloom::crypto {

namespace {

using SignaturePointer = std::unique_ptr<DSA_SIG, Deleter<DSA_SIG_free>>;

constexpr int kMinPrimeBits = 512;
/// libcrypto's own limit.
constexpr int kMaxPrimeBits = 10000;

struct DsaNumbers {
  BigNumber p;
  BigNumber q;
  BigNumber g;
  BigNumber y;
};

bool is_between_one_and(const BIGNUM* number, const BIGNUM* p) {
  return BN_cmp(number, BN_value_one()) > 0 && BN_cmp(number, p) < 0;
}

bool is_usable(const DsaNumbers& numbers) {
  if (numbers.p == nullptr || numbers.q == nullptr || numbers.g == nullptr ||
      numbers.y == nullptr) {
    return false;
  }
  const int bits = BN_num_bits(numbers.p.get());
  const int order_bits = BN_num_bits(numbers.q.get());
  // FIPS 186-3: these three sizes and no other. libcrypto refuses the rest when it verifies.
  const bool has_order_size = order_bits == 160 || order_bits == 224 || order_bits == 256;
  return bits >= kMinPrimeBits && bits <= kMaxPrimeBits && BN_is_odd(numbers.p.get()) == 1 &&
         has_order_size && is_between_one_and(numbers.g.get(), numbers.p.get()) &&
         is_between_one_and(numbers.y.get(), numbers.p.get());
}

PublicKeyPointer make_key(const DsaNumbers& numbers) {
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_FFC_P, numbers.p.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_FFC_Q, numbers.q.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_FFC_G, numbers.g.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, numbers.y.get()) != 1) {
    return nullptr;
  }
  return public_key_from("DSA", builder.get());
}

}  // namespace

struct DsaPublicKey::Impl {
  PublicKeyPointer key;
  std::size_t bits;
  std::size_t order_size;
};

DsaPublicKey::DsaPublicKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

DsaPublicKey::DsaPublicKey(DsaPublicKey&&) noexcept = default;
DsaPublicKey& DsaPublicKey::operator=(DsaPublicKey&&) noexcept = default;
DsaPublicKey::~DsaPublicKey() = default;

std::optional<DsaPublicKey> DsaPublicKey::from_numbers(ByteView p,
                                                       ByteView q,
                                                       ByteView g,
                                                       ByteView y) {
  const ErrorQueueGuard guard;
  const DsaNumbers numbers{big_number(p), big_number(q), big_number(g), big_number(y)};
  if (!is_usable(numbers)) {
    return std::nullopt;
  }
  auto impl = std::make_unique<Impl>();
  impl->key = make_key(numbers);
  impl->bits = static_cast<std::size_t>(BN_num_bits(numbers.p.get()));
  impl->order_size = static_cast<std::size_t>(BN_num_bytes(numbers.q.get()));
  if (impl->key == nullptr) {
    return std::nullopt;
  }
  return DsaPublicKey(std::move(impl));
}

std::size_t DsaPublicKey::bits() const noexcept {
  return impl_->bits;
}

std::size_t DsaPublicKey::order_size() const noexcept {
  return impl_->order_size;
}

bool DsaPublicKey::verify(ByteView digest, ByteView signature) const {
  const ErrorQueueGuard guard;
  return verify_digest(impl_->key.get(), digest, signature);
}

Result<Bytes> raw_dsa_signature(ByteView der, std::size_t order_size) {
  const ErrorQueueGuard guard;
  const Error error(Cause::private_key_failed,
                    "no DSA signature for an order of " + std::to_string(order_size) + " bytes");
  if (!std::in_range<long>(der.size())) {
    return error;
  }
  const unsigned char* at = der.data();
  const SignaturePointer signature(d2i_DSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (signature == nullptr || at != der.data() + der.size()) {
    return error;
  }
  const BIGNUM* r = nullptr;
  const BIGNUM* s = nullptr;
  DSA_SIG_get0(signature.get(), &r, &s);
  const int size = narrow_cast<int>(order_size);
  Bytes raw(2 * order_size);
  // A negative number would lose its sign here: no key makes one, and the peer checks.
  if (BN_bn2binpad(r, raw.data(), size) != size ||
      BN_bn2binpad(s, raw.data() + order_size, size) != size) {
    return error;
  }
  return raw;
}

std::optional<Bytes> der_dsa_signature(ByteView raw) {
  const ErrorQueueGuard guard;
  if (raw.empty() || raw.size() % 2 != 0) {
    return std::nullopt;
  }
  const SignaturePointer signature(DSA_SIG_new());
  BigNumber r = big_number(raw.first(raw.size() / 2));
  BigNumber s = big_number(raw.last(raw.size() / 2));
  if (signature == nullptr || r == nullptr || s == nullptr ||
      DSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) {
    return std::nullopt;
  }
  (void)r.release();  // the signature owns both now
  (void)s.release();
  unsigned char* bytes = nullptr;
  const int size = i2d_DSA_SIG(signature.get(), &bytes);
  if (size <= 0) {
    return std::nullopt;
  }
  const std::unique_ptr<unsigned char, OpensslFree> owner(bytes);
  return Bytes(bytes, bytes + size);
}

}  // namespace heirloom::crypto

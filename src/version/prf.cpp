// The pseudorandom functions of both versions (RFC 6101 §6.1 and §6.2.2, RFC 2246 §5).
#include "version/prf.hpp"

#include "base/secret.hpp"
#include "crypto/hash.hpp"
#include "crypto/hmac.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace heirloom {
namespace {

constexpr std::size_t kSsl30Rounds = 26;  // 'A' to 'Z'
constexpr std::size_t kLongestSsl30Prf = kSsl30Rounds * crypto::Md5::kSize;

// What P_hash calls the seed is label + seed, and every seed here has two parts.
struct Seed {
  ByteView label;
  ByteView first;
  ByteView second;
};

// RFC 2246 §5: a label is "included in the exact form it is given without a length byte or trailing
// null character".
ByteView bytes_of(std::string_view label) {
  return {reinterpret_cast<const std::uint8_t*>(label.data()), label.size()};
}

// RFC 2246 §5: P_hash(secret, seed) = HMAC_hash(secret, A(1) + seed) + HMAC_hash(secret, A(2) +
// seed) + …, A(0) = seed, A(i) = HMAC_hash(secret, A(i-1)). XORed onto `out`; what is left of the
// last iteration is discarded.
template <class Hash>
void xor_p_hash(ByteView secret, const Seed& seed, ByteSpan out) {
  const crypto::Hmac<Hash> hmac(secret);
  auto a = hmac.mac(seed.label, seed.first, seed.second);
  while (!out.empty()) {
    auto block = hmac.mac(ByteView(a), seed.label, seed.first, seed.second);
    const std::size_t used = std::min(out.size(), block.size());
    std::transform(out.begin(),
                   out.begin() + static_cast<std::ptrdiff_t>(used),
                   block.begin(),
                   out.begin(),
                   [](std::uint8_t x, std::uint8_t y) { return static_cast<std::uint8_t>(x ^ y); });
    out = out.subspan(used);
    secure_wipe(block.data(), block.size());
    a = hmac.mac(ByteView(a));
  }
  secure_wipe(a.data(), a.size());
}

}  // namespace

// RFC 6101 §6.1 and §6.2.2: MD5(secret + SHA('A' + secret + first + second)) +
// MD5(secret + SHA('BB' + secret + first + second)) + MD5(secret + SHA('CCC' + …)) + …
void ssl30_prf(ByteView secret, ByteView first, ByteView second, ByteSpan out) {
  HEIRLOOM_EXPECT(out.size() <= kLongestSsl30Prf);
  std::array<std::uint8_t, kSsl30Rounds> letters{};
  for (std::size_t round = 1; !out.empty(); ++round) {
    std::fill_n(letters.begin(), round, static_cast<std::uint8_t>('A' + round - 1));
    auto sha = crypto::Sha1()
                   .update(ByteView(letters).first(round))
                   .update(secret)
                   .update(first)
                   .update(second)
                   .finish();
    auto block = crypto::Md5().update(secret).update(sha).finish();
    const std::size_t used = std::min(out.size(), block.size());
    std::copy_n(block.begin(), used, out.begin());
    out = out.subspan(used);
    secure_wipe(sha.data(), sha.size());
    secure_wipe(block.data(), block.size());
  }
}

// RFC 2246 §5: PRF(secret, label, seed) = P_MD5(S1, label + seed) XOR P_SHA-1(S2, label + seed). S1
// and S2 are the halves of the secret; they share its middle byte if the length is odd.
void tls10_prf(
    ByteView secret, std::string_view label, ByteView first, ByteView second, ByteSpan out) {
  const std::size_t half = (secret.size() + 1) / 2;
  const Seed seed{.label = bytes_of(label), .first = first, .second = second};
  std::ranges::fill(out, std::uint8_t{0});
  xor_p_hash<crypto::Md5>(secret.first(half), seed, out);
  xor_p_hash<crypto::Sha1>(secret.last(half), seed, out);
}

}  // namespace heirloom

#include "kx/rsa_premaster.hpp"

#include "base/constant_time.hpp"

namespace heirloom::kx {

namespace ct = constant_time;

namespace {

/// version_mask compares two secret bytes with a public version.
ct::Mask version_mask(ByteView secret, ProtocolVersion version) {
  const auto number = static_cast<std::uint16_t>(version);
  return ct::equal(secret[0], number >> 8U) & ct::equal(secret[1], number & 0xffU);
}

}  // namespace

PremasterSecret recover_premaster(ByteView block,
                                  const Secret<kRsaPremasterSize>& fallback,
                                  const PremasterCheck& check) {
  // 00 02, eight bytes of padding, 00, the secret: the size of the key is public.
  constexpr std::size_t kSmallestBlock = 3 + 8 + kRsaPremasterSize;
  SecretBytes result(fallback.expose());
  if (block.size() < kSmallestBlock) {
    return PremasterSecret(std::move(result));
  }
  const std::size_t separator = block.size() - kRsaPremasterSize - 1;
  ct::Mask is_good = ct::is_zero(block[0]) & ct::equal(block[1], 2);
  for (std::size_t i = 2; i < separator; ++i) {
    is_good &= ~ct::is_zero(block[i]);
  }
  is_good &= ct::is_zero(block[separator]);

  const ByteView secret = block.subspan(separator + 1);
  ct::Mask is_right_version = version_mask(secret, check.client_version);
  if (check.rule == PremasterVersion::may_match_negotiated) {
    is_right_version |= version_mask(secret, check.negotiated_version);
  }
  is_good &= is_right_version;

  for (std::size_t i = 0; i < kRsaPremasterSize; ++i) {
    result.expose()[i] = ct::select_byte(is_good, secret[i], result.expose()[i]);
  }
  return PremasterSecret(std::move(result));
}

}  // namespace heirloom::kx

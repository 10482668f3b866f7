#include "check/sslv2.hpp"

#include <algorithm>

namespace heirloom::app {

namespace {

constexpr std::array<Sslv2Suite, 7> kSuites = {{
    {0x010080, "SSL_CK_RC4_128_WITH_MD5"},
    {0x020080, "SSL_CK_RC4_128_EXPORT40_WITH_MD5"},
    {0x030080, "SSL_CK_RC2_128_CBC_WITH_MD5"},
    {0x040080, "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5"},
    {0x050080, "SSL_CK_IDEA_128_CBC_WITH_MD5"},
    {0x060040, "SSL_CK_DES_64_CBC_WITH_MD5"},
    {0x0700c0, "SSL_CK_DES_192_EDE3_CBC_WITH_MD5"},
}};

}  // namespace

std::span<const Sslv2Suite> sslv2_suites() noexcept {
  return kSuites;
}

std::string_view sslv2_suite_name(std::uint32_t kind) noexcept {
  const auto* const found = std::ranges::find(kSuites, kind, &Sslv2Suite::kind);
  return found == kSuites.end() ? std::string_view() : found->name;
}

std::vector<std::uint8_t> encode_sslv2_hello(std::span<const std::uint8_t, 16> challenge) {
  constexpr std::uint8_t kSuiteBytes = kSuites.size() * 3;
  constexpr std::uint8_t kSize = 9 + kSuiteBytes + 16;
  // Two bytes of length with the top bit set: no padding. Then message, version, three lengths.
  std::vector<std::uint8_t> out = {0x80, kSize, 1, 0, 2, 0, kSuiteBytes, 0, 0, 0, 16};
  for (const Sslv2Suite& suite : kSuites) {
    for (unsigned shift = 24; shift != 0; shift -= 8) {
      out.push_back(static_cast<std::uint8_t>((suite.kind >> (shift - 8)) & 0xffU));
    }
  }
  out.insert(out.end(), challenge.begin(), challenge.end());
  return out;
}

}  // namespace heirloom::app

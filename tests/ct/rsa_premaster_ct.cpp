// recover_premaster with the decrypted RSA block and the fallback secret: good blocks, and blocks
// that are wrong in every place there is (RFC 2246 §7.4.7.1, Bleichenbacher's and Klima's oracles).
//
// The RSA operation itself is libcrypto's, which blinds it; it is not run here.
#include "ct/ct_program.hpp"
#include "kx/rsa_premaster.hpp"
#include "support/record_support.hpp"

#include <algorithm>
#include <array>

namespace {

using namespace heirloom;
using kx::kRsaPremasterSize;

Bytes good_block(std::size_t size, ProtocolVersion version) {
  Bytes block = heirloom::testing::pattern(size, 5);
  std::ranges::replace(block, std::uint8_t{0}, std::uint8_t{1});
  const std::size_t premaster = size - kRsaPremasterSize;
  block[0] = 0;
  block[1] = 2;
  block[premaster - 1] = 0;
  block[premaster] = static_cast<std::uint8_t>(static_cast<unsigned>(version) >> 8U);
  block[premaster + 1] = static_cast<std::uint8_t>(static_cast<unsigned>(version) & 0xffU);
  return block;
}

class Prover {
 public:
  explicit Prover(PremasterVersion rule)
      : check_{ProtocolVersion::tls10, ProtocolVersion::ssl30, rule} {
    std::ranges::copy(fallback_, secret_fallback_.expose().begin());
    ct::make_secret(secret_fallback_.expose());
  }

  void run(std::size_t size) {
    const Bytes good = good_block(size, check_.client_version);
    expect_taken(good);
    // Every byte may be wrong: the padding where it is zero, the separator where it is not, and the
    // version.
    const std::size_t version = size - kRsaPremasterSize;
    for (std::size_t i = 0; i < version; ++i) {
      Bytes wrong = good;
      wrong[i] = wrong[i] == 0 ? 7 : 0;
      expect_fallback(wrong);
    }
    for (std::size_t i = version; i < version + 2; ++i) {
      Bytes wrong = good;
      wrong[i] ^= 0x40U;
      expect_fallback(wrong);
    }
    expect_fallback(Bytes(size, 0));
    expect_fallback(Bytes(size, 0xff));

    const Bytes negotiated = good_block(size, check_.negotiated_version);
    switch (check_.rule) {
      case PremasterVersion::must_match_hello:
        expect_fallback(negotiated);
        break;
      case PremasterVersion::may_match_negotiated:
        expect_taken(negotiated);
        break;
    }
  }

 private:
  void expect_taken(const Bytes& block) const {
    ct::expect(std::ranges::equal(recover(block), ByteView(block).last(kRsaPremasterSize)),
               "the premaster of a good block");
  }

  void expect_fallback(const Bytes& block) const {
    ct::expect(std::ranges::equal(recover(block), fallback_), "the fallback for a wrong block");
  }

  [[nodiscard]] Bytes recover(Bytes block) const {
    ct::make_secret(block);
    const PremasterSecret premaster = kx::recover_premaster(block, secret_fallback_, check_);
    Bytes result = to_bytes(premaster.expose());
    ct::make_public(result);
    return result;
  }

  kx::PremasterCheck check_;
  Bytes fallback_ = heirloom::testing::pattern(kRsaPremasterSize, 9);
  Secret<kRsaPremasterSize> secret_fallback_;
};

}  // namespace

int main() {
  ct::require_valgrind();
  for (const auto rule :
       {PremasterVersion::must_match_hello, PremasterVersion::may_match_negotiated}) {
    Prover prover(rule);
    for (const std::size_t size : {64U, 128U, 256U, 512U}) {
      prover.run(size);
    }
  }
  return 0;
}

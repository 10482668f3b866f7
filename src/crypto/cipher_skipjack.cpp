// SKIPJACK through Crypto++, the only library of Debian with the byte order of the FORTEZZA cards:
// blocks for KEA and the key wrap, and CBC for the bulk cipher (RFC 6101 appendix C, D.5).
//
// Crypto++ throws only for keys and IVs of a wrong size, which the types exclude or checks do, and
// wipes its tables itself.
#include "crypto/cipher_families.hpp"
#include "crypto/skipjack.hpp"

#include <cryptopp/modes.h>
#include <cryptopp/skipjack.h>

namespace heirloom::crypto {

namespace {

using CryptoPP::SKIPJACK;

static_assert(SKIPJACK::DEFAULT_KEYLENGTH == kSkipjackKeySize);
static_assert(SKIPJACK::BLOCKSIZE == kSkipjackBlockSize);

template <class Mode>
class FortezzaCbc final : public CbcCipher {
 public:
  FortezzaCbc(ByteView key, ByteView iv) {
    HEIRLOOM_EXPECT(key.size() == kSkipjackKeySize && iv.size() == kFortezzaIvSize);
    // What stands before is the card's escrow field, which no cipher looks at.
    const ByteView live = iv.last(kSkipjackBlockSize);
    mode_.SetKeyWithIV(key.data(), key.size(), live.data(), live.size());
  }

  void apply(ByteSpan data) noexcept override {
    HEIRLOOM_EXPECT(data.size() % kSkipjackBlockSize == 0);
    mode_.ProcessData(data.data(), data.data(), data.size());
  }

 private:
  Mode mode_;
};

}  // namespace

std::unique_ptr<CbcCipher> make_fortezza_cbc(ByteView key, ByteView iv, CipherDirection direction) {
  using Cbc = CryptoPP::CBC_Mode<SKIPJACK>;
  if (direction == CipherDirection::encrypt) {
    return std::make_unique<FortezzaCbc<Cbc::Encryption>>(key, iv);
  }
  return std::make_unique<FortezzaCbc<Cbc::Decryption>>(key, iv);
}

void skipjack_encrypt(SkipjackKeyView key, SkipjackBlock block) {
  const SKIPJACK::Encryption cipher(key.data(), key.size());
  cipher.ProcessBlock(block.data());
}

void skipjack_decrypt(SkipjackKeyView key, SkipjackBlock block) {
  const SKIPJACK::Decryption cipher(key.data(), key.size());
  cipher.ProcessBlock(block.data());
}

}  // namespace heirloom::crypto

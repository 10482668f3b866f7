// IDEA in CBC mode through Crypto++: Debian's libcrypto is built without it (RFC 2246 appendix C).
//
// Security: IDEA multiplies modulo 2^16 + 1, and Crypto++ branches on a zero there. As with the
// tables of DES and RC4, a neighbour on the same processor may learn something of the key; nobody
// on the network does.
#include "crypto/cipher_families.hpp"

#include <cryptopp/idea.h>
#include <cryptopp/modes.h>

namespace heirloom::crypto {

namespace {

using Idea = CryptoPP::IDEA;

/// IdeaCbc takes one of Crypto++'s two directions. It throws only for keys and IVs of a wrong size,
/// which are checked before, and wipes its key schedule itself.
template <class Mode>
class IdeaCbc final : public CbcCipher {
 public:
  IdeaCbc(ByteView key, ByteView iv) {
    HEIRLOOM_EXPECT(key.size() == Idea::DEFAULT_KEYLENGTH && iv.size() == Idea::BLOCKSIZE);
    mode_.SetKeyWithIV(key.data(), key.size(), iv.data(), iv.size());
  }

  void apply(ByteSpan data) noexcept override {
    HEIRLOOM_EXPECT(data.size() % Idea::BLOCKSIZE == 0);
    mode_.ProcessData(data.data(), data.data(), data.size());
  }

 private:
  Mode mode_;
};

}  // namespace

std::unique_ptr<CbcCipher> make_idea_cbc(ByteView key, ByteView iv, CipherDirection direction) {
  using Cbc = CryptoPP::CBC_Mode<Idea>;
  if (direction == CipherDirection::encrypt) {
    return std::make_unique<IdeaCbc<Cbc::Encryption>>(key, iv);
  }
  return std::make_unique<IdeaCbc<Cbc::Decryption>>(key, iv);
}

}  // namespace heirloom::crypto

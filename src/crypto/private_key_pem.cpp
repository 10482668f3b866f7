// parse_private_key: PEM files of private keys, encrypted or not.
#include "base/try.hpp"
#include "crypto/pem.hpp"
#include "crypto/private_key.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <openssl/decoder.h>

namespace heirloom {

namespace crypto {

namespace {

using DecoderContext = std::unique_ptr<OSSL_DECODER_CTX, Deleter<OSSL_DECODER_CTX_free>>;
using KeyInfoPointer = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Deleter<PKCS8_PRIV_KEY_INFO_free>>;

/// Passphrase is what libcrypto asks for, and whether it did.
struct Passphrase {
  std::string_view text;
  bool was_asked = false;
};

extern "C" int answer_passphrase(
    char* out, std::size_t room, std::size_t* size, const OSSL_PARAM* /*hints*/, void* context) {
  auto* passphrase = static_cast<Passphrase*>(context);
  passphrase->was_asked = true;
  if (passphrase->text.empty() || passphrase->text.size() > room) {
    return 0;
  }
  std::ranges::copy(passphrase->text, out);
  *size = passphrase->text.size();
  return 1;
}

std::string why_unreadable(const Passphrase& passphrase) {
  if (!passphrase.was_asked) {
    return "there is no private key in PEM form in it";
  }
  if (passphrase.text.empty()) {
    return "the key is encrypted and there is no passphrase";
  }
  return legacy_context() != nullptr ? "the passphrase is wrong"
                                     : "the passphrase is wrong, or the key is encrypted with an "
                                       "old cipher and libcrypto's "
                                       "legacy provider is not installed";
}

/// read_key takes the first block that is a private key. Not PEM_read_bio_PrivateKey: its kind of
/// callback loses memory at each passphrase in a context other than the first one used.
PublicKeyPointer read_key(std::string_view pem, Passphrase& passphrase, OSSL_LIB_CTX* context) {
  const MemoryReader reader = memory_reader(as_bytes(pem));
  // The old form of encrypted PEM (DEK-Info) is decrypted in the default context.
  const DefaultContextGuard default_context(context);
  EVP_PKEY* key = nullptr;
  const DecoderContext decoder(OSSL_DECODER_CTX_new_for_pkey(
      &key, "PEM", nullptr, nullptr, EVP_PKEY_KEYPAIR, context, nullptr));
  if (reader == nullptr || decoder == nullptr ||
      OSSL_DECODER_CTX_set_passphrase_cb(decoder.get(), answer_passphrase, &passphrase) != 1) {
    return nullptr;
  }
  // One call looks at one block, which may be of another kind: a certificate, a curve's name.
  for (auto position = BIO_tell(reader.get()); key == nullptr;) {
    (void)OSSL_DECODER_from_bio(decoder.get(), reader.get());
    const auto next = BIO_tell(reader.get());
    if (BIO_eof(reader.get()) == 1 || next <= position) {
      break;
    }
    position = next;
  }
  return PublicKeyPointer(key);
}

/// to_library_context makes the same key anew, so that nothing is computed in the legacy context.
PublicKeyPointer to_library_context(const EVP_PKEY* key) {
  const KeyInfoPointer info(EVP_PKEY2PKCS8(key));
  return PublicKeyPointer(
      info == nullptr ? nullptr : EVP_PKCS82PKEY_ex(info.get(), library_context(), nullptr));
}

}  // namespace

}  // namespace crypto

Result<std::shared_ptr<PrivateKey>> parse_private_key(std::string_view pem,
                                                      std::string_view passphrase) {
  const crypto::ErrorQueueGuard guard;
  crypto::Passphrase answer{passphrase};
  crypto::PublicKeyPointer key = crypto::read_key(pem, answer, crypto::library_context());
  if (key == nullptr && answer.was_asked && !passphrase.empty() &&
      crypto::legacy_context() != nullptr) {
    // A wrong passphrase, or DES and RC2: PEM's own encryption and PKCS#5 version 1 (RFC 2898
    // §6.1).
    const auto old = crypto::read_key(pem, answer, crypto::legacy_context());
    key = old == nullptr ? nullptr : crypto::to_library_context(old.get());
  }
  if (key == nullptr) {
    return Error(Cause::config_invalid, crypto::why_unreadable(answer));
  }
  return crypto::make_private_key(std::move(key));
}

}  // namespace heirloom

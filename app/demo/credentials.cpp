#include "demo/credentials.hpp"

#include "ca/certificate_maker.hpp"
#include "ca/key_maker.hpp"
#include "ca/libcrypto.hpp"

#include <ctime>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include <openssl/crypto.h>

namespace heirloom::app::demo {

namespace {

constexpr std::time_t kDay = 86400;

/// taken gives the value, or throws.
template <class T>
T taken(Outcome<T> outcome) {
  if (!outcome.has_value()) {
    throw std::runtime_error(outcome.error().what);
  }
  return *std::move(outcome);
}

/// Kind is what makes one certificate different from another here.
struct Kind {
  PublicKeyAlgorithm key;
  PublicKeyAlgorithm signer;  ///< other: the key itself
  int bits;                   ///< EC: not looked at

  auto operator<=>(const Kind&) const = default;
};

Kind kind_for(const CipherSuite& suite) {
  const KeyExchangeInfo& row = info(suite.key_exchange);
  const bool is_agreement = row.certificate_use == KeyExchangeInfo::Use::agreement;
  // Only a Diffie-Hellman certificate must itself keep the export limit: others sign a key that
  // does (RFC 2246 §7.4.3).
  // A KEA key cannot sign itself; FORTEZZA's authorities signed with DSS (RFC 3279 §2.3.4).
  const bool is_kea = row.certificate_key == PublicKeyAlgorithm::kea;
  return {.key = row.certificate_key,
          .signer = is_kea ? PublicKeyAlgorithm::dsa : row.certificate_signed_by,
          .bits = is_agreement && suite.export_limit_bits != 0 ? suite.export_limit_bits : 1024};
}

KeyWords words_for(const Kind& kind) {
  KeyWords words;
  switch (kind.key) {
    case PublicKeyAlgorithm::rsa:
      words.type = "rsa";
      break;
    case PublicKeyAlgorithm::dsa:
      words.type = "dsa";
      break;
    case PublicKeyAlgorithm::dh:
      words.type = "dh";
      break;
    case PublicKeyAlgorithm::kea:
      words.fortezza = "kea";
      return words;
    case PublicKeyAlgorithm::ec:
    case PublicKeyAlgorithm::other:
      words.type = "ec";
      return words;
  }
  words.bits = kind.bits;
  return words;
}

CertificateDer encode(X509& certificate) {
  const int size = i2d_X509(&certificate, nullptr);
  if (size <= 0) {
    throw std::runtime_error("libcrypto cannot encode a certificate");
  }
  CertificateDer der(static_cast<std::size_t>(size));
  unsigned char* end = der.data();
  i2d_X509(&certificate, &end);
  return der;
}

/// in_library gives the key to the library, which has its own reader.
std::shared_ptr<PrivateKey> in_library(EVP_PKEY& key) {
  std::string pem = key_to_pem(&key);
  auto loaded = parse_private_key(pem);
  OPENSSL_cleanse(pem.data(), pem.size());
  if (!loaded.has_value()) {
    throw std::runtime_error(loaded.error().text());
  }
  return *std::move(loaded);
}

/// Made is a certificate with its key, in both forms.
struct Made {
  KeyPtr key;
  CertificatePtr certificate;
  Credentials credentials;
};

}  // namespace

class Wardrobe::Closet {
 public:
  const Made& find(const Kind& kind) {
    const auto known = made_.find(kind);
    return known != made_.end() ? known->second : made_.emplace(kind, make(kind)).first->second;
  }

  const Credentials none{};
  const std::shared_ptr<TemporaryRsaKeys> temporary_rsa_keys = make_temporary_rsa_keys();

 private:
  Made make(const Kind& kind) {
    // Who signs is the certificate that serves the suites with such a key.
    const Made* signer =
        kind.signer == PublicKeyAlgorithm::other
            ? nullptr
            : &find({.key = kind.signer, .signer = PublicKeyAlgorithm::other, .bits = 1024});
    Made made = mint(kind, signer);
    auto credentials = make_credentials({encode(*made.certificate)}, in_library(*made.key));
    if (!credentials.has_value()) {
      throw std::runtime_error(credentials.error().text());
    }
    made.credentials = *std::move(credentials);
    return made;
  }

  /// mint makes the key and the certificate, whatever the host's openssl.cnf forbids.
  static Made mint(const Kind& kind, const Made* signer) {
    const OwnContext context;
    Made made{.key = taken(generate_key(taken(plan_key(words_for(kind))))),
              .certificate = nullptr,
              .credentials = {}};
    const std::time_t now = std::time(nullptr);
    CertificatePlan plan;
    plan.names = {.common_name = "heirloom demo", .alternatives = {{GEN_DNS, "demo.invalid"}}};
    plan.validity = {.from = now - kDay, .to = now + kDay};
    plan.form = kind.key == PublicKeyAlgorithm::kea ? KeyForm::kea : KeyForm::ordinary;
    plan.key_usage = default_key_usage(made.key.get(), plan.form);
    const Issuer issuer = signer == nullptr ? Issuer{.certificate = nullptr, .key = made.key.get()}
                                            : Issuer{.certificate = signer->certificate.get(),
                                                     .key = signer->key.get()};
    made.certificate = taken(make_certificate(plan, made.key.get(), issuer));
    return made;
  }

  std::map<Kind, Made> made_;
};

Wardrobe::Wardrobe() : closet_(std::make_unique<Closet>()) {}

Wardrobe::~Wardrobe() = default;

const Credentials& Wardrobe::credentials_for(const CipherSuite& suite) {
  return info(suite.key_exchange).is_anonymous ? closet_->none
                                               : closet_->find(kind_for(suite)).credentials;
}

std::shared_ptr<TemporaryRsaKeys> Wardrobe::temporary_rsa_keys() const {
  return closet_->temporary_rsa_keys;
}

}  // namespace heirloom::app::demo

#include "ca/dh_groups.hpp"

#include "ca/mint.hpp"
#include "common/files.hpp"
#include "common/output.hpp"

#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/pem.h>

namespace heirloom::app {

namespace {

/// NamedGroup is a group that libcrypto has under a name, or whose prime it has (`prime`).
struct NamedGroup {
  std::string_view name;
  int bits;
  BIGNUM* (*prime)(BIGNUM*);   // generator 2
  const char* libcrypto_name;  // if there is no `prime`
};

constexpr std::array<NamedGroup, 12> kGroups{{
    {"modp768", 768, BN_get_rfc2409_prime_768, nullptr},
    {"modp1024", 1024, BN_get_rfc2409_prime_1024, nullptr},
    {"modp1536", 1536, BN_get_rfc3526_prime_1536, nullptr},
    {"modp2048", 2048, BN_get_rfc3526_prime_2048, nullptr},
    {"modp3072", 3072, BN_get_rfc3526_prime_3072, nullptr},
    {"modp4096", 4096, BN_get_rfc3526_prime_4096, nullptr},
    {"ffdhe2048", 2048, nullptr, "ffdhe2048"},
    {"ffdhe3072", 3072, nullptr, "ffdhe3072"},
    {"ffdhe4096", 4096, nullptr, "ffdhe4096"},
    {"rfc5114-1024-160", 1024, nullptr, "dh_1024_160"},
    {"rfc5114-2048-224", 2048, nullptr, "dh_2048_224"},
    {"rfc5114-2048-256", 2048, nullptr, "dh_2048_256"},
}};

/// safe_group completes a safe prime of which 2 generates the subgroup of order (p - 1) / 2.
DhGroup safe_group(NumberPtr prime) {
  DhGroup group{std::move(prime), NumberPtr(BN_new()), NumberPtr(BN_new())};
  const bool is_good = group.prime != nullptr && group.generator != nullptr &&
                       group.order != nullptr && BN_set_word(group.generator.get(), 2) == 1 &&
                       BN_rshift1(group.order.get(), group.prime.get()) == 1;
  return is_good ? std::move(group) : DhGroup{};
}

NumberPtr number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  return NumberPtr(number);
}

/// is_dh: a DSA key has a group, too, but one that nobody uses for Diffie-Hellman.
bool is_dh(const EVP_PKEY* key) {
  return key != nullptr && (EVP_PKEY_is_a(key, "DH") == 1 || EVP_PKEY_is_a(key, "DHX") == 1);
}

DhGroup named_group(const NamedGroup& row) {
  if (row.prime != nullptr) {
    return safe_group(NumberPtr(row.prime(nullptr)));
  }
  // RFC 5114's groups have an order that PKCS #3 cannot say, so libcrypto knows them for X9.42
  // only.
  const char* const type = row.name.starts_with("ffdhe") ? "DH" : "DHX";
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  const bool is_good = context != nullptr && EVP_PKEY_paramgen_init(context.get()) == 1 &&
                       EVP_PKEY_CTX_set_group_name(context.get(), row.libcrypto_name) == 1 &&
                       EVP_PKEY_paramgen(context.get(), &made) == 1;
  const KeyPtr parameters(made);
  return is_good ? group_of(parameters.get()) : DhGroup{};
}

/// group_in finds parameters, a key or a certificate in PEM.
DhGroup group_in(const std::string& text) {
  const KeyPtr parameters(PEM_read_bio_Parameters(reader_of(text).get(), nullptr));
  const CertificatePtr certificate = certificate_from_pem(text);
  const KeyPtr key = key_from_pem(text);
  for (const EVP_PKEY* found :
       {static_cast<const EVP_PKEY*>(parameters.get()),
        static_cast<const EVP_PKEY*>(certificate == nullptr ? nullptr
                                                            : X509_get0_pubkey(certificate.get())),
        static_cast<const EVP_PKEY*>(key.get())}) {
    if (is_dh(found)) {
      return group_of(found);
    }
  }
  return {};
}

std::string names_of_groups() {
  std::string names;
  for (const NamedGroup& row : kGroups) {
    names += (names.empty() ? "" : ", ") + std::string(row.name);
  }
  return names;
}

}  // namespace

Outcome<DhGroup> find_dh_group(const std::string& name_or_file) {
  for (const NamedGroup& row : kGroups) {
    if (row.name == name_or_file) {
      return named_group(row);
    }
  }
  std::error_code error;
  if (!std::filesystem::exists(name_or_file, error)) {
    return Failure{ExitCode::usage,
                   "\"" + escape_text(name_or_file) +
                       "\" is neither the name of a Diffie-Hellman group nor a file",
                   "--group with a file, or one of " + names_of_groups(),
                   "ca_group_unknown"};
  }
  const Outcome<std::string> text = read_file(name_or_file);
  if (!text.has_value()) {
    return text.error();
  }
  DhGroup found = group_in(*text);
  if (found.prime == nullptr || found.generator == nullptr) {
    return Failure{ExitCode::usage,
                   name_or_file + " holds no Diffie-Hellman group that can be read",
                   "a PEM file with parameters, a key or a certificate, as `openssl dhparam -out "
                   "FILE 1024` writes it",
                   "ca_group_malformed"};
  }
  return found;
}

DhGroup group_of(const EVP_PKEY* key) {
  if (key == nullptr) {
    return {};
  }
  DhGroup group{number_of(key, OSSL_PKEY_PARAM_FFC_P), number_of(key, OSSL_PKEY_PARAM_FFC_G), {}};
  // Of a PKCS #3 key libcrypto knows the order only if it recognises the prime.
  group.order = number_of(key, OSSL_PKEY_PARAM_FFC_Q);
  if (group.order != nullptr && BN_is_zero(group.order.get()) == 1) {
    group.order = nullptr;
  }
  return group;
}

DhGroup make_dh_group(int bits) {
  for (const NamedGroup& row : kGroups) {
    if (row.bits == bits && row.prime != nullptr) {
      return named_group(row);
    }
  }
  // 2 generates the subgroup of order (p - 1) / 2 if p is 23 modulo 24.
  const NumberPtr step(BN_new());
  const NumberPtr rest(BN_new());
  NumberPtr prime(BN_new());
  const bool is_good =
      step != nullptr && rest != nullptr && prime != nullptr && BN_set_word(step.get(), 24) == 1 &&
      BN_set_word(rest.get(), 23) == 1 &&
      BN_generate_prime_ex(prime.get(), bits, 1, step.get(), rest.get(), nullptr) == 1;
  return is_good ? safe_group(std::move(prime)) : DhGroup{};
}

}  // namespace heirloom::app

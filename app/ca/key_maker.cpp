#include "ca/key_maker.hpp"

#include "ca/dh_groups.hpp"
#include "ca/libcrypto.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace heirloom::app {

namespace {

using ParameterBuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, LibcryptoDeleter<OSSL_PARAM_BLD_free>>;
using ParametersPtr = std::unique_ptr<OSSL_PARAM, LibcryptoDeleter<OSSL_PARAM_free>>;

using ScratchPtr = std::unique_ptr<BN_CTX, LibcryptoDeleter<BN_CTX_free>>;

Failure no_key() {
  return {ExitCode::internal, "libcrypto cannot make a key", "", "ca_minting"};
}

/// digest_for is the hash that FIPS 186 takes to generate a subgroup of that size.
const EVP_MD* digest_for(int subgroup_bits) {
  return subgroup_bits == 160 ? EVP_sha1() : subgroup_bits == 224 ? EVP_sha224() : EVP_sha256();
}

/// KeyPair is x and g^x mod p.
struct KeyPair {
  NumberPtr secret;
  NumberPtr value;
};

/// draw_pair draws x from 1 to the order of the group less one; p is taken if that is not known.
/// libcrypto's own generators refuse groups that FIPS 186-4 does not know, such as DSA's of 512
/// bits, and X9.42's that have no name.
KeyPair draw_pair(const DhGroup& group) {
  KeyPair pair{NumberPtr(BN_secure_new()), NumberPtr(BN_new())};
  const NumberPtr bound(BN_dup(group.order == nullptr ? group.prime.get() : group.order.get()));
  const ScratchPtr scratch(BN_CTX_new());
  const bool is_good = pair.secret != nullptr && pair.value != nullptr && bound != nullptr &&
                       scratch != nullptr && BN_sub_word(bound.get(), 1) == 1 &&
                       BN_priv_rand_range(pair.secret.get(), bound.get()) == 1 &&
                       BN_add_word(pair.secret.get(), 1) == 1;
  if (!is_good) {
    return {};
  }
  BN_set_flags(pair.secret.get(), BN_FLG_CONSTTIME);
  const int done = BN_mod_exp(
      pair.value.get(), group.generator.get(), pair.secret.get(), group.prime.get(), scratch.get());
  return done == 1 ? std::move(pair) : KeyPair{};
}

/// make_key_in makes a key of libcrypto's type in a group; the order is part of it if the type has
/// a place for it.
KeyPtr make_key_in(const char* type, const DhGroup& group) {
  const bool has_order = std::string_view(type) != "DH";
  if (group.prime == nullptr || (has_order && group.order == nullptr)) {
    return nullptr;
  }
  const KeyPair pair = draw_pair(group);
  const ParameterBuilderPtr builder(OSSL_PARAM_BLD_new());
  const auto push = [&](const char* name, const NumberPtr& number) {
    return OSSL_PARAM_BLD_push_BN(builder.get(), name, number.get()) == 1;
  };
  const bool is_good =
      pair.value != nullptr && builder != nullptr && push(OSSL_PKEY_PARAM_FFC_P, group.prime) &&
      push(OSSL_PKEY_PARAM_FFC_G, group.generator) &&
      (!has_order || push(OSSL_PKEY_PARAM_FFC_Q, group.order)) &&
      push(OSSL_PKEY_PARAM_PUB_KEY, pair.value) && push(OSSL_PKEY_PARAM_PRIV_KEY, pair.secret);
  const ParametersPtr numbers(is_good ? OSSL_PARAM_BLD_to_param(builder.get()) : nullptr);
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  if (numbers != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1) {
    EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, numbers.get());
  }
  return KeyPtr(made);
}

/// make_dsa makes a new group as well.
KeyPtr make_dsa(const KeyPlan& plan) {
  EVP_PKEY* made = nullptr;
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "DSA", nullptr));
  const bool is_good =
      context != nullptr && EVP_PKEY_paramgen_init(context.get()) == 1 &&
      EVP_PKEY_CTX_set_dsa_paramgen_bits(context.get(), plan.bits) == 1 &&
      EVP_PKEY_CTX_set_dsa_paramgen_q_bits(context.get(), plan.subgroup_bits) == 1 &&
      EVP_PKEY_CTX_set_dsa_paramgen_md(context.get(), digest_for(plan.subgroup_bits)) == 1 &&
      EVP_PKEY_paramgen(context.get(), &made) == 1;
  const KeyPtr parameters(made);
  return is_good ? make_key_in("DSA", group_of(parameters.get())) : nullptr;
}

const char* type_of(const KeyPlan& plan) {
  if (plan.kind == KeyKind::dsa) {
    return "DSA";
  }
  return plan.form == DhForm::x942 ? "DHX" : "DH";
}

/// generate_in makes a key of Diffie-Hellman or DSA in the plan's group.
Outcome<KeyPtr> generate_in(const KeyPlan& plan) {
  Outcome<DhGroup> group =
      plan.group.empty() ? Outcome<DhGroup>(make_dh_group(plan.bits)) : find_dh_group(plan.group);
  if (!group.has_value()) {
    return group.error();
  }
  const bool is_fortezza = plan.subgroup_bits != 0;
  if (is_fortezza &&
      (group->order == nullptr || BN_num_bits(group->order.get()) != plan.subgroup_bits)) {
    return unfit_for_fortezza();
  }
  if (plan.form == DhForm::x942 && group->prime != nullptr && group->order == nullptr) {
    return Failure{ExitCode::usage,
                   plan.group + " does not say the order of its group, which dhpublicnumber needs",
                   "--dh-oid dhKeyAgreement",
                   "ca_group_malformed"};
  }
  KeyPtr key = make_key_in(type_of(plan), *group);
  return key == nullptr ? Outcome<KeyPtr>(no_key()) : Outcome<KeyPtr>(std::move(key));
}

}  // namespace

Outcome<KeyPtr> generate_key(const KeyPlan& plan) {
  KeyPtr key;
  switch (plan.kind) {
    case KeyKind::rsa:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(plan.bits)));
      break;
    case KeyKind::dsa:
      if (!plan.group.empty()) {
        return generate_in(plan);
      }
      key = make_dsa(plan);
      break;
    case KeyKind::dh:
      return generate_in(plan);
    case KeyKind::ec:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", plan.curve.c_str()));
      break;
  }
  return key == nullptr ? Outcome<KeyPtr>(no_key()) : Outcome<KeyPtr>(std::move(key));
}

std::optional<KeyFacts> facts_of(const EVP_PKEY* key) {
  KeyFacts facts;
  facts.bits = EVP_PKEY_get_bits(key);
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    return facts;
  }
  if (EVP_PKEY_is_a(key, "DSA") == 1) {
    facts.kind = KeyKind::dsa;
    return facts;
  }
  if (EVP_PKEY_is_a(key, "DH") == 1 || EVP_PKEY_is_a(key, "DHX") == 1) {
    facts.kind = KeyKind::dh;
    facts.form = EVP_PKEY_is_a(key, "DHX") == 1 ? DhForm::x942 : DhForm::pkcs3;
    return facts;
  }
  if (EVP_PKEY_is_a(key, "EC") != 1) {
    return std::nullopt;
  }
  facts.kind = KeyKind::ec;
  std::array<char, 80> name{};
  EVP_PKEY_get_utf8_string_param(
      key, OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size(), nullptr);
  const char* const nist = EC_curve_nid2nist(OBJ_sn2nid(name.data()));
  facts.curve = nist == nullptr ? name.data() : nist;
  return facts;
}

std::string to_string(const KeyFacts& facts) {
  std::string sized = to_string(facts.kind) + " key of " + std::to_string(facts.bits) + " bits";
  switch (facts.kind) {
    case KeyKind::rsa:
    case KeyKind::dsa:
      return sized;
    case KeyKind::dh:
      return sized + (facts.form == DhForm::x942 ? " (dhpublicnumber)" : " (dhKeyAgreement)");
    case KeyKind::ec:
      return "EC key on " + facts.curve;
  }
  return "";
}

std::string key_to_pem(EVP_PKEY* key) {
  const auto facts = facts_of(key);
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!facts.has_value() || facts->kind == KeyKind::dh) {
    return to_pem(key);
  }
  if (PEM_write_bio_PrivateKey_traditional(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) !=
      1) {
    return {};
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace heirloom::app

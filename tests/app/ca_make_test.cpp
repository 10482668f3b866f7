// What `heirloom ca` makes, judged by libcrypto; the words that it is told with.
#include "ca/certificate_maker.hpp"
#include "ca/dh_groups.hpp"
#include "ca/fortezza_key.hpp"
#include "ca/key_maker.hpp"
#include "ca/key_plan.hpp"
#include "ca/libcrypto.hpp"
#include "ca/made.hpp"
#include "ca/names.hpp"
#include "ca/new_files.hpp"
#include "ca/validity.hpp"
#include "ca/weak_points.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/objects.h>
#include <stdlib.h>
#include <sys/stat.h>

namespace heirloom::app {
namespace {

namespace fs = std::filesystem;

KeyWords words_of(const std::string& type, std::optional<int> bits = {}) {
  KeyWords words;
  words.type = type;
  words.bits = bits;
  return words;
}

std::string cause_of(const KeyWords& words) {
  const auto plan = plan_key(words);
  return plan.has_value() ? "" : plan.error().cause;
}

TEST(CaKeyPlan, defaults_are_what_peers_of_the_period_take) {
  EXPECT_EQ(plan_key(words_of("rsa"))->bits, 2048);
  EXPECT_EQ(plan_key(words_of("dsa"))->bits, 1024);
  EXPECT_EQ(plan_key(words_of("dsa"))->subgroup_bits, 160);
  EXPECT_EQ(plan_key(words_of("dsa", 3072))->subgroup_bits, 256);
  EXPECT_EQ(plan_key(words_of("dh"))->bits, 2048);
  EXPECT_EQ(plan_key(words_of("dh"))->form, DhForm::pkcs3);
  EXPECT_EQ(plan_key(words_of("ec"))->curve, "prime256v1");
}

TEST(CaKeyPlan, sizes_have_limits) {
  for (const auto& [type, good, bad] : {std::tuple("rsa", 512, 511),
                                        std::tuple("rsa", 4096, 4097),
                                        std::tuple("dsa", 512, 448),
                                        std::tuple("dsa", 3072, 3136),
                                        std::tuple("dsa", 768, 800),
                                        std::tuple("dh", 512, 504),
                                        std::tuple("dh", 4096, 8192),
                                        std::tuple("dh", 1536, 1600)}) {
    EXPECT_EQ(cause_of(words_of(type, good)), "") << type << good;
    EXPECT_EQ(cause_of(words_of(type, bad)), "ca_key_size") << type << bad;
  }
  KeyWords words = words_of("dsa", 1024);
  words.subgroup = 256;
  EXPECT_EQ(cause_of(words), "ca_key_size");
  words.bits = 2048;
  EXPECT_EQ(cause_of(words), "");
}

TEST(CaKeyPlan, options_of_another_kind_are_refused) {
  KeyWords curve = words_of("rsa");
  curve.curve = "P-256";
  KeyWords group = words_of("dsa");
  group.group = "modp1024";
  KeyWords form = words_of("ec");
  form.dh_oid = "dhpublicnumber";
  KeyWords both = words_of("dh", 1024);
  both.group = "modp1024";
  KeyWords subgroup = words_of("rsa");
  subgroup.subgroup = 160;
  for (const KeyWords& words : {curve, group, form, both, subgroup, words_of("ec", 256)}) {
    EXPECT_EQ(cause_of(words), "ca_key_options") << words.type;
    EXPECT_TRUE(has_key_words(words));
  }
  EXPECT_FALSE(has_key_words(KeyWords{}));
}

TEST(CaKeyPlan, fortezza_says_everything_but_the_group) {
  for (const auto& [form, kind] :
       {std::pair("kea", KeyKind::dh), std::pair("kea-dss", KeyKind::dsa)}) {
    KeyWords words;
    words.fortezza = form;
    EXPECT_FALSE(has_key_words(words));
    const auto plan = plan_key(words);
    ASSERT_TRUE(plan.has_value());
    EXPECT_EQ(plan->kind, kind);
    EXPECT_EQ(plan->group, "rfc5114-1024-160");
    words.group = "group.pem";
    EXPECT_EQ(plan_key(words)->group, "group.pem");
    words.bits = 1024;
    EXPECT_EQ(cause_of(words), "ca_key_options");
  }
  KeyWords typed = words_of("dsa");
  typed.fortezza = "kea-dss";
  EXPECT_EQ(cause_of(typed), "ca_key_options");
}

std::string dates(const DateWords& words) {
  const auto validity = plan_validity(words, {100, 200}, 1000);
  return validity.has_value() ? std::to_string(validity->from) + "-" + std::to_string(validity->to)
                              : validity.error().cause;
}

TEST(CaValidity, dates_are_utc_and_days_are_whole) {
  EXPECT_EQ(dates({}), "100-200");
  EXPECT_EQ(dates({1, "", ""}), "1000-87400");
  EXPECT_EQ(dates({{}, "1970-01-02", "1970-01-02"}), "86400-172799");
  EXPECT_EQ(dates({{}, "1970-01-02T00:00:01Z", "1970-01-02T00:00:02Z"}), "86401-86402");
  EXPECT_EQ(dates({{}, "1950-01-01", ""}), "-631152000-200");
  EXPECT_EQ(dates({{}, "", "9999-12-31"}), "100-253402300799");
  EXPECT_EQ(dates({3000000, "9000-01-01", ""}), "221845392000-253402300799");
  EXPECT_EQ(dates({1, "2000-02-29", ""}), "951782400-951868800");
}

TEST(CaValidity, nonsense_is_refused) {
  for (const char* word : {"yesterday",
                           "2000-2-1",
                           "1999-02-29",
                           "1949-12-31",
                           "2000-13-01",
                           "2000-01-01T24:00:00Z",
                           "2000-01-01T00:00:00",
                           "2000-01-01 00:00:00Z"}) {
    EXPECT_EQ(dates({{}, word, ""}), "ca_date") << word;
    EXPECT_EQ(dates({{}, "", word}), "ca_date") << word;
  }
  EXPECT_EQ(dates({{}, "2000-01-02", "2000-01-01"}), "ca_dates");
  EXPECT_EQ(dates({{}, "2000-01-01", ""}), "ca_dates");
}

std::string kinds(const std::vector<std::string>& typed) {
  const auto names = read_names(typed);
  if (!names.has_value()) {
    return names.error().cause;
  }
  std::string text = names->common_name;
  for (const AlternativeName& name : names->alternatives) {
    text += " " + std::to_string(name.kind) + name.text;
  }
  return text;
}

TEST(CaNames, are_sorted_by_what_they_look_like) {
  EXPECT_EQ(kinds({"box.example", "10.0.0.5", "::1", "a@box.example", "*.box_1.example"}),
            "box.example 2box.example 710.0.0.5 7::1 1a@box.example 2*.box_1.example");
  EXPECT_EQ(kinds({"A Client"}), "A Client");
  EXPECT_EQ(kinds({"Z\xc3\xbcrich", "box"}), "Z\xc3\xbcrich 2box");
}

TEST(CaNames, cannot_smuggle_in_others) {
  for (const std::string name : {"", "a\nb", "a,DNS:b\x7f", "Z\xfcrich"}) {
    EXPECT_EQ(kinds({name}), "ca_name") << name;
  }
  EXPECT_EQ(kinds({std::string(65, 'a')}), "ca_name");
  EXPECT_EQ(kinds({"box", std::string(65, 'a')}), "box 2box 2" + std::string(65, 'a'));
  for (const char* name : {"a,DNS:b", "DNS:b", "@box", "a b", "a@", "a b@box"}) {
    EXPECT_EQ(kinds({"box", name}), "ca_name") << name;
  }
}

TEST(CaKeyMaker, groups_are_what_their_documents_say) {
  const OwnContext context;
  for (const auto& [name, bits, order_bits] : {std::tuple("modp768", 768, 767),
                                               std::tuple("modp1024", 1024, 1023),
                                               std::tuple("modp4096", 4096, 4095),
                                               std::tuple("ffdhe2048", 2048, 2047),
                                               std::tuple("rfc5114-1024-160", 1024, 160),
                                               std::tuple("rfc5114-2048-224", 2048, 224),
                                               std::tuple("rfc5114-2048-256", 2048, 256)}) {
    const auto group = find_dh_group(name);
    ASSERT_TRUE(group.has_value()) << name;
    ASSERT_NE(group->prime, nullptr) << name;
    ASSERT_NE(group->order, nullptr) << name;
    EXPECT_EQ(BN_num_bits(group->prime.get()), bits) << name;
    EXPECT_EQ(BN_num_bits(group->order.get()), order_bits) << name;
    // The generator generates the subgroup of that order: g^q = 1.
    const NumberPtr power(BN_new());
    BN_CTX* const scratch = BN_CTX_new();
    BN_mod_exp(
        power.get(), group->generator.get(), group->order.get(), group->prime.get(), scratch);
    BN_CTX_free(scratch);
    EXPECT_EQ(BN_is_one(power.get()), 1) << name;
  }
  EXPECT_EQ(find_dh_group("modp99").error().cause, "ca_group_unknown");
}

TEST(CaKeyMaker, a_new_group_has_a_safe_prime) {
  const OwnContext context;
  const DhGroup group = make_dh_group(512);
  ASSERT_NE(group.prime, nullptr);
  EXPECT_EQ(BN_num_bits(group.prime.get()), 512);
  EXPECT_EQ(BN_check_prime(group.prime.get(), nullptr, nullptr), 1);
  EXPECT_EQ(BN_check_prime(group.order.get(), nullptr, nullptr), 1);
}

TEST(CaKeyMaker, dsa_keys_of_the_period) {
  const OwnContext context;
  for (const auto& [bits, subgroup] :
       {std::pair(512, 160), std::pair(1024, 160), std::pair(2048, 160), std::pair(2048, 224)}) {
    KeyWords words = words_of("dsa", bits);
    words.subgroup = subgroup;
    const auto key = generate_key(*plan_key(words));
    ASSERT_TRUE(key.has_value());
    BIGNUM* order = nullptr;
    ASSERT_EQ(EVP_PKEY_get_bn_param(key->get(), OSSL_PKEY_PARAM_FFC_Q, &order), 1);
    const NumberPtr owned(order);
    EXPECT_EQ(BN_num_bits(order), subgroup);
    EXPECT_EQ(to_string(*facts_of(key->get())), "DSA key of " + std::to_string(bits) + " bits");
    const KeyPtr again = key_from_pem(key_to_pem(key->get()));
    EXPECT_EQ(EVP_PKEY_eq(again.get(), key->get()), 1);
  }
}

TEST(CaKeyMaker, ec_keys_are_named_as_people_name_them) {
  const OwnContext context;
  KeyWords words = words_of("ec");
  words.curve = "secp256k1";
  EXPECT_EQ(to_string(*facts_of(generate_key(*plan_key(words))->get())), "EC key on secp256k1");
  words.curve = "P-192";
  const auto facts = facts_of(generate_key(*plan_key(words))->get());
  EXPECT_EQ(to_string(*facts), "EC key on P-192");
  EXPECT_EQ(weak_points_of(*facts).size(), 1U);
}

TEST(CaCertificateMaker, oids_of_diffie_hellman_keys) {
  const OwnContext context;
  const auto signer = generate_key(*plan_key(words_of("rsa", 512)));
  CertificatePlan plan;
  plan.names = *read_names({"box"});
  plan.validity = {0, 100};
  plan.key_usage = "keyAgreement";
  for (const auto& [word, identifier] : {std::pair("dhKeyAgreement", NID_dhKeyAgreement),
                                         std::pair("dhpublicnumber", NID_dhpublicnumber)}) {
    KeyWords words = words_of("dh", 1024);
    words.dh_oid = word;
    const auto key = generate_key(*plan_key(words));
    ASSERT_TRUE(key.has_value());
    const auto made = make_certificate(plan, key->get(), {nullptr, signer->get()});
    ASSERT_TRUE(made.has_value());
    ASN1_OBJECT* object = nullptr;
    X509_PUBKEY_get0_param(&object, nullptr, nullptr, nullptr, X509_get_X509_PUBKEY(made->get()));
    EXPECT_EQ(OBJ_obj2nid(object), identifier);
  }
}

// The domain of RFC 5114's group as computed by other means: SHA-1 of the 291 bytes of Dss-Parms is
// 94008c22ecf1514a31d7d9e5753def2202ae1e5a.
TEST(CaFortezzaKey, belongs_to_a_domain) {
  const OwnContext context;
  for (const auto& [form, word, text] :
       {std::tuple(KeyForm::kea, "kea", "KEA key of the domain 4de5f91f03d353e42f8d"),
        std::tuple(KeyForm::kea_and_dss,
                   "kea-dss",
                   "KEA and DSS key of the domain 4de5f91f03d353e42f8d")}) {
    KeyWords words;
    words.fortezza = word;
    const auto key = generate_key(*plan_key(words));
    ASSERT_TRUE(key.has_value());
    EXPECT_TRUE(is_fit_for_fortezza(key->get()));
    EXPECT_EQ(fortezza_text(key->get(), form), text);
    EXPECT_EQ(fortezza_text(key->get(), KeyForm::ordinary), "");
    words.group = "modp1024";
    EXPECT_EQ(generate_key(*plan_key(words)).error().cause, "ca_fortezza_key");
  }
}

TEST(CaFortezzaKey, other_keys_are_not_shown_so) {
  const OwnContext context;
  CertificatePlan plan;
  plan.names = *read_names({"box"});
  plan.validity = {0, 100};
  plan.key_usage = "none";
  plan.form = KeyForm::kea;
  const auto signer = generate_key(*plan_key(words_of("dsa", 1024)));
  for (const auto& [type, bits, is_fit] : {std::tuple("rsa", 1024, false),
                                           std::tuple("dh", 1024, false),
                                           std::tuple("dsa", 512, false),
                                           std::tuple("dsa", 1024, true)}) {
    const auto key = generate_key(*plan_key(words_of(type, bits)));
    const auto made = make_certificate(plan, key->get(), {nullptr, signer->get()});
    EXPECT_EQ(made.has_value() ? "" : made.error().cause, is_fit ? "" : "ca_fortezza_key") << type;
  }
}

TEST(CaCertificateMaker, key_usages_are_known) {
  for (const char* words : {"", "none", "cRLSign", "digitalSignature,keyEncipherment"}) {
    EXPECT_TRUE(check_key_usage(words).has_value()) << words;
  }
  for (const char* words : {"sign", "none,cRLSign", ",cRLSign", "critical,cRLSign"}) {
    EXPECT_FALSE(check_key_usage(words).has_value()) << words;
  }
}

TEST(CaMade, words_that_a_shell_takes) {
  EXPECT_EQ(quote_word("a/b-1.pem"), "a/b-1.pem");
  EXPECT_EQ(quote_word(""), "''");
  EXPECT_EQ(quote_word("it's $HOME"), "'it'\\''s $HOME'");
}

TEST(CaMade, one_sentence_says_what_is_weak) {
  EXPECT_EQ(weak_sentence({}), "");
  EXPECT_EQ(weak_sentence({"one"}), "Weak: one.");
  EXPECT_EQ(weak_sentence({"one", "two", "three"}), "Weak: one, two and three.");
  KeyFacts key;
  for (const auto& [bits, count] :
       {std::pair(512, 1U), std::pair(1023, 1U), std::pair(1024, 1U), std::pair(2048, 0U)}) {
    key.bits = bits;
    EXPECT_EQ(weak_points_of(key).size(), count) << bits;
  }
  CertificatePlan plan;
  plan.validity = {100, 200};
  plan.hash = SignatureHash::sha256;
  EXPECT_TRUE(weak_points_of(plan, 150).empty());
  EXPECT_EQ(weak_points_of(plan, 201).size(), 1U);
  plan.hash = SignatureHash::md5;
  plan.version = CertificateVersion::v1;
  EXPECT_EQ(weak_points_of(plan, 99).size(), 3U);
}

class CaFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "heirloom-ca-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
  }

  void TearDown() override { fs::remove_all(root_); }

  [[nodiscard]] std::string text_of(const std::string& name) const {
    std::ifstream file(root_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path root_;
};

TEST_F(CaFiles, nothing_is_left_of_what_could_not_be_written_whole) {
  const std::vector<NewFile> files{{root_ / "one", "1", NewFile::Content::key},
                                   {root_ / "two", "2", NewFile::Content::certificate}};
  std::ofstream(root_ / "two") << "old";
  const auto written = write_new_files(files, Overwrite::no);
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().cause, "ca_file_exists");
  EXPECT_FALSE(fs::exists(root_ / "one"));
  EXPECT_EQ(text_of("two"), "old");
  ASSERT_TRUE(write_new_files(files, Overwrite::yes).has_value());
  EXPECT_EQ(text_of("one") + text_of("two"), "12");
}

TEST_F(CaFiles, a_key_is_private_even_where_there_was_a_public_file) {
  const std::vector<NewFile> files{{root_ / "key", "new", NewFile::Content::key}};
  std::ofstream(root_ / "key") << "old";
  ASSERT_EQ(::chmod((root_ / "key").c_str(), 0644), 0);
  EXPECT_EQ(check_new_files(files, Overwrite::no).error().cause, "ca_file_exists");
  ASSERT_TRUE(check_new_files(files, Overwrite::yes).has_value());
  ASSERT_TRUE(write_new_files(files, Overwrite::yes).has_value());

  struct stat status {};

  ASSERT_EQ(::stat((root_ / "key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), {}), 1);
}

TEST_F(CaFiles, a_link_is_not_followed) {
  fs::create_symlink(root_ / "elsewhere", root_ / "key");
  const std::vector<NewFile> files{{root_ / "key", "new", NewFile::Content::key}};
  EXPECT_FALSE(check_new_files(files, Overwrite::no).has_value());
  EXPECT_FALSE(write_new_files(files, Overwrite::no).has_value());
  EXPECT_FALSE(fs::exists(root_ / "elsewhere"));
}

}  // namespace
}  // namespace heirloom::app

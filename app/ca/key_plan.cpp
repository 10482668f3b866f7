#include "ca/key_plan.hpp"

#include "common/output.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include <openssl/ec.h>
#include <openssl/objects.h>

namespace heirloom::app {

namespace {

constexpr int kSmallest = 512;
constexpr int kLargest = 4096;
constexpr int kLargestDsa = 3072;
constexpr int kDsaStep = 64;  // FIPS 186-2: the modulus grows in steps of 64 bits
constexpr int kModernDsa = 2048;
// A longer safe prime takes minutes to find: longer groups are the published ones.
constexpr int kLargestNewGroup = 1024;
constexpr std::array kPublishedGroups{1536, 2048, 3072, 4096};

Failure wrong_size(KeyKind kind, const std::string& sizes, int bits) {
  return {
      ExitCode::usage,
      to_string(kind) + " keys are made with " + sizes + " bits, not with " + std::to_string(bits),
      "heirloom ca key --type " +
          std::string(kind == KeyKind::dsa  ? "dsa"
                      : kind == KeyKind::dh ? "dh"
                                            : "rsa") +
          " --bits 1024 -o FILE",
      "ca_key_size"};
}

Failure wrong_subgroup(int bits, int subgroup) {
  return {ExitCode::usage,
          "a DSA key of " + std::to_string(bits) + " bits is made with subgroups of " +
              std::string(bits >= kModernDsa ? "160, 224 or 256" : "160") + " bits, not of " +
              std::to_string(subgroup),
          "the same without --subgroup",
          "ca_key_size"};
}

constexpr int kFortezzaOrder = 160;
/// kDomain is the group that FORTEZZA keys are in unless another is named.
constexpr const char* kDomain = "rfc5114-1024-160";

KeyKind kind_of(const std::string& type) {
  return type == "dsa"  ? KeyKind::dsa
         : type == "dh" ? KeyKind::dh
         : type == "ec" ? KeyKind::ec
                        : KeyKind::rsa;
}

/// stray_option names an option that was typed and belongs to another kind of key; empty: none.
std::string_view stray_option(const KeyWords& words, KeyKind kind) {
  if (words.bits.has_value() && (kind == KeyKind::ec || !words.group.empty())) {
    return "--bits";
  }
  if (words.subgroup.has_value() && kind != KeyKind::dsa) {
    return "--subgroup";
  }
  if (!words.curve.empty() && kind != KeyKind::ec) {
    return "--curve";
  }
  if (!words.group.empty() && kind != KeyKind::dh) {
    return "--group";
  }
  return !words.dh_oid.empty() && kind != KeyKind::dh ? "--dh-oid" : "";
}

std::string options_of(KeyKind kind) {
  switch (kind) {
    case KeyKind::rsa:
      return "--type rsa with --bits only";
    case KeyKind::dsa:
      return "--type dsa with --bits and --subgroup only";
    case KeyKind::dh:
      return "--type dh with --bits or --group, and --dh-oid";
    case KeyKind::ec:
      return "--type ec with --curve only";
  }
  return "";
}

/// plan_fortezza: KEA keys are Diffie-Hellman's with an order, and one key for KEA and DSS is
/// DSA's. Nothing but the group is to be chosen.
Outcome<KeyPlan> plan_fortezza(const KeyWords& words) {
  KeyWords others = words;
  others.group.clear();
  if (has_key_words(others)) {
    return Failure{ExitCode::usage,
                   "--fortezza says which kind of key it is, and of which size",
                   "--fortezza with --group or --key only",
                   "ca_key_options"};
  }
  KeyPlan plan;
  plan.kind = words.fortezza == "kea" ? KeyKind::dh : KeyKind::dsa;
  plan.form = DhForm::x942;
  plan.group = words.group.empty() ? kDomain : words.group;
  plan.subgroup_bits = kFortezzaOrder;
  return plan;
}

Outcome<KeyPlan> plan_rsa(KeyPlan plan, const KeyWords& words) {
  plan.bits = words.bits.value_or(2048);
  if (plan.bits < kSmallest || plan.bits > kLargest) {
    return wrong_size(plan.kind, "512 to 4096", plan.bits);
  }
  return plan;
}

Outcome<KeyPlan> plan_dsa(KeyPlan plan, const KeyWords& words) {
  plan.bits = words.bits.value_or(1024);
  if (plan.bits < kSmallest || plan.bits > kLargestDsa || plan.bits % kDsaStep != 0) {
    return wrong_size(plan.kind, "512 to 3072 (a multiple of 64)", plan.bits);
  }
  const bool is_modern = plan.bits >= kModernDsa;
  plan.subgroup_bits = words.subgroup.value_or(is_modern ? 256 : 160);
  const bool is_known = plan.subgroup_bits == 160 ||
                        (is_modern && (plan.subgroup_bits == 224 || plan.subgroup_bits == 256));
  if (!is_known) {
    return wrong_subgroup(plan.bits, plan.subgroup_bits);
  }
  return plan;
}

Outcome<KeyPlan> plan_dh(KeyPlan plan, const KeyWords& words) {
  plan.form = words.dh_oid == "dhpublicnumber" ? DhForm::x942 : DhForm::pkcs3;
  plan.group = words.group;
  if (!plan.group.empty()) {
    return plan;
  }
  plan.bits = words.bits.value_or(2048);
  const bool is_new = plan.bits >= kSmallest && plan.bits <= kLargestNewGroup && plan.bits % 8 == 0;
  if (!is_new && std::ranges::count(kPublishedGroups, plan.bits) == 0) {
    return wrong_size(
        plan.kind, "512 to 1024 (a multiple of 8), 1536, 2048, 3072 or 4096", plan.bits);
  }
  return plan;
}

Outcome<KeyPlan> plan_ec(KeyPlan plan, const KeyWords& words) {
  const std::string typed = words.curve.empty() ? "P-256" : words.curve;
  int number = EC_curve_nist2nid(typed.c_str());
  if (number == NID_undef) {
    number = OBJ_sn2nid(typed.c_str());
  }
  std::vector<EC_builtin_curve> curves(EC_get_builtin_curves(nullptr, 0));
  EC_get_builtin_curves(curves.data(), curves.size());
  if (std::ranges::none_of(curves, [&](const auto& curve) { return curve.nid == number; })) {
    return Failure{ExitCode::usage,
                   "there is no curve \"" + escape_text(typed) + "\" here",
                   "--curve P-256, or a name of `openssl ecparam -list_curves`",
                   "ca_curve_unknown"};
  }
  plan.curve = OBJ_nid2sn(number);
  return plan;
}

}  // namespace

Outcome<KeyPlan> plan_key(const KeyWords& words) {
  if (!words.fortezza.empty()) {
    return plan_fortezza(words);
  }
  KeyPlan plan;
  plan.kind = kind_of(words.type);
  if (const std::string_view stray = stray_option(words, plan.kind); !stray.empty()) {
    return Failure{ExitCode::usage,
                   std::string(stray) + " says nothing about this kind of key",
                   options_of(plan.kind),
                   "ca_key_options"};
  }
  switch (plan.kind) {
    case KeyKind::rsa:
      return plan_rsa(plan, words);
    case KeyKind::dsa:
      return plan_dsa(plan, words);
    case KeyKind::dh:
      return plan_dh(plan, words);
    case KeyKind::ec:
      return plan_ec(plan, words);
  }
  return plan;
}

Failure unfit_for_fortezza() {
  return {ExitCode::usage,
          "a key of FORTEZZA is in a group of 1024 bits with an order of 160",
          "--fortezza without --key and --group",
          "ca_fortezza_key"};
}

bool has_key_words(const KeyWords& words) {
  return words.type != "rsa" || words.bits.has_value() || words.subgroup.has_value() ||
         !words.curve.empty() || !words.group.empty() || !words.dh_oid.empty();
}

std::string to_string(KeyKind kind) {
  switch (kind) {
    case KeyKind::rsa:
      return "RSA";
    case KeyKind::dsa:
      return "DSA";
    case KeyKind::dh:
      return "DH";
    case KeyKind::ec:
      return "EC";
  }
  return "";
}

}  // namespace heirloom::app

// Diffie-Hellman with a peer that chooses its numbers badly or with intent: groups, public values,
// empty and oversized fields, in both roles (RFC 6101 §5.6.3, §5.6.7.3; RFC 2246 §7.4.3, §7.4.7.2).
#include "crypto/dh.hpp"
#include "crypto/library.hpp"
#include "kx_rogue.hpp"
#include "support/test_pki.hpp"

#include <array>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::uint16_t kAnonymous = 0x0018;        // DH_anon_WITH_RC4_128_MD5
constexpr std::uint16_t kAnonymousExport = 0x0017;  // DH_anon_EXPORT_WITH_RC4_40_MD5
constexpr std::uint16_t kDheRsa = 0x0016;
constexpr std::uint16_t kDheDssExport = 0x0011;
constexpr std::uint16_t kDheDssExport1024 = 0x0063;
constexpr std::uint16_t kDhRsa = 0x0010;

const crypto::DhGroup& group_of(std::size_t bits) {
  const crypto::DhGroup* group = crypto::known_group_of_size(bits);
  EXPECT_EQ(group->bits(), bits);
  return *group;
}

/// number_plus is a big-endian number with something small added.
Bytes number_plus(const Bytes& number, int what) {
  const crypto::BigNumber sum = crypto::big_number(number);
  EXPECT_EQ(what < 0 ? BN_sub_word(sum.get(), static_cast<BN_ULONG>(-what))
                     : BN_add_word(sum.get(), static_cast<BN_ULONG>(what)),
            1);
  Bytes out(static_cast<std::size_t>(BN_num_bytes(sum.get())));
  BN_bn2bin(sum.get(), out.data());
  return out;
}

/// power is base^exponent mod p.
Bytes power(const Bytes& base, const Bytes& exponent, const Bytes& p) {
  const crypto::BigNumberContext scratch(BN_CTX_new());
  const crypto::BigNumber result(BN_new());
  EXPECT_EQ(BN_mod_exp(result.get(),
                       crypto::big_number(base).get(),
                       crypto::big_number(exponent).get(),
                       crypto::big_number(p).get(),
                       scratch.get()),
            1);
  Bytes out(static_cast<std::size_t>(BN_num_bytes(result.get())));
  BN_bn2bin(result.get(), out.data());
  return out;
}

/// good_value is an element of the group that is not its generator.
Bytes good_value(const crypto::DhGroup& group) {
  return crypto::DhKeyPair::from_private(group, Bytes(20, 0x31))->public_value();
}

/// no_square is an element outside the subgroup of a safe prime that the table knows: minus a
/// square.
Bytes no_square(const crypto::DhGroup& group) {
  const crypto::BigNumber difference = crypto::big_number(group.p);
  EXPECT_EQ(BN_sub(difference.get(), difference.get(), crypto::big_number(good_value(group)).get()),
            1);
  Bytes out(static_cast<std::size_t>(BN_num_bytes(difference.get())));
  BN_bn2bin(difference.get(), out.data());
  return out;
}

/// degenerate_values are what no public value in this group can be.
std::vector<std::pair<std::string, Bytes>> degenerate_values(const crypto::DhGroup& group) {
  return {{"zero", {0}},
          {"zero of the right length", Bytes(group.p.size(), 0)},
          {"one", {1}},
          {"p - 1", number_plus(group.p, -1)},
          {"p", group.p},
          {"p + 2", number_plus(group.p, 2)},
          {"longer than p", Bytes(group.p.size() + 1, 0x7f)},
          {"65535 bytes", Bytes(65535, 0xff)},
          {"outside the subgroup", no_square(group)}};
}

template <class Test>
void at_both_versions(Test test) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    SCOPED_TRACE(to_string(version));
    test(version);
  }
}

/// expect_params tells an anonymous server's parameters and expects this end.
void expect_params(const Bytes& params, const Refusal& refusal, std::uint16_t suite = kAnonymous) {
  at_both_versions([&](ProtocolVersion version) {
    RogueServer server({version, suite}, "");
    EXPECT_FALSE(server.exchange(params));
    server.expect(refusal);
    EXPECT_FALSE(server.has_sent(HandshakeType::client_key_exchange));
  });
}

TEST(Rfc2246_7_4_3, DegenerateGroupsAndValuesAreRefused) {
  const crypto::DhGroup& group = group_of(1024);
  const Bytes& p = group.p;
  const Bytes& g = group.g;
  const Bytes good = good_value(group);
  for (const auto& [name, value] : degenerate_values(group)) {
    SCOPED_TRACE("Ys is " + name);
    expect_params(dh_params(p, g, value), kBadValue);
  }
  for (const auto& [name, value] : degenerate_values(group)) {
    if (name == "outside the subgroup") {
      continue;  // a generator of the whole group is a good one
    }
    SCOPED_TRACE("g is " + name);
    expect_params(dh_params(p, value, good), kBadValue);
  }
  SCOPED_TRACE("p");
  expect_params(dh_params(number_plus(p, -1), g, good), kBadValue);  // even
  expect_params(dh_params(Bytes(1025, 0xff), g, good), kBadValue);   // 8200 bits
  expect_params(dh_params(Bytes(65535, 0xff), g, good), kBadValue);
}

TEST(KeyExchangeDh, EmptyFieldsAreMalformed) {
  const crypto::DhGroup& group = group_of(1024);
  const Bytes good = good_value(group);
  expect_params(dh_params({}, group.g, good), kMalformed);
  expect_params(dh_params(group.p, {}, good), kMalformed);
  expect_params(dh_params(group.p, group.g, {}), kMalformed);
  expect_params({}, kMalformed);
}

TEST(KeyExchangeDh, LeadingZerosOfParametersDoNotCount) {
  at_both_versions([](ProtocolVersion version) {
    const crypto::DhGroup& group = group_of(1024);
    const Bytes zeros(3, 0);
    RogueServer server({version, kAnonymous}, "");
    EXPECT_TRUE(server.exchange(dh_params(
        join({zeros, group.p}), join({zeros, group.g}), join({zeros, good_value(group)}))));
    EXPECT_TRUE(server.done());
    server.expect_content();
  });
}

// Nobody tests a peer's prime, which could as well publish our secret; what follows from an order
// that is known is tested with it.
TEST(KeyExchangeDh, AGroupOfItsOwnIsAccepted) {
  at_both_versions([](ProtocolVersion version) {
    const Bytes p = number_plus(group_of(1024).p, 2);
    RogueServer server({version, kAnonymous}, "");
    EXPECT_TRUE(server.exchange(dh_params(p, {5}, Bytes(127, 0x5a))));
    EXPECT_TRUE(server.done());
    server.expect_content();
  });
}

/// with_minimum is a client of that minimum length.
Scene::Adjust with_minimum(std::size_t bits) {
  return [bits](ClientOptions& client, ServerOptions&) { client.policy.min_dh_bits = bits; };
}

// Logjam (2015): a signed group of 512 bits for a suite that promises more.
TEST(KeyExchangeDh, GroupsBelowThePolicysMinimumAreTooWeak) {
  struct Weak {
    std::size_t minimum;
    std::size_t bits;
    bool is_accepted;
  };

  for (const Weak& weak : {Weak{768, 512, false},
                           Weak{1024, 768, false},
                           Weak{768, 768, true},
                           Weak{512, 512, true}}) {
    at_both_versions([&](ProtocolVersion version) {
      SCOPED_TRACE(std::to_string(weak.bits) + " bits for " + std::to_string(weak.minimum));
      const crypto::DhGroup& group = group_of(weak.bits);
      RogueServer server({version, kDheRsa}, "rsa1024", with_minimum(weak.minimum));
      EXPECT_EQ(server.exchange(dh_params(group.p, group.g, good_value(group))), weak.is_accepted);
      if (!weak.is_accepted) {
        server.expect(kTooWeak);
      }
    });
  }
  // Even a policy that takes everything takes no toy.
  expect_params(dh_params({23}, {5}, {8}), kTooWeak);
  expect_params(dh_params({0}, {5}, {8}), kTooWeak);
}

TEST(Rfc2246_C, AnExportSuiteHasAGroupOfAtMostItsLimit) {
  struct Limited {
    std::uint16_t suite;
    const char* certificate;
    std::size_t bits;
    const Refusal* refusal;  ///< null: accepted
  };

  for (const Limited& limited : {Limited{kDheDssExport, "dsa1024", 512, nullptr},
                                 Limited{kDheDssExport, "dsa1024", 768, &kAboveExport},
                                 Limited{kDheDssExport, "dsa1024", 1024, &kAboveExport},
                                 Limited{kAnonymousExport, "", 512, nullptr},
                                 Limited{kAnonymousExport, "", 1024, &kAboveExport},
                                 Limited{kDheDssExport1024, "dsa1024", 1024, nullptr},
                                 Limited{kDheDssExport1024, "dsa1024", 1536, &kAboveExport},
                                 Limited{kDheDssExport1024, "dsa1024", 512, &kTooWeak}}) {
    at_both_versions([&](ProtocolVersion version) {
      SCOPED_TRACE(name_of(version, *find_cipher_suite(limited.suite)) + " with " +
                   std::to_string(limited.bits) + " bits");
      const crypto::DhGroup& group = group_of(limited.bits);
      // The minimum of `device`: an export suite that was let in undercuts it up to its limit.
      RogueServer server({version, limited.suite}, limited.certificate, with_minimum(768));
      EXPECT_EQ(server.exchange(dh_params(group.p, group.g, good_value(group))),
                limited.refusal == nullptr);
      if (limited.refusal != nullptr) {
        server.expect(*limited.refusal);
      }
    });
  }
}

/// RogueClient is told of a server's certificate and waits with its ClientKeyExchange.
class RogueClient : public Rogue {
 public:
  RogueClient(ProtocolVersion version, std::uint16_t suite, const std::string& certificate)
      : Rogue(Side::server, {version, suite}, [&](ClientOptions&, ServerOptions& server) {
          server.credentials = {pki_credentials(certificate)};
        }) {
    say(Symbol::client_hello);
    EXPECT_TRUE(has_sent(HandshakeType::server_hello_done));
  }
};

void expect_exchange(std::uint16_t suite,
                     const char* certificate,
                     const Bytes& body,
                     const Refusal& refusal) {
  at_both_versions([&](ProtocolVersion version) {
    RogueClient client(version, suite, certificate);
    EXPECT_FALSE(client.tell(HandshakeType::client_key_exchange, body));
    client.expect(refusal);
  });
}

TEST(Rfc6101_5_6_7_3, DegenerateYcIsRefused) {
  struct Served {
    std::uint16_t suite;
    const char* certificate;
  };

  for (const Served& served :
       {Served{kDheRsa, "rsa1024"}, Served{kAnonymous, "rsa1024"}, Served{kDhRsa, "dh1024"}}) {
    SCOPED_TRACE(served.certificate);
    const crypto::DhGroup& group = group_of(1024);
    at_both_versions([&](ProtocolVersion version) {
      RogueClient client(version, served.suite, served.certificate);
      EXPECT_TRUE(client.tell(HandshakeType::client_key_exchange, opaque16(good_value(group))));
      client.expect_content();
    });
    for (const auto& [name, value] : degenerate_values(group)) {
      SCOPED_TRACE("Yc is " + name);
      expect_exchange(served.suite, served.certificate, opaque16(value), kBadValue);
    }
    // Empty is Yc of the client's certificate, and there is none.
    expect_exchange(served.suite, served.certificate, {}, kMalformed);
    expect_exchange(served.suite, served.certificate, {0}, kMalformed);
    expect_exchange(served.suite, served.certificate, opaque16({}), kMalformed);
    expect_exchange(served.suite, served.certificate, good_value(group), kMalformed);
    expect_exchange(
        served.suite, served.certificate, join({opaque16(good_value(group)), {0}}), kMalformed);
  }
}

// The group of `dh1024-x942` has a subgroup of prime order q of 160 bits, which its certificate
// names; p - 1 has small factors beside it (Lim and Lee 1997).
TEST(KeyExchangeDh, ValuesOutsideTheSubgroupOfTheCertificateAreRefused) {
  const auto key = crypto::certificate_key(pki_certificate("dh1024-x942"));
  ASSERT_TRUE(key.has_value());
  const crypto::DhGroup& group = key->dh->group;
  ASSERT_EQ(group.q.size(), 20U);
  // 2^q has an order that divides (p - 1) / q, and 2 itself one that q does not.
  for (const Bytes& outside : {power({2}, group.q, group.p), Bytes{2}}) {
    expect_exchange(kDhRsa, "dh1024-x942", opaque16(outside), kBadValue);
  }
  at_both_versions([&](ProtocolVersion version) {
    RogueClient client(version, kDhRsa, "dh1024-x942");
    EXPECT_TRUE(client.tell(HandshakeType::client_key_exchange,
                            opaque16(power(group.g, Bytes(19, 0x77), group.p))));
    client.expect_content();
  });
}

}  // namespace
}  // namespace heirloom::testing

// KEA: domains, keys, both forms of the exchange, and what is refused.
#include "crypto/kea.hpp"

#include "unit/crypto/dh_support.hpp"
#include "unit/crypto/fortezza_support.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::crypto {
namespace {

using testing::array_of;
using testing::fortezza_domain;
using testing::fortezza_vectors;
using testing::GivenRandom;
using testing::minus_one;
using testing::VectorBlock;

/// kParameters is the domain of the vectors as the openssl command writes Dss-Parms.
constexpr const char* kParameters = R"(-----BEGIN DSA PARAMETERS-----
MIIBHwKBgQCxC4+WoIDgHd6S3l6uXVTsUsmfvPsGo8aaap3KUtI7YWBz4oZ1oj0Y
mDjvHi7mUsAT7LSuqQYRIySXXDzUm4O/rMvdfZDEvXCYSI6cIZpzck7/1vrlZEc4
+qMaT/VbzMChUa9fDci0vUW/N982XBpl5oz9p21NpwjfH7K8LkpDcQIVAPUYqoeB
qN8nirpOfWS3y51JRiNTAoGBAKTRy9XD/TQSZ2WkQu+5mQX4EE3SWKxQf9ZAbP8U
Jm0xJm/qHlxBVkt3fmkPVQTyExYCF7SwG4hqXpFUf54nSfTX+9fTuaku4ZCdDSJj
+Ap2pqJMCHoJH1MdvwoBabaiitZipNGOc6+jLXedWRjQi8iFj03O+XwqJIVebusi
s7Ll
-----END DSA PARAMETERS-----
)";

KeaKeyPair pair_of(const VectorBlock& vector, const char* name) {
  return KeaKeyPair::from_private(fortezza_domain(), vector.bytes(name)).value();
}

TEST(KeaDomain, HasTheIdentifierOfItsParameters) {
  const VectorBlock vector = fortezza_vectors("domain").at(0);
  EXPECT_EQ(to_hex(fortezza_domain().identifier()), vector.text("identifier"));
  const auto parsed = KeaDomain::parse("comment\n" + std::string(kParameters));
  ASSERT_TRUE(parsed.has_value()) << parsed.error().text();
  EXPECT_EQ(to_hex(parsed->identifier()), vector.text("identifier"));
  EXPECT_EQ(parsed->group().p, vector.bytes("p"));
  EXPECT_EQ(parsed->group().q, vector.bytes("q"));
  EXPECT_EQ(parsed->group().g, vector.bytes("g"));
}

TEST(KeaDomain, IsRefusedIfItIsNone) {
  const VectorBlock vector = fortezza_vectors("domain").at(0);
  const Bytes p = vector.bytes("p");
  const Bytes q = vector.bytes("q");
  const Bytes g = vector.bytes("g");
  const auto changed = [](Bytes number) {
    number.back() ^= 2U;  // stays odd
    return number;
  };
  const auto half = [](const Bytes& number) { return to_bytes(ByteView(number).first(64)); };

  struct Case {
    const char* name;
    Bytes p;
    Bytes q;
    Bytes g;
  };

  for (const auto& [name, bad_p, bad_q, bad_g] :
       {Case{"p is no prime", changed(p), q, g},
        Case{"p is too short", half(p), q, half(g)},
        Case{"q is no prime", p, changed(q), g},
        Case{"q is too short", p, to_bytes(ByteView(q).first(19)), g},
        Case{"q is missing", p, {}, g},
        Case{"g is not of order q", p, q, changed(g)},
        Case{"g is 1", p, q, {1}},
        Case{"g is p - 1", p, q, minus_one(p)}}) {
    SCOPED_TRACE(name);
    const auto domain = KeaDomain::from_numbers(bad_p, bad_q, bad_g);
    ASSERT_FALSE(domain.has_value());
    EXPECT_EQ(domain.error().cause, Cause::config_invalid);
    EXPECT_NE(domain.error().detail, "");
  }
  // The first bytes of the base64 behind a line of 31.
  const std::string broken = std::string(kParameters).replace(31, 2, "AA");
  for (const auto& [pem, reason] :
       {std::pair{std::string(), "no DSA PARAMETERS"}, std::pair{broken, "cannot be read"}}) {
    const auto domain = KeaDomain::parse(pem);
    ASSERT_FALSE(domain.has_value());
    EXPECT_EQ(domain.error().cause, Cause::config_invalid);
    EXPECT_NE(domain.error().detail.find(reason), std::string::npos) << domain.error().detail;
  }
}

TEST(KeaDomains, HaveTheGroupOfRfc5114AndWhatIsAdded) {
  KeaDomains domains;
  const KeaDomain known = fortezza_domain();
  ASSERT_NE(domains.find(known.identifier()), nullptr);
  EXPECT_EQ(domains.find(known.identifier())->group().p, known.group().p);
  EXPECT_EQ(domains.find({}), nullptr);
  EXPECT_TRUE(domains.add(known).has_value()) << "twice is once";
  // The same p and q with another generator: g squared.
  Bytes two(kKeaExponentSize);
  two.back() = 2;
  const auto square = KeaKeyPair::from_private(known, two).value();
  const auto other =
      KeaDomain::from_numbers(known.group().p, known.group().q, square.public_value());
  ASSERT_TRUE(other.has_value());
  EXPECT_EQ(domains.find(other->identifier()), nullptr);
  ASSERT_TRUE(domains.add(*other).has_value());
  EXPECT_EQ(domains.find(other->identifier())->group().g, other->group().g);
}

TEST(KeaMix, AnswersThePublishedVectors) {
  const auto vectors = fortezza_vectors("kea_mix");
  ASSERT_EQ(vectors.size(), 2U);
  for (const auto& vector : vectors) {
    const auto secret =
        array_of<kKeaMixedSize>(testing::from_hex(vector.text("v1") + vector.text("v2")));
    EXPECT_EQ(to_hex(kea_key(secret).expose()), vector.text("token_key"));
  }
}

TEST(Kea, AgreesAsTheComputedVectorsInBothForms) {
  const auto vectors = fortezza_vectors("kea");
  ASSERT_EQ(vectors.size(), 2U);
  for (const auto& vector : vectors) {
    SCOPED_TRACE(vector.text("name"));
    const KeaKeyPair initiator = pair_of(vector, "x_initiator");
    const KeaKeyPair responder = pair_of(vector, "x_responder");
    const KeaKeyPair r_initiator = pair_of(vector, "r_initiator");
    const bool is_two_party = vector.has("r_responder");
    const KeaKeyPair r_responder = pair_of(vector, is_two_party ? "r_responder" : "x_responder");

    // The e-mail form has the responder's key in the place of its random.
    const SecretBytes t = r_initiator.power(responder.public_value()).value();
    const SecretBytes u = initiator.power(r_responder.public_value()).value();
    EXPECT_EQ(to_hex(kea_secret(fortezza_domain(), t.expose(), u.expose()).expose()),
              vector.text("secret"));
    EXPECT_EQ(to_hex(kea_agree(fortezza_domain(), t.expose(), u.expose()).expose()),
              vector.text("token_key"));
    const SecretBytes other_t = r_responder.power(initiator.public_value()).value();
    const SecretBytes other_u = responder.power(r_initiator.public_value()).value();
    EXPECT_EQ(to_hex(kea_agree(fortezza_domain(), other_t.expose(), other_u.expose()).expose()),
              vector.text("token_key"));
  }
}

TEST(Kea, RefusesValuesThatAreNone) {
  const VectorBlock vector = fortezza_vectors("kea").at(0);
  const KeaKeyPair own = pair_of(vector, "x_responder");
  KeaValue zero{};
  // p - 1 has order 2; two is not of order q.
  KeaValue two{};
  two.back() = 2;
  const auto p = array_of<kKeaValueSize>(vector.bytes("p"));
  const auto last = array_of<kKeaValueSize>(minus_one(vector.bytes("p")));
  for (const KeaValue& bad : {zero, kKeaValueOne, two, last, p}) {
    SCOPED_TRACE(to_hex(bad));
    const auto power = own.power(bad);
    ASSERT_FALSE(power.has_value());
    EXPECT_EQ(power.error().cause, Cause::key_exchange_malformed);
    EXPECT_EQ(is_kea_value_one(bad), bad == kKeaValueOne);
  }
  EXPECT_FALSE(own.power({}).has_value());
  EXPECT_FALSE(is_kea_value_one({}));
  EXPECT_TRUE(is_kea_value_one(Bytes{1}));
}

// The sums of the vectors are below p.
TEST(Kea, ReducesASumThatExceedsThePrime) {
  const KeaDomain domain = fortezza_domain();
  Bytes one(kKeaExponentSize);
  one.back() = 1;
  const auto unit = KeaKeyPair::from_private(domain, one);
  ASSERT_TRUE(unit.has_value());
  EXPECT_EQ(to_bytes(unit->public_value()), domain.group().g);
  // With both exponents 1 the secret is (Y + R) mod p: g + g exceeds p.
  const SecretBytes power = unit->power(domain.group().g).value();
  const SecretBytes twice = kea_secret(domain, power.expose(), power.expose());
  Bytes expected(kKeaValueSize);
  int carry = 0;
  for (std::size_t i = kKeaValueSize; i-- > 0;) {
    const int digit = 2 * domain.group().g[i] - domain.group().p[i] + carry;
    expected[i] = static_cast<std::uint8_t>(digit & 0xff);
    carry = (digit - (digit & 0xff)) / 256;
  }
  ASSERT_EQ(carry, 0);
  EXPECT_EQ(to_hex(twice.expose()), to_hex(expected));
}

TEST(KeaKeyPair, TakesExponentsFromOneToQMinusOne) {
  const KeaDomain domain = fortezza_domain();
  const Bytes& q = domain.group().q;
  Bytes one(kKeaExponentSize);
  one.back() = 1;
  EXPECT_TRUE(KeaKeyPair::from_private(domain, one).has_value());
  EXPECT_TRUE(KeaKeyPair::from_private(domain, minus_one(q)).has_value());
  for (const Bytes& bad : {Bytes(kKeaExponentSize), q, Bytes(kKeaExponentSize, 0xff), Bytes{1}}) {
    const auto pair = KeaKeyPair::from_private(domain, bad);
    ASSERT_FALSE(pair.has_value()) << to_hex(bad);
    EXPECT_EQ(pair.error().cause, Cause::config_invalid);
  }
}

TEST(KeaKeyPair, DrawsAgainUntilTheExponentIsOne) {
  const KeaDomain domain = fortezza_domain();
  Bytes bytes = domain.group().q;                // too large by one
  append(bytes, Bytes(kKeaExponentSize));        // zero
  append(bytes, Bytes(kKeaExponentSize, 0xff));  // too large
  append(bytes, minus_one(domain.group().q));    // the largest there is
  append(bytes, Bytes(kKeaExponentSize, 0x11));  // not needed
  GivenRandom random(bytes);
  const auto pair = KeaKeyPair::generate(domain, random);
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(random.taken(), 4 * kKeaExponentSize);
  // g^(q-1) is the inverse of g.
  EXPECT_EQ(to_hex(pair->public_value()),
            to_hex(KeaKeyPair::from_private(domain, minus_one(domain.group().q))->public_value()));
}

TEST(KeaKeyPair, GivesUpWithARandomSourceThatIsBroken) {
  GivenRandom empty({});
  EXPECT_EQ(KeaKeyPair::generate(fortezza_domain(), empty).error().cause, Cause::random_failed);
  GivenRandom stuck(Bytes(kKeaExponentSize * 1000));
  EXPECT_EQ(KeaKeyPair::generate(fortezza_domain(), stuck).error().cause, Cause::random_failed);
}

}  // namespace
}  // namespace heirloom::crypto

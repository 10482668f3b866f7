// FORTEZZA's public keys, in certificates that are put together here byte by byte.
#include "crypto/fortezza_certificate.hpp"

#include "crypto/x509.hpp"
#include "support/test_pki.hpp"
#include "support/vector_file.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace heirloom::crypto {
namespace {

using testing::from_hex;

/// der is an element with its tag and the shortest length.
Bytes der(std::uint8_t tag, const Bytes& content) {
  Bytes out{tag};
  if (content.size() > 0xff) {
    append(out, Bytes{0x82, static_cast<std::uint8_t>(content.size() >> 8U)});
  } else if (content.size() > 0x7f) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<std::uint8_t>(content.size()));
  append(out, content);
  return out;
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) {
    append(out, part);
  }
  return out;
}

Bytes sequence(std::initializer_list<Bytes> parts) {
  return der(0x30, joined(parts));
}

/// key_info is a SubjectPublicKeyInfo with the algorithm 2.16.840.1.101.2.1.1 and one more number.
Bytes key_info(std::uint8_t number, const Bytes& parameters, const Bytes& bits) {
  Bytes identifier = from_hex("6086480165020101");
  identifier.push_back(number);
  return sequence(
      {sequence({der(0x06, identifier), parameters}), der(0x03, joined({Bytes{0}, bits}))});
}

/// certificate wraps a key. `key_usage`: the content of the BIT STRING, or empty for no extension.
Bytes certificate(const Bytes& info, const Bytes& key_usage = {}, std::string serial = "0105") {
  const Bytes algorithm = from_hex("300906072a8648ce380403");  // id-dsa-with-sha1
  const Bytes name = from_hex("300e310c300a06035504030c03626f78");
  const Bytes date = from_hex("170d3937303130313030303030305a");
  Bytes extensions;
  if (!key_usage.empty()) {
    const Bytes extension = sequence({from_hex("0603551d0f"), der(0x04, der(0x03, key_usage))});
    extensions = der(0xa3, sequence({extension}));
  }
  const Bytes body = sequence({from_hex("a003020102"),
                               from_hex("02" + serial),
                               algorithm,
                               name,
                               sequence({date, date}),
                               name,
                               info,
                               extensions});
  return sequence({body, algorithm, der(0x03, Bytes{0, 0})});
}

const Bytes kDomain = from_hex("4de5f91f03d353e42f8d");

KeaPublicKey kea_key(const Bytes& der_certificate) {
  const auto key = fortezza_certificate_key(der_certificate);
  EXPECT_TRUE(key.has_value()) << (key.has_value() ? "" : key.error().text());
  return key.has_value() ? std::get<KeaPublicKey>(key->key) : KeaPublicKey{};
}

Cause refusal(const Bytes& info) {
  const auto key = fortezza_certificate_key(certificate(info));
  EXPECT_FALSE(key.has_value());
  return key.has_value() ? Cause::internal_error : key.error().cause;
}

// RFC 3279 §2.3.4: the value stands in the BIT STRING as it is, its domain in an OCTET STRING.
TEST(Rfc3279_2_3_4, KeaKeysHaveAValueAndADomain) {
  Bytes value(128, 0x91);
  const auto key = kea_key(certificate(key_info(22, der(0x04, kDomain), value)));
  EXPECT_EQ(key.public_value, value);
  EXPECT_TRUE(std::ranges::equal(key.domain_identifier, kDomain));
  value[0] = 0;  // a short number that was filled up to the length of the prime
  const auto padded = kea_key(certificate(key_info(22, der(0x04, kDomain), value)));
  EXPECT_EQ(padded.public_value, Bytes(127, 0x91));
}

TEST(Rfc3279_2_3_4, KeyUsageSaysWhetherTheKeyMayAgree) {
  const Bytes info = key_info(22, der(0x04, kDomain), Bytes(128, 0x91));
  const auto may_agree = [&](const Bytes& usage) {
    return fortezza_certificate_key(certificate(info, usage))->may_agree;
  };
  EXPECT_TRUE(may_agree({}));
  EXPECT_TRUE(may_agree({3, 0x08}));         // keyAgreement
  EXPECT_TRUE(may_agree({0, 0x09}));         // and encipherOnly
  EXPECT_TRUE(may_agree({7, 0x08, 0x80}));   // and decipherOnly
  EXPECT_FALSE(may_agree({7, 0x09, 0x80}));  // and both
  EXPECT_FALSE(may_agree({7, 0x80}));        // digitalSignature
}

TEST(Rfc3279_2_3_4, OtherDomainsAndValuesAreRefused) {
  const Bytes value(128, 0x91);
  for (const Bytes& parameters : {Bytes{},
                                  from_hex("0500"),
                                  der(0x04, Bytes(9, 1)),
                                  der(0x04, Bytes(11, 1)),
                                  der(0x04, Bytes(20, 1)),
                                  der(0x0c, kDomain),
                                  sequence({der(0x04, kDomain)})}) {
    EXPECT_EQ(refusal(key_info(22, parameters, value)), Cause::certificate_malformed)
        << to_hex(parameters);
  }
  for (const Bytes& wrong : {Bytes{}, Bytes{0}, Bytes(128, 0), Bytes(129, 1), Bytes(200, 1)}) {
    EXPECT_EQ(refusal(key_info(22, der(0x04, kDomain), wrong)), Cause::certificate_malformed)
        << wrong.size();
  }
}

TEST(FortezzaCertificate, TheOlderFormHasAnInteger) {
  const Bytes parameters = der(0x04, kDomain);
  const Bytes value(128, 0x91);
  const auto key =
      kea_key(certificate(key_info(10, parameters, der(0x02, joined({Bytes{0}, value})))));
  EXPECT_EQ(key.public_value, value);
  EXPECT_TRUE(std::ranges::equal(key.domain_identifier, kDomain));
  for (const Bytes& wrong : {value,
                             der(0x02, value),  // negative
                             der(0x02, {}),
                             der(0x04, Bytes(128, 0x11)),
                             joined({der(0x02, Bytes(128, 0x11)), Bytes{0}}),
                             der(0x02, Bytes(129, 0x11))}) {
    EXPECT_EQ(refusal(key_info(10, parameters, wrong)), Cause::certificate_malformed)
        << to_hex(wrong);
  }
}

const Bytes kIdentifier = from_hex("0102030405060708");

/// kea_part and dss_part are the halves of a combined key, with flags of two bytes and of one.
Bytes kea_part(const Bytes& value, std::uint8_t type = 1) {
  const auto size = static_cast<std::uint8_t>(value.size());
  return joined(
      {Bytes{0, type}, kIdentifier, from_hex("8140"), from_hex("00"), Bytes{0, size}, value});
}

Bytes dss_part(const Bytes& value, std::uint8_t type = 2) {
  const auto size = static_cast<std::uint8_t>(value.size());
  return joined({Bytes{0, type}, from_hex("ff8001"), Bytes{0, size}, value});
}

/// group is p, q and g with numbers of that type, told apart by their first byte.
Bytes group(std::uint8_t number_tag, std::uint8_t first) {
  return sequence({der(number_tag, joined({Bytes{first}, Bytes(127, 0x33)})),
                   der(number_tag, joined({Bytes{first}, Bytes(19, 0x44)})),
                   der(number_tag, joined({Bytes{first}, Bytes(100, 0x55)}))});
}

void expect_group(const std::optional<DhGroup>& group, std::uint8_t first) {
  ASSERT_TRUE(group.has_value());
  EXPECT_EQ(group->p, joined({Bytes{first}, Bytes(127, 0x33)}));
  EXPECT_EQ(group->q, joined({Bytes{first}, Bytes(19, 0x44)}));
  EXPECT_EQ(group->g, joined({Bytes{first}, Bytes(100, 0x55)}));
}

TEST(FortezzaCertificate, CombinedKeysHaveTwoValuesOrOne) {
  const Bytes kea_value(128, 0x61);
  const Bytes dss_value(127, 0x62);
  for (const int number : {20, 12}) {
    for (const bool has_two : {true, false}) {
      SCOPED_TRACE(std::to_string(number) + (has_two ? " with two" : " with one"));
      const Bytes bits =
          has_two ? joined({kea_part(kea_value), dss_part(dss_value)}) : kea_part(kea_value);
      const auto read = fortezza_certificate_key(
          certificate(key_info(static_cast<std::uint8_t>(number), group(0x02, 0x71), bits)));
      ASSERT_TRUE(read.has_value()) << read.error().text();
      const auto& key = std::get<MissiKey>(read->key);
      EXPECT_TRUE(std::ranges::equal(key.key_material_identifier, kIdentifier));
      EXPECT_EQ(key.kea_value, kea_value);
      EXPECT_EQ(key.dss_value, has_two ? dss_value : kea_value);
      expect_group(key.kea_group, 0x71);
      expect_group(key.dss_group, 0x71);
    }
  }
}

TEST(FortezzaCertificate, CombinedKeysHaveOneGroupOrTwoOrTheirIssuers) {
  const Bytes bits = kea_part(Bytes(128, 0x61));
  const auto key_with = [&](const Bytes& parameters) {
    auto read = fortezza_certificate_key(certificate(key_info(20, parameters, bits)));
    EXPECT_TRUE(read.has_value()) << to_hex(parameters);
    return std::get<MissiKey>(read->key);
  };
  const MissiKey one = key_with(der(0xa1, group(0x04, 0x81)));
  expect_group(one.kea_group, 0x81);
  expect_group(one.dss_group, 0x81);
  const MissiKey two = key_with(der(0xa0, sequence({group(0x04, 0x81), group(0x04, 0x82)})));
  expect_group(two.kea_group, 0x81);
  expect_group(two.dss_group, 0x82);
  const MissiKey inherited = key_with({});
  EXPECT_FALSE(inherited.kea_group.has_value());
  EXPECT_FALSE(inherited.dss_group.has_value());
}

TEST(FortezzaCertificate, GroupsThatAreNoneAreRefused) {
  const Bytes bits = kea_part(Bytes(128, 0x61));
  const Bytes good = group(0x02, 0x71);
  for (const Bytes& parameters : {from_hex("0500"),
                                  group(0x04, 0x71),
                                  group(0x02, 0x81),  // negative
                                  sequence({der(0x02, Bytes(20, 1)), der(0x02, Bytes(20, 1))}),
                                  der(0xa1, good),
                                  der(0xa1, joined({group(0x04, 1), group(0x04, 1)})),
                                  der(0xa0, group(0x04, 0x81)),
                                  der(0xa0, sequence({group(0x04, 0x81)})),
                                  der(0xa0, {}),
                                  der(0xa2, group(0x04, 0x81))}) {
    EXPECT_EQ(refusal(key_info(20, parameters, bits)), Cause::certificate_malformed)
        << to_hex(parameters);
  }
}

TEST(FortezzaCertificate, CombinedKeysThatAreCutOrOtherAreRefused) {
  const Bytes parameters = group(0x02, 0x71);
  const Bytes kea = kea_part(Bytes(128, 0x61));
  const Bytes whole = joined({kea, dss_part(Bytes(128, 0x62))});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const auto read = fortezza_certificate_key(certificate(key_info(20, parameters, cut)));
    EXPECT_EQ(read.has_value(), size == kea.size()) << size;
  }
  for (const Bytes& bits : {joined({whole, Bytes{0}}),
                            kea_part(Bytes(128, 0x61), 2),
                            joined({kea, dss_part(Bytes(128, 0x62), 1)}),
                            kea_part({}),
                            kea_part(Bytes(128, 0)),
                            kea_part(Bytes(129, 0x61)),
                            joined({kea, dss_part(Bytes(129, 0x62))}),
                            Bytes(400, 0xff)}) {
    EXPECT_EQ(refusal(key_info(20, parameters, bits)), Cause::certificate_malformed);
  }
}

TEST(FortezzaCertificate, OtherKindsAreOthers) {
  const Bytes info = key_info(22, der(0x04, kDomain), Bytes(128, 0x91));
  EXPECT_EQ(refusal(key_info(4, der(0x04, kDomain), Bytes(128, 0x91))),
            Cause::certificate_key_unsupported);
  for (const std::string name : {"rsa1024", "dsa1024", "dh1024-x942", "ec256"}) {
    const auto key = fortezza_certificate_key(testing::pki_certificate(name));
    ASSERT_FALSE(key.has_value()) << name;
    EXPECT_EQ(key.error().cause, Cause::certificate_key_unsupported);
  }
  EXPECT_EQ(fortezza_certificate_key(Bytes{0x30, 0x00}).error().cause,
            Cause::certificate_malformed);
  // The other way round: of these keys the combined one is read, and used by no suite.
  EXPECT_TRUE(certificate_key(certificate(info)).has_value());
  const Bytes combined = key_info(20, {}, kea_part(Bytes(128, 0x61)));
  EXPECT_TRUE(fortezza_certificate_key(certificate(combined)).has_value());
  EXPECT_EQ(certificate_key(certificate(combined)).error().cause,
            Cause::certificate_key_unsupported);
}

TEST(FortezzaCertificate, IsReadEvenIfLibcryptoRefusesIt) {
  const Bytes info = key_info(22, der(0x04, kDomain), Bytes(128, 0x91));
  const Bytes padded_serial = certificate(info, {3, 0x08}, "020001");
  EXPECT_EQ(kea_key(padded_serial).public_value, Bytes(128, 0x91));
}

}  // namespace
}  // namespace heirloom::crypto

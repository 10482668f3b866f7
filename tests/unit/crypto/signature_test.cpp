// DSA and ECDSA signatures against NIST's validation files and the openssl command's certificates,
// the two encodings, and what each kind of key signs.
#include "crypto/signature.hpp"

#include "crypto/dsa.hpp"
#include "crypto/ec.hpp"
#include "crypto/x509.hpp"
#include "support/test_pki.hpp"
#include "support/vector_file.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::crypto {
namespace {

using testing::from_hex;
using testing::pki_certificate;
using testing::pki_credentials;
using testing::read_vectors;
using testing::VectorBlock;

Bytes der_integer(Bytes number) {
  if (number.empty() || number.front() >= 0x80) {
    number.insert(number.begin(), 0);
  }
  Bytes out{2, static_cast<std::uint8_t>(number.size())};
  append(out, number);
  return out;
}

/// der_of is a SEQUENCE of two INTEGERs, written apart from the code under test.
Bytes der_of(const Bytes& r, const Bytes& s) {
  Bytes body = der_integer(r);
  append(body, der_integer(s));
  Bytes out{0x30};
  if (body.size() >= 128) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<std::uint8_t>(body.size()));
  append(out, body);
  return out;
}

std::optional<DsaPublicKey> dsa_key(const VectorBlock& vector) {
  return DsaPublicKey::from_numbers(
      vector.bytes("p"), vector.bytes("q"), vector.bytes("g"), vector.bytes("y"));
}

NamedCurve curve_named(std::string_view name) {
  const auto curves = known_curves();
  return std::ranges::find_if(curves, [name](const CurveInfo& info) { return info.name == name; })
      ->curve;
}

template <class Verify>
void for_each(std::string_view kind, std::size_t good, std::size_t bad, Verify verify) {
  for (const auto& vector : read_vectors("crypto/signatures.txt")) {
    if (vector.text("kind") == kind) {
      SCOPED_TRACE(vector.text("name"));
      const bool is_good = vector.text("accepted") == "yes";
      EXPECT_EQ(verify(vector, der_of(vector.bytes("r"), vector.bytes("s"))), is_good);
      --(is_good ? good : bad);
    }
  }
  EXPECT_EQ(good, 0U);
  EXPECT_EQ(bad, 0U);
}

TEST(Dsa, TellsNistsGoodSignaturesFromTheBad) {
  for_each("dsa", 28, 32, [](const VectorBlock& vector, const Bytes& signature) {
    const auto key = dsa_key(vector);
    EXPECT_TRUE(key.has_value());
    EXPECT_EQ(key->order_size(), vector.bytes("q").size());
    EXPECT_EQ(key->bits(), vector.bytes("p").size() * 8);
    return key->verify(vector.bytes("digest"), signature);
  });
}

TEST(Ecdsa, TellsNistsGoodSignaturesFromTheBad) {
  for_each("ecdsa", 20, 60, [](const VectorBlock& vector, const Bytes& signature) {
    const EcPublicKey key{curve_named(vector.text("curve")), vector.bytes("point")};
    return verify_ecdsa(key, vector.bytes("digest"), signature);
  });
}

VectorBlock first_good(std::string_view kind) {
  for (const auto& vector : read_vectors("crypto/signatures.txt")) {
    if (vector.text("kind") == kind && vector.text("accepted") == "yes") {
      return vector;
    }
  }
  throw std::runtime_error("no such vector");
}

/// damaged are signatures that differ from a good one in a way that no reader of strict DER takes.
std::vector<Bytes> damaged(const Bytes& good) {
  std::vector<Bytes> all{{}, {0x30}, {0x30, 0}, Bytes(good.begin(), good.end() - 1)};
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const std::uint8_t flip : Bytes{0x01, 0x80}) {
      all.push_back(good);
      all.back()[i] ^= flip;
    }
  }
  all.push_back(good);
  all.back().push_back(0);   // a byte behind
  Bytes long_length = good;  // a length in two bytes where one is enough
  long_length.insert(long_length.begin() + 1, 0x81);
  all.push_back(long_length);
  Bytes padded{0x30,
               static_cast<std::uint8_t>(good[1] + 1),
               2,
               static_cast<std::uint8_t>(good[3] + 1),
               0};  // r with a zero too many
  padded.insert(padded.end(), good.begin() + 4, good.end());
  all.push_back(padded);
  all.emplace_back(70000, 0x30);
  return all;
}

TEST(Dsa, RefusesEveryDamagedSignature) {
  const auto vector = first_good("dsa");
  const auto key = dsa_key(vector);
  const Bytes digest = vector.bytes("digest");
  const Bytes good = der_of(vector.bytes("r"), vector.bytes("s"));
  ASSERT_TRUE(key->verify(digest, good));
  for (const Bytes& bad : damaged(good)) {
    EXPECT_FALSE(key->verify(digest, bad))
        << to_hex(ByteView(bad).first(std::min<std::size_t>(bad.size(), 50)));
  }
  // r or s of 0, or of the order.
  for (const Bytes& number : {Bytes{0}, vector.bytes("q")}) {
    EXPECT_FALSE(key->verify(digest, der_of(number, vector.bytes("s"))));
    EXPECT_FALSE(key->verify(digest, der_of(vector.bytes("r"), number)));
  }
  EXPECT_FALSE(key->verify({}, good));
  EXPECT_FALSE(key->verify(ByteView(digest).first(19), good));
}

TEST(Ecdsa, RefusesEveryDamagedSignature) {
  const auto vector = first_good("ecdsa");
  const EcPublicKey key{curve_named(vector.text("curve")), vector.bytes("point")};
  const Bytes digest = vector.bytes("digest");
  const Bytes good = der_of(vector.bytes("r"), vector.bytes("s"));
  ASSERT_TRUE(verify_ecdsa(key, digest, good));
  for (const Bytes& bad : damaged(good)) {
    EXPECT_FALSE(verify_ecdsa(key, digest, bad));
  }
  EXPECT_FALSE(verify_ecdsa(key, digest, der_of({0}, vector.bytes("s"))));
  EXPECT_FALSE(verify_ecdsa(key, digest, der_of(vector.bytes("r"), {0})));
  EXPECT_FALSE(verify_ecdsa(key, {}, good));
  EXPECT_FALSE(verify_ecdsa({key.curve, {}}, digest, good));
  EXPECT_FALSE(verify_ecdsa({key.curve, {0}}, digest, good));
  EXPECT_FALSE(verify_ecdsa({NamedCurve::secp521r1, key.point}, digest, good));
}

TEST(Dsa, RefusesNumbersThatAreNoKey) {
  const auto vector = first_good("dsa");
  const Bytes p = vector.bytes("p");
  const Bytes q = vector.bytes("q");
  const Bytes g = vector.bytes("g");
  const Bytes y = vector.bytes("y");
  const auto is_key = [](ByteView prime, ByteView order, ByteView generator, ByteView value) {
    return DsaPublicKey::from_numbers(prime, order, generator, value).has_value();
  };
  EXPECT_TRUE(is_key(p, q, g, y));
  EXPECT_FALSE(is_key({}, q, g, y));
  EXPECT_FALSE(is_key(p, {}, g, y));
  EXPECT_FALSE(is_key(p, q, {}, y));
  EXPECT_FALSE(is_key(p, q, g, {}));
  for (const Bytes& number : {Bytes{1}, p, Bytes(2000, 0xff)}) {
    EXPECT_FALSE(is_key(p, q, number, y));
    EXPECT_FALSE(is_key(p, q, g, number));
  }
  EXPECT_FALSE(is_key(p, ByteView(q).first(19), g, y));
  EXPECT_FALSE(is_key(p, p, g, y));
  EXPECT_FALSE(is_key(ByteView(p).first(63), q, Bytes{2}, Bytes{2}));
  EXPECT_FALSE(is_key(Bytes(1251, 0xff), q, g, y));
  Bytes even = p;
  even.back() &= 0xfe;
  EXPECT_FALSE(is_key(even, q, g, y));
}

// Drift D22: what NSS sends at SSL 3.0.
TEST(RawDsaSignature, IsBothNumbersSideBySide) {
  std::size_t count = 0;
  for (const auto& vector : read_vectors("crypto/signatures.txt")) {
    if (vector.text("kind") != "dsa") {
      continue;
    }
    const std::size_t size = vector.bytes("q").size();
    const Bytes der = der_of(vector.bytes("r"), vector.bytes("s"));
    const auto raw = raw_dsa_signature(der, size);
    ASSERT_TRUE(raw.has_value());
    Bytes r = vector.bytes("r");
    Bytes s = vector.bytes("s");
    r.insert(r.begin(), size - r.size(), 0);
    s.insert(s.begin(), size - s.size(), 0);
    append(r, s);
    EXPECT_EQ(*raw, r);
    EXPECT_EQ(der_dsa_signature(*raw), der);
    ++count;
  }
  EXPECT_EQ(count, 60U);
}

TEST(RawDsaSignature, KeepsLeadingZeros) {
  const auto raw = raw_dsa_signature(from_hex("3006020101020102"));
  ASSERT_TRUE(raw.has_value());
  EXPECT_EQ(raw->size(), 40U);
  EXPECT_EQ((*raw)[19], 1);
  EXPECT_EQ((*raw)[39], 2);
  EXPECT_EQ(std::ranges::count(*raw, 0), 38);
  EXPECT_EQ(der_dsa_signature(*raw), from_hex("3006020101020102"));
}

TEST(RawDsaSignature, IsNotMadeOfAnythingElse) {
  const Bytes too_long = der_of(Bytes(21, 0x7f), Bytes(20, 0x7f));
  for (const Bytes& bad : {Bytes{}, Bytes{0x30, 0}, from_hex("300602010102010200"), too_long}) {
    EXPECT_EQ(raw_dsa_signature(bad).error().cause, Cause::private_key_failed) << to_hex(bad);
  }
  EXPECT_TRUE(raw_dsa_signature(too_long, 28).has_value());
  EXPECT_FALSE(der_dsa_signature({}).has_value());
  EXPECT_FALSE(der_dsa_signature(Bytes(39, 1)).has_value());
}

SignatureHashes some_hashes() {
  SignatureHashes hashes;
  for (std::size_t i = 0; i < hashes.md5.size(); ++i) {
    hashes.md5[i] = static_cast<std::uint8_t>(i);
  }
  hashes.sha.fill(0x5a);
  return hashes;
}

// RFC 2246 §7.4.3, RFC 4492 §5.4
TEST(ToBeSigned, IsBothHashesForRsaAndTheSecondForTheOthers) {
  const SignatureHashes hashes = some_hashes();
  Bytes both(hashes.md5.begin(), hashes.md5.end());
  append(both, hashes.sha);
  EXPECT_EQ(to_be_signed(PublicKeyAlgorithm::rsa, hashes), both);
  EXPECT_EQ(to_be_signed(PublicKeyAlgorithm::dsa, hashes), to_bytes(hashes.sha));
  EXPECT_EQ(to_be_signed(PublicKeyAlgorithm::ec, hashes), to_bytes(hashes.sha));
  EXPECT_TRUE(to_be_signed(PublicKeyAlgorithm::dh, hashes).empty());
  EXPECT_TRUE(to_be_signed(PublicKeyAlgorithm::other, hashes).empty());
}

Bytes sign(const std::string& name, const SignatureHashes& hashes) {
  const auto credentials = pki_credentials(name);
  auto signature = credentials.key->sign(to_be_signed(credentials.key->algorithm(), hashes));
  EXPECT_TRUE(signature.answer().has_value());
  return *signature.answer();
}

TEST(VerifySignature, TakesWhatTheKeyOfTheCertificateHasSigned) {
  const SignatureHashes hashes = some_hashes();
  SignatureHashes other_md5 = hashes;
  other_md5.md5[0] ^= 1;
  SignatureHashes other_sha = hashes;
  other_sha.sha[19] ^= 1;
  for (const std::string name :
       {"rsa512", "rsa1024", "dsa512", "dsa1024", "dsa1024-dsa", "ec256", "ec384", "ec521"}) {
    SCOPED_TRACE(name);
    const auto key = certificate_key(pki_certificate(name));
    ASSERT_TRUE(key.has_value());
    const Bytes signature = sign(name, hashes);
    EXPECT_TRUE(verify_signature(*key, hashes, signature, DsaForm::der));
    EXPECT_TRUE(verify_signature(*key, hashes, signature, DsaForm::der_or_raw));
    EXPECT_FALSE(verify_signature(*key, other_sha, signature, DsaForm::der));
    EXPECT_EQ(verify_signature(*key, other_md5, signature, DsaForm::der), !key->rsa.has_value());
    EXPECT_FALSE(verify_signature(*key, hashes, {}, DsaForm::der));
    EXPECT_FALSE(verify_signature(*key, hashes, Bytes(65535, 1), DsaForm::der_or_raw));
    const auto wrong = certificate_key(pki_certificate("rsa2048"));
    EXPECT_FALSE(verify_signature(*wrong, hashes, signature, DsaForm::der));
    for (std::size_t i = 0; i < signature.size(); ++i) {
      Bytes bad = signature;
      bad[i] ^= 0x10;
      EXPECT_FALSE(verify_signature(*key, hashes, bad, DsaForm::der)) << i;
    }
  }
}

TEST(VerifySignature, TakesRsaSignaturesWithoutTheirLeadingZeros) {
  // Found by search: the key is the same each time, and one hash in 256 has such a signature.
  SignatureHashes hashes = some_hashes();
  Bytes signature = sign("rsa512", hashes);
  for (unsigned tries = 0; signature.front() != 0 && tries < 10000; ++tries) {
    hashes.md5[0] = static_cast<std::uint8_t>(tries);
    hashes.md5[1] = static_cast<std::uint8_t>(tries >> 8U);
    signature = sign("rsa512", hashes);
  }
  ASSERT_EQ(signature.front(), 0);
  const auto key = certificate_key(pki_certificate("rsa512"));
  ByteView stripped = signature;
  while (stripped.front() == 0) {
    stripped = stripped.subspan(1);
    EXPECT_TRUE(verify_signature(*key, hashes, stripped, DsaForm::der)) << stripped.size();
  }
  EXPECT_FALSE(verify_signature(*key, hashes, stripped.subspan(1), DsaForm::der));
  EXPECT_FALSE(verify_signature(*key, hashes, ByteView(signature).first(63), DsaForm::der));
  EXPECT_FALSE(verify_signature(*key, hashes, {}, DsaForm::der));
}

TEST(VerifySignature, TakesRawDsaSignaturesOnlyWhereTheyAreAccepted) {
  const SignatureHashes hashes = some_hashes();
  for (const std::string name : {"dsa512", "dsa1024"}) {
    const auto key = certificate_key(pki_certificate(name));
    Bytes raw = raw_dsa_signature(sign(name, hashes)).value();
    EXPECT_TRUE(verify_signature(*key, hashes, raw, DsaForm::der_or_raw));
    EXPECT_FALSE(verify_signature(*key, hashes, raw, DsaForm::der));
    for (std::size_t i = 0; i < raw.size(); ++i) {
      Bytes bad = raw;
      bad[i] ^= 0x10;
      EXPECT_FALSE(verify_signature(*key, hashes, bad, DsaForm::der_or_raw)) << i;
    }
    raw.push_back(0);
    EXPECT_FALSE(verify_signature(*key, hashes, raw, DsaForm::der_or_raw));
  }
  // ECDSA has no raw form in any version.
  const auto ec = certificate_key(pki_certificate("ec256"));
  const Bytes raw = raw_dsa_signature(sign("ec256", hashes), 32).value();
  EXPECT_FALSE(verify_signature(*ec, hashes, raw, DsaForm::der_or_raw));
}

TEST(VerifySignature, IsFalseForKeysThatCannotSign) {
  const SignatureHashes hashes = some_hashes();
  const auto dh = certificate_key(pki_certificate("dh1024"));
  EXPECT_FALSE(verify_signature(*dh, hashes, sign("rsa1024", hashes), DsaForm::der));
  for (const auto algorithm : {PublicKeyAlgorithm::rsa,
                               PublicKeyAlgorithm::dsa,
                               PublicKeyAlgorithm::ec,
                               PublicKeyAlgorithm::other}) {
    CertificateKey empty;
    empty.algorithm = algorithm;
    EXPECT_FALSE(verify_signature(empty, hashes, Bytes(40, 1), DsaForm::der_or_raw));
  }
}

}  // namespace
}  // namespace heirloom::crypto

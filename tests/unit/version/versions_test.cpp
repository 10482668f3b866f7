#include "heirloom/cipher_suite.hpp"
#include "heirloom/version.hpp"

#include "version/version_range.hpp"

#include <gtest/gtest.h>

namespace heirloom {
namespace {

constexpr auto kSsl20 = static_cast<ProtocolVersion>(0x0002);
constexpr auto kTls11 = static_cast<ProtocolVersion>(0x0302);

// RFC 6101 A.1.1 and RFC 2246 A.1: versions 3.0 and 3.1
TEST(ProtocolVersion, HasItsNumberOnTheWire) {
  EXPECT_EQ(static_cast<std::uint16_t>(ProtocolVersion::ssl30), 0x0300);
  EXPECT_EQ(static_cast<std::uint16_t>(ProtocolVersion::tls10), 0x0301);
}

TEST(ProtocolVersion, IsSupportedIfItIsOneOfTheTwo) {
  EXPECT_TRUE(is_supported(ProtocolVersion::ssl30));
  EXPECT_TRUE(is_supported(ProtocolVersion::tls10));
  EXPECT_FALSE(is_supported(kSsl20));
  EXPECT_FALSE(is_supported(kTls11));
}

TEST(ProtocolVersion, HasAName) {
  EXPECT_EQ(to_string(ProtocolVersion::ssl30), "SSL 3.0");
  EXPECT_EQ(to_string(ProtocolVersion::tls10), "TLS 1.0");
  EXPECT_EQ(to_string(kTls11), "unknown version");
}

TEST(ParseVersion, UnderstandsTheSpellingsOfItsComment) {
  for (const char* const text : {"ssl3", "SSL 3.0", "sslv3", "3.0", "SSL3", "SSLv3", "ssl 3.0"}) {
    EXPECT_EQ(parse_version(text), ProtocolVersion::ssl30) << text;
  }
  for (const char* const text : {"tls1", "tls1.0", "TLS 1.0", "tlsv1", "1.0", "TLSv1", "TLS1.0"}) {
    EXPECT_EQ(parse_version(text), ProtocolVersion::tls10) << text;
  }
}

TEST(ParseVersion, RefusesEverythingElse) {
  for (const char* const text :
       {"", " ", "tls", "ssl", "ssl2", "tls1.1", "tls1.2", "3.1", "1", "tls1 ", "TLS  1.0"}) {
    EXPECT_FALSE(parse_version(text).has_value()) << text;
  }
}

TEST(VersionSet, ContainsItsMembers) {
  constexpr VersionSet kOnlySsl30{.ssl30 = true, .tls10 = false};
  EXPECT_TRUE(kOnlySsl30.contains(ProtocolVersion::ssl30));
  EXPECT_FALSE(kOnlySsl30.contains(ProtocolVersion::tls10));
  constexpr VersionSet kOnlyTls10{.ssl30 = false, .tls10 = true};
  EXPECT_FALSE(kOnlyTls10.contains(ProtocolVersion::ssl30));
  EXPECT_TRUE(kOnlyTls10.contains(ProtocolVersion::tls10));
  EXPECT_FALSE((VersionSet{.ssl30 = true, .tls10 = true}.contains(kTls11)));
}

TEST(VersionRange, IsValidIfItsEndsAreSupportedAndInOrder) {
  EXPECT_TRUE((VersionRange{ProtocolVersion::ssl30, ProtocolVersion::tls10}.is_valid()));
  EXPECT_TRUE((VersionRange{ProtocolVersion::tls10, ProtocolVersion::tls10}.is_valid()));
  EXPECT_FALSE((VersionRange{ProtocolVersion::tls10, ProtocolVersion::ssl30}.is_valid()));
  EXPECT_FALSE((VersionRange{ProtocolVersion::ssl30, kTls11}.is_valid()));
  EXPECT_FALSE((VersionRange{kSsl20, ProtocolVersion::ssl30}.is_valid()));
}

TEST(VersionRange, ContainsSupportedVersionsBetweenItsEnds) {
  constexpr VersionRange kBoth{ProtocolVersion::ssl30, ProtocolVersion::tls10};
  EXPECT_TRUE(kBoth.contains(ProtocolVersion::ssl30));
  EXPECT_TRUE(kBoth.contains(ProtocolVersion::tls10));
  EXPECT_FALSE(kBoth.contains(kTls11));
  constexpr VersionRange kOnlyTls10{ProtocolVersion::tls10, ProtocolVersion::tls10};
  EXPECT_FALSE(kOnlyTls10.contains(ProtocolVersion::ssl30));
}

TEST(VersionRange, OverlapsASetThatHasOneOfItsVersions) {
  constexpr VersionRange kOnlyTls10{ProtocolVersion::tls10, ProtocolVersion::tls10};
  EXPECT_TRUE(kOnlyTls10.overlaps(VersionSet{.ssl30 = true, .tls10 = true}));
  EXPECT_FALSE(kOnlyTls10.overlaps(VersionSet{.ssl30 = true, .tls10 = false}));
  EXPECT_FALSE(kOnlyTls10.overlaps(VersionSet{}));
}

}  // namespace
}  // namespace heirloom

// certificate_matches_host, RFC 6125 §6.4 with the tolerance that old devices need.
#include "heirloom/certificate.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

bool matches(std::vector<std::string> names,
             std::string_view host,
             std::vector<std::string> addresses = {}) {
  CertificateInfo info;
  info.dns_names = std::move(names);
  info.ip_addresses = std::move(addresses);
  return certificate_matches_host(info, host);
}

TEST(HostName, ComparesNamesWithoutRegardToCase) {
  EXPECT_TRUE(matches({"box.example.com"}, "box.example.com"));
  EXPECT_TRUE(matches({"Box.Example.COM"}, "bOX.example.com"));
  EXPECT_TRUE(matches({"other.example.com", "box.example.com"}, "box.example.com"));
  EXPECT_FALSE(matches({"box.example.com"}, "box.example.org"));
  EXPECT_FALSE(matches({"box.example.com"}, "x.box.example.com"));
  EXPECT_FALSE(matches({"box.example.com"}, "example.com"));
  EXPECT_FALSE(matches({}, "box.example.com"));
  EXPECT_FALSE(matches({"box.example.com"}, ""));
  EXPECT_FALSE(matches({""}, ""));
}

TEST(HostName, IgnoresTheDotOfTheRoot) {
  EXPECT_TRUE(matches({"box.example.com"}, "box.example.com."));
  EXPECT_TRUE(matches({"box.example.com."}, "box.example.com"));
  EXPECT_FALSE(matches({"box.example.com"}, "."));
}

TEST(HostName, TakesAWildcardForOneWholeLabel) {
  EXPECT_TRUE(matches({"*.example.com"}, "box.example.com"));
  EXPECT_TRUE(matches({"*.example.com"}, "BOX.EXAMPLE.COM"));
  EXPECT_FALSE(matches({"*.example.com"}, "example.com"));
  EXPECT_FALSE(matches({"*.example.com"}, ".example.com"));
  EXPECT_FALSE(matches({"*.example.com"}, "a.b.example.com"));
  EXPECT_FALSE(matches({"*.com"}, "example.com"));
  EXPECT_FALSE(matches({"*"}, "localhost"));
  EXPECT_FALSE(matches({"b*.example.com"}, "box.example.com"));
  EXPECT_FALSE(matches({"*x.example.com"}, "box.example.com"));
  EXPECT_FALSE(matches({"box.*.com"}, "box.example.com"));
  EXPECT_FALSE(matches({"*.*.com"}, "box.example.com"));
}

TEST(HostName, ComparesAddressesAsNumbers) {
  EXPECT_TRUE(matches({}, "192.0.2.1", {"192.0.2.1"}));
  EXPECT_TRUE(matches({}, "2001:DB8:0:0::1", {"2001:db8::1"}));
  EXPECT_TRUE(matches({}, "[2001:db8::1]", {"2001:db8::1"}));
  EXPECT_TRUE(matches({}, "fe80::1%eth0", {"fe80::1"}));
  EXPECT_FALSE(matches({}, "192.0.2.2", {"192.0.2.1"}));
  EXPECT_FALSE(matches({}, "::ffff:192.0.2.1", {"192.0.2.1"}));
  EXPECT_FALSE(matches({"*.0.2.1"}, "192.0.2.1"));
  EXPECT_FALSE(matches({"box.example.com"}, "192.0.2.1"));
}

TEST(HostName, TakesANameForAnAddressOnlyWhereThereIsNoAddress) {
  EXPECT_TRUE(matches({"192.168.0.120"}, "192.168.0.120"));
  EXPECT_FALSE(matches({"192.168.0.120"}, "192.168.0.120", {"192.168.0.1"}));
}

}  // namespace
}  // namespace heirloom

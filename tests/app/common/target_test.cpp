#include "common/target.hpp"

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

HostPort target(std::string_view text) {
  const auto parsed = parse_target(text, 443);
  return parsed ? *parsed : HostPort{"refused", 0};
}

TEST(Target, UnderstandsWhatPeopleType) {
  EXPECT_EQ(target("box"), (HostPort{"box", 443}));
  EXPECT_EQ(target("box:8443"), (HostPort{"box", 8443}));
  EXPECT_EQ(target("10.0.0.5:1"), (HostPort{"10.0.0.5", 1}));
  EXPECT_EQ(target("2001:db8::5"), (HostPort{"2001:db8::5", 443}));
  EXPECT_EQ(target("[2001:db8::5]"), (HostPort{"2001:db8::5", 443}));
  EXPECT_EQ(target("[::1]:65535"), (HostPort{"::1", 65535}));
  EXPECT_EQ(target("[fe80::1%eth0]:443"), (HostPort{"fe80::1%eth0", 443}));
  EXPECT_EQ(target("https://Box.Example/login?x=1"), (HostPort{"box.example", 443}));
  EXPECT_EQ(target("https://[::1]:8443/"), (HostPort{"::1", 8443}));
}

TEST(Target, RefusesWhatNamesNoPlace) {
  for (const auto* text : {"",
                           ":443",
                           "box:",
                           "box:0",
                           "box:65536",
                           "box:-1",
                           "box:44x",
                           "a b",
                           "box/path",
                           "[::1",
                           "[box]:443",
                           "[::1]443",
                           "box:1:2",
                           "\x1b[31mbox",
                           "ftp://box/",
                           "https://user@box/",
                           "https://"}) {
    const auto parsed = parse_target(text, 443);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, ExitCode::usage) << text;
    EXPECT_FALSE(parsed.error().next.empty()) << text;
  }
}

// A person forgot the host: resolvers would take the number for an IPv4 address.
TEST(Target, PortAloneIsNoBox) {
  for (const auto* text : {"9443", "9443:443", "https://9443/", "https://9443:1/x"}) {
    const auto parsed = parse_target(text, 443);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().cause, "port_without_box") << text;
    EXPECT_NE(parsed.error().next.find("10.0.0.5:9443"), std::string::npos) << text;
  }
  EXPECT_EQ(parse_url("9443/login").error().cause, "port_without_box");
  EXPECT_EQ(target("9443box"), (HostPort{"9443box", 443}));
}

TEST(Url, KeepsPathAndQueryAndFillsInPorts) {
  EXPECT_EQ(*parse_url("HTTPS://Box"), (Url{"https", "box", 443, "/"}));
  EXPECT_EQ(*parse_url("http://box:81/a?b=c"), (Url{"http", "box", 81, "/a?b=c"}));
  EXPECT_EQ(*parse_url("https://box?q"), (Url{"https", "box", 443, "/?q"}));
  EXPECT_EQ(*parse_url("10.0.0.5:8443/login"), (Url{"https", "10.0.0.5", 8443, "/login"}));
  EXPECT_EQ(*parse_url("::1"), (Url{"https", "::1", 443, "/"}));
}

// The ports of IANA's registry of service names.
TEST(Target, KnowsThePortOfEveryScheme) {
  EXPECT_EQ(target("https://box"), (HostPort{"box", 443}));
  EXPECT_EQ(target("smtps://box"), (HostPort{"box", 465}));
  EXPECT_EQ(target("nntps://box"), (HostPort{"box", 563}));
  EXPECT_EQ(target("ldaps://box"), (HostPort{"box", 636}));
  EXPECT_EQ(target("ftps://box"), (HostPort{"box", 990}));
  EXPECT_EQ(target("IMAPS://Box/INBOX"), (HostPort{"box", 993}));
  EXPECT_EQ(target("pop3s://[::1]/"), (HostPort{"::1", 995}));
  EXPECT_EQ(target("pop3s://box:1995"), (HostPort{"box", 1995}));
  EXPECT_EQ(parse_target("gopher://box", 443).error().cause, "url_scheme");
}

TEST(Url, OfAWebPageIsNoOther) {
  EXPECT_EQ(parse_url("imaps://box").error().cause, "url_scheme");
  EXPECT_EQ(*parse_url("ftps://box/a", UrlSchemes::all), (Url{"ftps", "box", 990, "/a"}));
  EXPECT_FALSE(parse_url("ftp://box/a", UrlSchemes::all).has_value());
  for (const UrlScheme& scheme : url_schemes()) {
    EXPECT_EQ(default_port(scheme.name), scheme.port);
  }
  EXPECT_EQ(default_port("ftp"), std::nullopt);
}

TEST(ListenAddress, BarePortMeansLoopback) {
  EXPECT_EQ(*parse_listen_address("8443"), (HostPort{"127.0.0.1", 8443}));
  EXPECT_EQ(*parse_listen_address("0"), (HostPort{"127.0.0.1", 0}));
  EXPECT_EQ(*parse_listen_address("0.0.0.0:443"), (HostPort{"0.0.0.0", 443}));
  EXPECT_EQ(*parse_listen_address("[::]:443"), (HostPort{"::", 443}));
  EXPECT_FALSE(parse_listen_address("localhost").has_value());
  EXPECT_FALSE(parse_listen_address("70000").has_value());
}

TEST(Target, BracketsAnAddressThatNeedsThem) {
  EXPECT_EQ(to_string(HostPort{"::1", 443}), "[::1]:443");
  EXPECT_EQ(to_string(HostPort{"box", 443}), "box:443");
}

TEST(Target, KnowsLoopback) {
  for (const auto* host : {"127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (const auto* host : {"128.0.0.1", "::", "10.0.0.5", "localhost.example", "::ffff:10.0.0.5"}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

}  // namespace
}  // namespace heirloom::app

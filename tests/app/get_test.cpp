// The parts of `get` that need no connection, against published examples.
#include "common/inflate.hpp"
#include "get/curl_options.hpp"
#include "get/data.hpp"
#include "get/digest.hpp"
#include "get/exit.hpp"
#include "get/request.hpp"
#include "get/secrets.hpp"
#include "get/target.hpp"
#include "get/usage.hpp"
#include "get/write_out.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::app::get {

namespace {

Target target_of(const std::string& text) {
  Outcome<Target> target = parse_location(text, PathForm::resolved);
  EXPECT_TRUE(target.has_value()) << text;
  return target.has_value() ? *std::move(target) : Target{};
}

// RFC 3986 §5.4, without the fragments, which a request never carries, and without parameters of
// the scheme "http" that its §5.4.2 leaves to the reader.
TEST(GetTarget, ResolvesTheExamplesOfRfc3986) {
  const Target base = target_of("http://a/b/c/d;p?q");
  const std::vector<std::pair<std::string, std::string>> examples = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"g#s", "http://a/b/c/g"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
  };
  for (const auto& [reference, expected] : examples) {
    EXPECT_EQ(resolve_reference(base, reference), expected) << reference;
  }
}

TEST(GetTarget, TakesTheLoginOutOfTheUrl) {
  const Target target = target_of("https://ro%40ot:a:b@10.0.0.5:443/x#part");
  ASSERT_TRUE(target.login.has_value());
  EXPECT_EQ(target.login->user, "ro@ot");
  EXPECT_EQ(target.login->password, "a:b");
  EXPECT_EQ(target.text, "https://10.0.0.5:443/x");
  EXPECT_EQ(target.authority(), "10.0.0.5");
  EXPECT_EQ(target_of("[::1]:8443").authority(), "[::1]:8443");
}

TEST(GetTarget, NumbersMistakesAsCurlDoes) {
  EXPECT_EQ(parse_location("http://a b/", PathForm::resolved).error().code,
            exit_code(CurlExit::url_malformed));
  EXPECT_EQ(parse_location("gopher://a/", PathForm::resolved).error().code,
            exit_code(CurlExit::unsupported_scheme));
}

TEST(GetTarget, PercentEncodesAndDecodes) {
  EXPECT_EQ(percent_encode("a-._~ /\xC3\xA9"), "a-._~%20%2F%C3%A9");
  EXPECT_EQ(percent_decode("%41%zz%4"), "A%zz%4");
}

// The examples of RFC 7616 §3.9.1, and of RFC 2617 §3.5 for MD5.
TEST(GetDigest, AnswersTheChallengesOfRfc7616) {
  const std::string client_nonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
  const std::vector<std::pair<std::string, std::string>> examples = {
      {"SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
      {"MD5", "8ca523f5e9506fed4657c9700eebdbec"}};
  for (const auto& [algorithm, response] : examples) {
    const http::Fields fields{
        {"WWW-Authenticate",
         "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=" + algorithm +
             ", nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
             "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""}};
    const auto challenge = find_challenge(fields);
    ASSERT_TRUE(challenge.has_value());
    const std::string value = digest_authorization(
        *challenge, {"Mufasa", "Circle of Life"}, {"GET", "/dir/index.html", client_nonce});
    EXPECT_NE(value.find("response=\"" + response + "\""), std::string::npos) << value;
    EXPECT_NE(value.find("opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""),
              std::string::npos);
  }
}

TEST(GetDigest, TellsSchemesApart) {
  EXPECT_FALSE(find_challenge({{"WWW-Authenticate", "Digestive realm=\"x\""}}).has_value());
  EXPECT_FALSE(find_challenge({{"WWW-Authenticate", "Digest realm=\"x\", algorithm=SHA-512-256"}})
                   .has_value());
  EXPECT_TRUE(offers_basic({{"www-authenticate", "basic realm=\"x\""}}));
  EXPECT_FALSE(offers_basic({{"www-authenticate", "Basically"}}));
}

// RFC 7617 §2.
TEST(GetRequest, WritesBasicAsRfc7617) {
  EXPECT_EQ(basic_authorization({"Aladdin", "open sesame"}), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(basic_authorization({"a", ""}), "Basic YTo=");
}

TEST(GetRequest, LeavesNoWayToStartAnotherRequest) {
  GetOptions options;
  RequestPlan plan;
  plan.method = "GET";
  plan.headers = {"X-A: 1\r\nX-Evil: 2", "X-B: 3"};
  const std::string wire = http::to_wire(build_request(options, target_of("http://a/"), plan));
  EXPECT_EQ(wire.find("X-Evil"), std::string::npos);
  EXPECT_NE(wire.find("X-B: 3\r\n"), std::string::npos);
}

TEST(GetSecrets, AreHiddenWhereParsingFoundThem) {
  std::vector<std::string> typed = {"get",
                                    "-u",
                                    "a:b",
                                    "-skua:b",
                                    "--user=a:b",
                                    "-o",
                                    "xa:b",
                                    "http://a:b@h/u@v",
                                    "--url=a:b@h",
                                    "http://h/a:b@c"};
  std::vector<char*> words;
  for (std::string& word : typed) {
    words.push_back(word.data());
  }
  hide_secrets(words, {"a:b"}, {"http://a:b@h/u@v", "a:b@h", "http://h/a:b@c", ""});
  EXPECT_EQ(typed,
            (std::vector<std::string>{"get",
                                      "-u",
                                      "***",
                                      "-sku***",
                                      "--user=***",
                                      "-o",
                                      "xa:b",
                                      "http://***@h/u@v",
                                      "--url=***@h",
                                      "http://h/a:b@c"}));
}

TEST(GetUsage, TakesTheHeaderLinesOfCurl) {
  for (const std::string line : {"", "Name: value", "Name:value", "Name:", "Name;", "a-b: x\ty;"}) {
    EXPECT_TRUE(check_header(line).has_value()) << line;
  }
  for (const std::string line : {"Bad header", "Bad name: x", ": x", ";", "A: b\r\nC: d", "A\n;"}) {
    const Outcome<bool> refused = check_header(line);
    ASSERT_FALSE(refused.has_value()) << line;
    EXPECT_EQ(refused.error().code, exit_code(CurlExit::usage));
  }
}

TEST(GetUsage, TakesTheAddressesOfResolve) {
  GetOptions options;
  options.urls = {"http://a/"};
  for (const std::string entry :
       {"a:443:10.0.0.1", "+*:1:::1", "a:65535:[::1]", "a:80:10.0.0.1,[::2]"}) {
    options.resolve = {entry};
    EXPECT_TRUE(check_usage(options).has_value()) << entry;
  }
  for (const std::string entry : {"",
                                  "a",
                                  "a:443",
                                  "a:443:",
                                  ":443:10.0.0.1",
                                  "a:0:10.0.0.1",
                                  "a:65536:10.0.0.1",
                                  "a:x:10.0.0.1",
                                  "a:80:10.0.0",
                                  "a:80:10.0.0.1,"}) {
    options.resolve = {entry};
    const Outcome<bool> refused = check_usage(options);
    ASSERT_FALSE(refused.has_value()) << entry;
    EXPECT_EQ(refused.error().code, exit_code(CurlExit::option_syntax)) << entry;
  }
}

TEST(GetUsage, RefusesEachOptionOfCurlWithReasonAndAlternative) {
  for (const CurlOption& row : curl_options()) {
    const CurlOption* const refused = first_refused({curl_name(row)});
    EXPECT_EQ(refused != nullptr, row.way == CurlOption::Way::refused) << row.names;
    EXPECT_EQ(row.why.empty() || row.instead.empty(), refused == nullptr) << row.names;
  }
}

TEST(GetWriteOut, ListsWhatItDoesNotKnow) {
  EXPECT_EQ(unknown_variables("%{http_code}%{nosuch}%{json}%{stderr}%%{x}%{tls"),
            std::vector<std::string>{"nosuch"});
}

TEST(GetWriteOut, KeepsWhatItDoesNotKnow) {
  Statistics statistics;
  statistics.response_code = 7;
  const WrittenOut text = write_out("%{http_code}%%%{nonsense}\\n\\q%{stderr}x%{", statistics);
  EXPECT_EQ(text.to_stdout, "007%%{nonsense}\n\\q");
  EXPECT_EQ(text.to_stderr, "x%{");
}

TEST(GetExit, NumbersFailuresOfOthersAsCurlDoes) {
  EXPECT_EQ(to_curl({ExitCode::network, "", "", "name_not_found"}).code,
            exit_code(CurlExit::resolve));
  EXPECT_EQ(to_curl({ExitCode::network, "", "", "unreachable"}).code, exit_code(CurlExit::connect));
  EXPECT_EQ(to_curl({ExitCode::handshake, "", "", "refused"}).code, exit_code(CurlExit::tls));
  EXPECT_EQ(to_curl({ExitCode::identity, "", "", "version_lower"}).code,
            exit_code(CurlExit::identity));
}

TEST(Inflate, StopsWhenNobodyTakesMore) {
  // "a" in gzip, as gzip -n writes it.
  const std::string packed(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\x04\x00\x43\xbe\xb7\xe8\x01\x00\x00\x00", 21);
  Inflater refused(Inflater::Coding::gzip);
  EXPECT_EQ(refused.feed(packed, [](std::string_view) { return false; }), Inflater::Fed::stopped);
  std::string text;
  Inflater piecewise(Inflater::Coding::gzip);
  EXPECT_TRUE(piecewise.is_complete());
  for (const char byte : packed) {
    EXPECT_EQ(piecewise.feed({&byte, 1},
                             [&text](std::string_view piece) {
                               text += piece;
                               return true;
                             }),
              Inflater::Fed::ok);
  }
  EXPECT_EQ(text, "a");
  EXPECT_TRUE(piecewise.is_complete());
}

}  // namespace

}  // namespace heirloom::app::get

// The bridge's rules: names, who may ask, and what is changed in heads.
#include "http/links.hpp"
#include "http/origin.hpp"
#include "http/page.hpp"
#include "http/rewrite.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::app::http {
namespace {

LocalOrigin local() {
  return LocalOrigin{"10-0-0-5", 40123, ""};
}

BoxOrigin box() {
  return BoxOrigin{"10.0.0.5", 443, {}};
}

RequestHead request(std::string method, Fields fields) {
  RequestHead head;
  head.method = std::move(method);
  head.target = "/";
  head.fields = std::move(fields);
  return head;
}

Verdict judge(const RequestHead& head) {
  return judge_request(head, local(), "127.0.0.1");
}

const std::string kHost = "10-0-0-5.localhost:40123";
const std::string kOurs = "http://10-0-0-5.localhost:40123";

TEST(BoxLabel, is_one_dns_label) {
  EXPECT_EQ(box_label("10.0.0.5", 443), "10-0-0-5");
  EXPECT_EQ(box_label("10.0.0.5", 8443), "10-0-0-5-8443");
  EXPECT_EQ(box_label("ILO.Rack.example", 443), "ilo-rack-example");
  EXPECT_EQ(box_label("fe80::1", 443), "ip6-fe80--1");
  EXPECT_EQ(box_label("::1", 443), "ip6---1");
  EXPECT_EQ(box_label("fe80::", 443), "ip6-fe80--0");
}

TEST(BoxLabel, differs_for_every_box) {
  const std::vector<std::pair<std::string, std::uint16_t>> boxes = {
      {"a-b.c", 443},
      {"a.b-c", 443},
      {"a.b.c", 443},
      {"a-b-c", 443},
      {"a.b", 443},
      {"a.b", 8443},
      {"10.0.0.5", 443},
      {"10-0-0-5", 443},
      {"::1", 443},
      {"xn--bcher-kva.example", 443},
      {"b\xc3\xbc"
       "cher",
       443},
      {std::string(80, 'a'), 443},
      {std::string(81, 'a'), 443},
      {std::string(80, 'a'), 8443},
      {"a_b", 443},
  };
  std::set<std::string> labels;
  for (const auto& [host, port] : boxes) {
    const std::string label = box_label(host, port);
    EXPECT_LE(label.size(), 63U) << label;
    EXPECT_FALSE(label.starts_with('-') || label.ends_with('-')) << label;
    EXPECT_EQ(label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos);
    EXPECT_TRUE(labels.insert(label).second) << label;
  }
}

TEST(Host, our_names_with_our_port_are_accepted) {
  for (const char* const host : {"10-0-0-5.localhost:40123",
                                 "10-0-0-5.LOCALHOST:40123",
                                 "localhost:40123",
                                 "127.0.0.1:40123",
                                 "[::1]:40123"}) {
    EXPECT_EQ(judge(request("GET", {{"Host", host}})), Verdict::allowed) << host;
  }
}

TEST(Host, dns_rebinding_is_misdirected) {
  for (const char* const host : {"evil.example:40123",
                                 "10-0-0-6.localhost:40123",
                                 "10-0-0-5.localhost",
                                 "10-0-0-5.localhost:40124",
                                 "10-0-0-5.localhost.evil.example:40123",
                                 "127.0.0.1",
                                 "192.168.0.7:40123",
                                 "127.0.0.1:40123@evil.example:40123",
                                 "10-0-0-5.localhost.:40123",
                                 "[::1:40123",
                                 ""}) {
    EXPECT_EQ(judge(request("GET", {{"Host", host}})), Verdict::misdirected) << host;
  }
  EXPECT_EQ(judge(request("GET", {})), Verdict::misdirected);
  EXPECT_EQ(judge(request("GET", {{"Host", kHost}, {"Host", kHost}})), Verdict::misdirected);
}

TEST(Host, absolute_target_is_held_to_the_same_rule) {
  RequestHead head = request("GET", {{"Host", kHost}});
  head.target = kOurs + "/x";
  EXPECT_EQ(judge(head), Verdict::allowed);
  head.target = "http://evil.example/x";
  EXPECT_EQ(judge(head), Verdict::misdirected);
  head.target = "https://10.0.0.5/x";
  EXPECT_EQ(judge(head), Verdict::misdirected);
}

TEST(Host, listener_on_a_network_is_addressed_by_its_address) {
  const LocalOrigin open{"10-0-0-5", 40123, "0.0.0.0"};
  const RequestHead head = request("GET", {{"Host", "192.168.0.7:40123"}});
  EXPECT_EQ(judge_request(head, open, "192.168.0.7"), Verdict::allowed);
  EXPECT_EQ(judge_request(head, open, "192.168.0.8"), Verdict::misdirected);
  const RequestHead named = request("GET", {{"Host", "evil.example:40123"}});
  EXPECT_EQ(judge_request(named, open, "192.168.0.7"), Verdict::misdirected);
}

TEST(CrossSite, post_of_another_site_is_refused) {
  for (const Fields& fields :
       {Fields{{"Host", kHost}, {"Origin", "http://evil.example"}},
        Fields{{"Host", kHost}, {"Origin", "null"}},
        Fields{{"Host", kHost}, {"Origin", "http://10-0-0-6.localhost:40124"}},
        Fields{{"Host", kHost}, {"Origin", "http://10-0-0-5.localhost:40124"}},
        Fields{{"Host", kHost}, {"Origin", "https://10-0-0-5.localhost:40123"}},
        Fields{{"Host", kHost}, {"Origin", kOurs + ".evil.example"}},
        Fields{{"Host", kHost}, {"Referer", "http://evil.example/form"}},
        Fields{{"Host", kHost}, {"Sec-Fetch-Site", "cross-site"}},
        Fields{{"Host", kHost}, {"Sec-Fetch-Site", "same-site"}},
        Fields{{"Host", kHost},
               {"Sec-Fetch-Site", "cross-site"},
               {"Sec-Fetch-Mode", "navigate"},
               {"Sec-Fetch-Dest", "document"}}}) {
    EXPECT_EQ(judge(request("POST", fields)), Verdict::cross_site) << fields.all()[1].value;
  }
}

TEST(CrossSite, only_a_top_level_navigation_passes) {
  const auto fetch = [](std::string method, const char* mode, const char* destination) {
    return judge(request(std::move(method),
                         {{"Host", kHost},
                          {"Referer", "http://wiki.example/devices"},
                          {"Sec-Fetch-Site", "cross-site"},
                          {"Sec-Fetch-Mode", mode},
                          {"Sec-Fetch-Dest", destination}}));
  };
  EXPECT_EQ(fetch("GET", "navigate", "document"), Verdict::allowed);
  EXPECT_EQ(fetch("HEAD", "navigate", "document"), Verdict::allowed);
  EXPECT_EQ(fetch("GET", "navigate", "iframe"), Verdict::cross_site);
  EXPECT_EQ(fetch("GET", "no-cors", "image"), Verdict::cross_site);
  EXPECT_EQ(fetch("GET", "websocket", "websocket"), Verdict::cross_site);
  EXPECT_EQ(fetch("GET", "cors", "empty"), Verdict::cross_site);
  EXPECT_EQ(judge(request("GET", {{"Host", kHost}, {"Referer", "http://wiki.example/"}})),
            Verdict::cross_site)
      << "without the browser's word nothing says that it was a navigation";
}

TEST(CrossSite, our_own_pages_and_tools_pass) {
  for (const Fields& fields :
       {Fields{{"Host", kHost}},
        Fields{{"Host", kHost}, {"Origin", kOurs}},
        Fields{{"Host", kHost}, {"Referer", kOurs + "/login.html"}},
        Fields{{"Host", kHost}, {"Sec-Fetch-Site", "none"}},
        Fields{{"Host", kHost}, {"Sec-Fetch-Site", "same-origin"}, {"Origin", "null"}},
        Fields{{"Host", kHost}, {"Sec-Fetch-Site", "same-origin"}, {"Origin", kOurs}}}) {
    EXPECT_EQ(judge(request("POST", fields)), Verdict::allowed);
  }
}

Route route() {
  static const BoxOrigin kBox{"10.0.0.5", 443, {"ilo.rack"}};
  static const LocalOrigin kLocal = local();
  return Route{kBox, kLocal, kHost, "127.0.0.1"};
}

TEST(TowardsBox, only_our_own_origin_becomes_the_boxs) {
  const RequestHead own = towards_box(
      request("POST", {{"Host", kHost}, {"Origin", kOurs}, {"Referer", kOurs + "/a?b=c"}}),
      route());
  EXPECT_EQ(own.fields.value("Host"), "10.0.0.5");
  EXPECT_EQ(own.fields.value("Origin"), "https://10.0.0.5");
  EXPECT_EQ(own.fields.value("Referer"), "https://10.0.0.5/a?b=c");
  const RequestHead other =
      towards_box(request("GET", {{"Host", kHost}, {"Referer", "http://wiki.example/x"}}), route());
  EXPECT_EQ(other.fields.value("Referer"), "http://wiki.example/x");
}

TEST(TowardsBox, port_stays_in_host_and_origin) {
  const BoxOrigin odd{"fe80::1", 8443, {}};
  const LocalOrigin here{box_label("fe80::1", 8443), 40123, ""};
  const std::string ours = "http://" + here.authority();
  const RequestHead head =
      towards_box(request("GET", {{"Host", here.authority()}, {"Origin", ours}}),
                  Route{odd, here, here.authority(), "127.0.0.1"});
  EXPECT_EQ(head.fields.value("Host"), "[fe80::1]:8443");
  EXPECT_EQ(head.fields.value("Origin"), "https://[fe80::1]:8443");
}

TEST(TowardsBox, hop_by_hop_fields_end_here) {
  const RequestHead head =
      towards_box(request("GET",
                          {{"Host", kHost},
                           {"Connection", "keep-alive, X-Private, Host, Content-Length"},
                           {"Keep-Alive", "timeout=5"},
                           {"X-Private", "1"},
                           {"TE", "trailers"},
                           {"Content-Length", "0"},
                           {"Cookie", "a=b"}}),
                  route());
  EXPECT_EQ(head.fields.all(),
            (std::vector<Field>{{"Host", "10.0.0.5"}, {"Content-Length", "0"}, {"Cookie", "a=b"}}));
}

TEST(TowardsBox, upgrade_survives) {
  const RequestHead head = towards_box(
      request("GET",
              {{"Host", kHost}, {"Connection", "keep-alive, Upgrade"}, {"Upgrade", "websocket"}}),
      route());
  EXPECT_TRUE(is_upgrade(head.fields));
  EXPECT_EQ(head.fields.value("Connection"), "Upgrade");
}

TEST(TowardsBox, absolute_target_becomes_a_path) {
  RequestHead head = request("GET", {{"Host", kHost}});
  head.target = kOurs + "/x?y";
  EXPECT_EQ(towards_box(head, route()).target, "/x?y");
}

LocalOrigin secure_local() {
  return LocalOrigin{"10-0-0-5", 40123, "", LocalOrigin::Scheme::https};
}

TEST(SecureLocal, its_own_origin_is_https_and_the_plain_one_is_foreign) {
  const LocalOrigin local = secure_local();
  const std::string ours = "https://" + kHost;
  EXPECT_EQ(local.text(), ours);
  EXPECT_EQ((LocalOrigin{"box", 443, "", LocalOrigin::Scheme::https}.text()),
            "https://box.localhost");
  EXPECT_EQ((LocalOrigin{"box", 80, "", LocalOrigin::Scheme::https}.text()),
            "https://box.localhost:80");
  EXPECT_EQ(local.path_within(ours + "/a", "127.0.0.1"), "/a");
  EXPECT_EQ(local.path_within(kOurs + "/a", "127.0.0.1"), "");
  const auto judged = [&](const std::string& origin) {
    return judge_request(
        request("POST", {{"Host", kHost}, {"Origin", origin}}), local, "127.0.0.1");
  };
  EXPECT_EQ(judged(ours), Verdict::allowed);
  EXPECT_EQ(judged(kOurs), Verdict::cross_site);
}

TEST(SecureLocal, cookies_and_redirections_stay_secure) {
  static const BoxOrigin kBox{"10.0.0.5", 443, {}};
  static const LocalOrigin kLocal = secure_local();
  ResponseHead given;
  given.status = 302;
  given.fields = Fields{{"Location", "https://10.0.0.5/next"},
                        {"Set-Cookie", "a=1; Domain=10.0.0.5; Secure; SameSite=None"},
                        {"Strict-Transport-Security", "max-age=1"}};
  const ResponseHead head = towards_browser(given, Route{kBox, kLocal, kHost, "127.0.0.1"});
  EXPECT_EQ(head.fields.value("Location"), "https://" + kHost + "/next");
  EXPECT_EQ(head.fields.value("Set-Cookie"), "a=1; Secure; SameSite=None");
  EXPECT_EQ(head.fields.find("Strict-Transport-Security"), nullptr);
}

ResponseHead response(Fields fields) {
  ResponseHead head;
  head.fields = std::move(fields);
  return head;
}

TEST(TowardsBrowser, location_of_the_box_becomes_ours) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"https://10.0.0.5/login", kOurs + "/login"},
      {"HTTPS://10.0.0.5:443/login?a=b#c", kOurs + "/login?a=b#c"},
      {"https://10.0.0.5", kOurs + "/"},
      {"https://10.0.0.5?x", kOurs + "/?x"},
      {"//10.0.0.5/x", kOurs + "/x"},
      {"https://ilo.rack/x", kOurs + "/x"},
      {"/relative", "/relative"},
      {"https://10.0.0.50/x", "https://10.0.0.50/x"},
      {"https://10.0.0.5:8443/x", "https://10.0.0.5:8443/x"},
      {"https://10.0.0.5@evil.example/x", "https://10.0.0.5@evil.example/x"},
      {"http://10.0.0.5/x", "http://10.0.0.5/x"},
      {"https://elsewhere.example/x", "https://elsewhere.example/x"},
  };
  for (const auto& [given, expected] : cases) {
    const ResponseHead head = towards_browser(response({{"Location", given}}), route());
    EXPECT_EQ(head.fields.value("Location"), expected) << given;
  }
}

TEST(TowardsBrowser, location_keeps_the_name_that_the_browser_uses) {
  Route by_address = route();
  by_address.browser_authority = "127.0.0.1:40123";
  const ResponseHead head =
      towards_browser(response({{"Location", "https://10.0.0.5/x"}}), by_address);
  EXPECT_EQ(head.fields.value("Location"), "http://127.0.0.1:40123/x");
}

TEST(TowardsBrowser, cookies_come_back) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"sid=1; Secure; HttpOnly; Path=/", "sid=1; HttpOnly; Path=/"},
      {"sid=1;secure;DOMAIN=10.0.0.5;path=/x", "sid=1; path=/x"},
      {"sid=1; SameSite=None; Secure", "sid=1"},
      {"sid=1; SameSite=Strict; Max-Age=5", "sid=1; SameSite=Strict; Max-Age=5"},
      {"sid=Secure", "sid=Secure"},
      {"a=b=c; Expires=Thu, 01 Jan 2026 00:00:00 GMT;;",
       "a=b=c; Expires=Thu, 01 Jan 2026 00:00:00 GMT"},
      {"__Host-sid=1; Secure; Path=/", "__Host-sid=1; Secure; Path=/"},
  };
  for (const auto& [given, expected] : cases) {
    EXPECT_EQ(rewrite_cookie(given, LocalOrigin::Scheme::http), expected);
  }
  const ResponseHead head = towards_browser(
      response({{"Set-Cookie", "a=1; Secure"}, {"set-cookie", "b=2; Secure"}}), route());
  EXPECT_EQ(head.fields.all(), (std::vector<Field>{{"Set-Cookie", "a=1"}, {"set-cookie", "b=2"}}));
}

TEST(TowardsBrowser, hsts_and_hop_by_hop_fields_end_here) {
  const ResponseHead head = towards_browser(response({{"Strict-Transport-Security", "max-age=9"},
                                                      {"Connection", "close, X-Hop"},
                                                      {"X-Hop", "1"},
                                                      {"Content-Type", "text/html"}}),
                                            route());
  EXPECT_EQ(head.fields.all(), (std::vector<Field>{{"Content-Type", "text/html"}}));
}

TEST(LinkWatcher, sees_links_to_the_box_across_pieces) {
  const std::string page = "<a href=\"https://10.0.0.5/x\">";
  for (std::size_t cut = 0; cut <= page.size(); ++cut) {
    LinkWatcher watcher(box());
    const bool first = watcher.look(page.substr(0, cut));
    const bool second = watcher.look(page.substr(cut));
    EXPECT_TRUE(first || second) << cut;
  }
}

TEST(LinkWatcher, leaves_other_hosts_alone) {
  for (const char* const text : {"https://10.0.0.50/x ",
                                 "https://10.0.0.5.evil.example/ ",
                                 "http://10.0.0.5/ ",
                                 "https://10.0.0.5:8443/ ",
                                 "/relative "}) {
    LinkWatcher watcher(box());
    EXPECT_FALSE(watcher.look(text)) << text;
  }
  LinkWatcher watcher(box());
  EXPECT_TRUE(watcher.look("HTTPS://10.0.0.5:443/ "));
}

TEST(LinkWatcher, reads_plain_html_only) {
  EXPECT_TRUE(LinkWatcher::is_worth_watching(response({{"Content-Type", "Text/HTML; charset=x"}})));
  EXPECT_FALSE(LinkWatcher::is_worth_watching(response({{"Content-Type", "image/png"}})));
  EXPECT_FALSE(LinkWatcher::is_worth_watching(
      response({{"Content-Type", "text/html"}, {"Content-Encoding", "gzip"}})));
}

TEST(Page, is_small_readable_and_harmless) {
  const Rendered page =
      render(Page{502, "The box said <script>\"&'", "bad_answer", "heirloom --x", ""});
  EXPECT_NE(page.body.find("The box said &lt;script&gt;&quot;&amp;&#39;."), std::string::npos);
  EXPECT_EQ(page.head.fields.value("Content-Length"), std::to_string(page.body.size()));
  EXPECT_EQ(page.head.reason, "Bad Gateway");
}

TEST(Page, slow_box_is_a_gateway_timeout) {
  EXPECT_EQ(page_for_failure({ExitCode::network, "x", "", "connect_timeout"}).status, 504);
  EXPECT_EQ(page_for_failure({ExitCode::network, "x", "", "connection_refused"}).status, 502);
  EXPECT_EQ(page_for_failure({ExitCode::identity, "x", "", "certificate_changed"}).status, 502);
}

}  // namespace
}  // namespace heirloom::app::http

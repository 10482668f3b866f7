// The ladder's decisions, without a network: order, signals, causes, and whom to trust.
#include "ladder/climb.hpp"
#include "ladder/diagnosis.hpp"
#include "ladder/identity.hpp"
#include "ladder/rung.hpp"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

const std::vector<Rung> kAll = {
    Rung::system_defaults, Rung::system_everything, Rung::tls10, Rung::tls10_bare, Rung::ssl30};

/// Script answers every rung as it is told, and notes what was asked.
struct Script {
  std::map<Rung, RungResult> answers;
  std::vector<std::pair<Rung, bool>> asked;

  Outcome<RungAttempt> operator()(Rung rung, bool sends_signal) {
    asked.emplace_back(rung, sends_signal);
    RungAttempt attempt;
    attempt.result =
        answers.contains(rung) ? answers[rung] : RungResult{rung, RungEnd::refused_by_peer, 40, ""};
    attempt.result.rung = rung;
    if (attempt.result.end == RungEnd::complete) {
      attempt.box.emplace();
      attempt.box->facts.rung = rung;
    }
    return attempt;
  }
};

Climb climb_script(Script& script, const ClimbPlan& plan) {
  Outcome<Climb> result = climb(
      plan,
      [&script](Rung rung, bool sends_signal) { return script(rung, sends_signal); },
      [](const RungResult&) {});
  EXPECT_TRUE(result.has_value());
  return *std::move(result);
}

std::vector<Rung> rungs_of(const Script& script) {
  std::vector<Rung> result;
  for (const auto& [rung, signal] : script.asked) {
    result.push_back(rung);
  }
  return result;
}

TEST(Climb, stops_at_the_first_rung_that_works) {
  Script script;
  script.answers[Rung::tls10] = {Rung::tls10, RungEnd::complete};
  const Climb result = climb_script(script, {kAll, std::nullopt});
  ASSERT_TRUE(result.box.has_value());
  EXPECT_EQ(result.box->facts.rung, Rung::tls10);
  EXPECT_EQ(result.results.size(), 3U);
}

TEST(Climb, signals_fall_where_rfc_7507_wants_them) {
  Script script;
  script.answers[Rung::system_defaults] = {Rung::system_defaults, RungEnd::closed};
  climb_script(script, {kAll, std::nullopt});
  EXPECT_EQ(script.asked,
            (std::vector<std::pair<Rung, bool>>{{Rung::system_defaults, false},
                                                {Rung::system_everything, false},
                                                {Rung::tls10, true},
                                                {Rung::tls10_bare, false},
                                                {Rung::ssl30, true}}));
}

// Drift D112: rung 3 is tried for its suites then, and a box with TLS 1.2 and RC4 alone would
// refuse the signal. SSL 3.0 has no suites that TLS 1.0 had not.
TEST(Climb, no_common_suite_is_no_reason_to_signal) {
  struct Row {
    RungEnd first;
    std::optional<std::uint8_t> first_alert;
    RungEnd second;
    std::optional<std::uint8_t> second_alert;
    bool signals;
  };

  for (const Row& row : {Row{RungEnd::refused_by_peer, 40, RungEnd::refused_by_peer, 40, false},
                         Row{RungEnd::refused_by_peer, 71, RungEnd::refused_by_peer, 40, false},
                         Row{RungEnd::refused_by_peer, 70, RungEnd::refused_by_peer, 40, true},
                         Row{RungEnd::refused_by_peer, 40, RungEnd::refused_by_peer, {}, true},
                         Row{RungEnd::closed, {}, RungEnd::refused_by_peer, 40, true},
                         Row{RungEnd::refused_by_peer, 40, RungEnd::silent, {}, true},
                         Row{RungEnd::refused_by_us, 40, RungEnd::refused_by_peer, 40, true}}) {
    Script script;
    script.answers[Rung::system_defaults] = {Rung::system_defaults, row.first, row.first_alert};
    script.answers[Rung::system_everything] = {
        Rung::system_everything, row.second, row.second_alert};
    climb_script(script, {kAll, std::nullopt});
    ASSERT_EQ(script.asked.size(), 5U);
    EXPECT_EQ(script.asked[2], (std::pair{Rung::tls10, row.signals}));
    EXPECT_EQ(script.asked[4], (std::pair{Rung::ssl30, true}));
  }
  EXPECT_TRUE(sends_fallback_signal(Rung::tls10, kAll, {})) << "remembered, and tried alone";
}

TEST(Climb, first_hello_of_a_plan_is_no_fallback) {
  Script script;
  climb_script(script, {{Rung::tls10, Rung::tls10_bare, Rung::ssl30}, std::nullopt});
  EXPECT_FALSE(script.asked[0].second);
  EXPECT_TRUE(script.asked[2].second);
}

TEST(Climb, signal_can_be_left_out) {
  Script script;
  ClimbPlan plan{kAll, std::nullopt};
  plan.may_signal = false;
  climb_script(script, plan);
  for (const auto& [rung, signal] : script.asked) {
    EXPECT_FALSE(signal);
  }
}

TEST(Climb, remembered_rung_that_works_is_the_only_connection) {
  Script script;
  script.answers[Rung::ssl30] = {Rung::ssl30, RungEnd::complete};
  const Climb result = climb_script(script, {kAll, Rung::ssl30});
  EXPECT_TRUE(result.box.has_value());
  EXPECT_EQ(rungs_of(script), std::vector<Rung>{Rung::ssl30});
  EXPECT_TRUE(script.asked[0].second) << "still lower than what this program can do";
}

TEST(Climb, remembered_rung_that_fails_is_followed_by_all) {
  for (const RungEnd end : {RungEnd::refused_by_peer, RungEnd::silent, RungEnd::fallback_refused}) {
    Script script;
    script.answers[Rung::ssl30] = {Rung::ssl30, end};
    script.answers[Rung::system_defaults] = {Rung::system_defaults, RungEnd::complete};
    const Climb result = climb_script(script, {kAll, Rung::ssl30});
    EXPECT_TRUE(result.box.has_value());
    EXPECT_EQ(rungs_of(script), (std::vector<Rung>{Rung::ssl30, Rung::system_defaults}));
  }
}

TEST(Climb, remembered_rung_outside_the_plan_is_not_tried) {
  Script script;
  climb_script(script, {{Rung::tls10_bare}, Rung::system_defaults});
  EXPECT_EQ(rungs_of(script), std::vector<Rung>{Rung::tls10_bare});
}

TEST(Climb, failure_before_tls_ends_it) {
  int calls = 0;
  const auto result = climb(
      {kAll, std::nullopt},
      [&calls](Rung, bool) -> Outcome<RungAttempt> {
        ++calls;
        return Failure{ExitCode::network, "no route", "", "unreachable"};
      },
      [](const RungResult&) {});
  EXPECT_FALSE(result.has_value());
  EXPECT_EQ(calls, 1);
}

TEST(Rung, only_refusal_reset_and_silence_descend) {
  const std::map<RungEnd, bool> expected = {
      {RungEnd::complete, false},
      {RungEnd::refused_by_peer, true},
      {RungEnd::refused_by_us, true},
      {RungEnd::closed, true},
      {RungEnd::reset, true},
      {RungEnd::silent, true},
      {RungEnd::stalled, true},
      {RungEnd::not_tls, false},
      {RungEnd::fallback_refused, false},
      {RungEnd::certificate_wanted, false},
      {RungEnd::plain_http, false},
      {RungEnd::ssh, false},
      {RungEnd::sslv2, false},
      {RungEnd::stopped, false},
      {RungEnd::internal, false},
  };
  for (const auto& [end, descending] : expected) {
    EXPECT_EQ(descends({Rung::tls10, end}), descending) << static_cast<int>(end);
  }
  RungResult short_group{Rung::tls10, RungEnd::refused_by_us};
  short_group.has_short_group = true;
  EXPECT_FALSE(descends(short_group)) << "it is the same with every hello";
  EXPECT_TRUE(descends({Rung::system_defaults, RungEnd::not_tls}));
  EXPECT_TRUE(descends({Rung::system_defaults, RungEnd::internal}));
}

TEST(Rung, words_can_be_read_back) {
  for (const Rung rung : kAll) {
    EXPECT_EQ(parse_rung(rung_word(rung)), rung);
  }
  EXPECT_FALSE(parse_rung("tls1.4").has_value());
}

TEST(Rung, restrictions_leave_rungs_out) {
  EXPECT_EQ(plan_rungs({}), kAll);
  EXPECT_EQ(plan_rungs({true, false, true, true}),
            (std::vector<Rung>{Rung::tls10, Rung::tls10_bare, Rung::ssl30}));
  EXPECT_EQ(plan_rungs({true, true, true, true}),
            (std::vector<Rung>{Rung::tls10_bare, Rung::ssl30}));
  EXPECT_EQ(plan_rungs({true, false, false, true}), std::vector<Rung>{Rung::ssl30});
  EXPECT_EQ(plan_rungs({false, false, true, false}),
            (std::vector<Rung>{
                Rung::system_defaults, Rung::system_everything, Rung::tls10, Rung::tls10_bare}));
}

Situation situation() {
  Situation result;
  result.target = "10.0.0.5:443";
  result.host = "10.0.0.5";
  result.command = "heirloom reach https://10.0.0.5";
  result.not_allowed = "null,export,anon";
  return result;
}

TEST(Diagnosis, names_the_cause_and_the_next_command) {
  struct Case {
    std::vector<RungResult> results;
    ExitCode code;
    std::string cause;
    std::string next;
  };

  const std::vector<Case> cases = {
      {{{Rung::ssl30, RungEnd::fallback_refused, 86}},
       ExitCode::handshake,
       "inappropriate_fallback",
       "heirloom reach https://10.0.0.5 --no-fallback-signal"},
      {{{Rung::ssl30, RungEnd::refused_by_peer, 40}},
       ExitCode::handshake,
       "no_common_cipher_suite",
       "heirloom reach https://10.0.0.5 --allow null,export,anon"},
      {{{Rung::ssl30, RungEnd::refused_by_peer, 70}},
       ExitCode::handshake,
       "refused",
       "heirloom reach https://10.0.0.5 -v"},
      {{{Rung::tls10, RungEnd::silent}, {Rung::ssl30, RungEnd::silent}},
       ExitCode::network,
       "silent",
       "restarting the box, or another port: heirloom reach https://10.0.0.5:PORT"},
      {{{Rung::tls10, RungEnd::silent}, {Rung::ssl30, RungEnd::reset}},
       ExitCode::handshake,
       "hangs_up",
       "another port: heirloom reach https://10.0.0.5:PORT"},
      {{{Rung::tls10, RungEnd::certificate_wanted}},
       ExitCode::handshake,
       "client_certificate_required",
       "heirloom reach https://10.0.0.5 --cert CERT.pem --key KEY.pem"},
      {{{Rung::tls10, RungEnd::plain_http}},
       ExitCode::handshake,
       "not_tls_http_response",
       "http://10.0.0.5:443/ in the browser, or heirloom reach https://10.0.0.5"},
      {{{Rung::tls10, RungEnd::refused_by_us, std::nullopt, "the key is too small"}},
       ExitCode::handshake,
       "refused_here",
       "heirloom reach https://10.0.0.5 -v"},
      {{{.rung = Rung::tls10,
         .end = RungEnd::refused_by_us,
         .detail = "a group of 512 bits",
         .has_short_group = true,
         .permit = "--allow dh512"}},
       ExitCode::handshake,
       "refused_here",
       "heirloom reach https://10.0.0.5 --allow dh512"},
      // A box that has TLS 1.0 and nothing of what was offered; SSL 3.0 has nothing more.
      {{{Rung::tls10, RungEnd::refused_by_peer, 40}, {Rung::ssl30, RungEnd::fallback_refused, 86}},
       ExitCode::handshake,
       "no_common_cipher_suite",
       "heirloom reach https://10.0.0.5 --allow null,export,anon"},
      {{{Rung::tls10, RungEnd::refused_by_peer, 80}, {Rung::ssl30, RungEnd::fallback_refused, 86}},
       ExitCode::handshake,
       "inappropriate_fallback",
       "heirloom reach https://10.0.0.5 --no-fallback-signal"},
      {{}, ExitCode::usage, "option_invalid", "heirloom reach --help"},
  };
  for (const Case& one : cases) {
    const Failure failure = diagnose(one.results, situation());
    EXPECT_EQ(failure.code, one.code) << one.cause;
    EXPECT_EQ(failure.cause, one.cause);
    EXPECT_EQ(failure.next, one.next);
    EXPECT_FALSE(failure.what.empty());
  }
}

TEST(Diagnosis, does_not_propose_what_was_done_already) {
  Situation allowed = situation();
  allowed.not_allowed = "";
  EXPECT_EQ(diagnose({{Rung::ssl30, RungEnd::refused_by_peer, 40}}, allowed).next,
            "heirloom suites");
}

TEST(Diagnosis, advises_the_command_in_use) {
  Situation get = situation();
  get.command = "heirloom get https://10.0.0.5/ --min tls1 --max tls1";
  get.has_min = true;
  EXPECT_EQ(diagnose({{Rung::tls10, RungEnd::plain_http}}, get).next,
            "heirloom get http://10.0.0.5:443/");
  EXPECT_EQ(diagnose({{Rung::tls10, RungEnd::ssh}}, get).next, "heirloom get https://10.0.0.5");
  EXPECT_EQ(diagnose({}, get).next, "heirloom get --help");
  get.ssl30_was_ruled_out = true;
  const RungResult lower{Rung::tls10, RungEnd::refused_by_us, std::nullopt, "SSL 3.0", true};
  EXPECT_EQ(diagnose({lower}, get).next, "heirloom get https://10.0.0.5/ --max tls1");
  get.command = "heirloom get https://10.0.0.5/ --preset strict";
  get.has_min = false;
  get.is_strict = true;
  EXPECT_EQ(diagnose({lower}, get).next, "heirloom get https://10.0.0.5/");
  EXPECT_EQ(diagnose({{Rung::tls10, RungEnd::refused_by_peer, 40}}, get).next,
            "heirloom get https://10.0.0.5/");
}

const std::string kNew = "sha256:new";
const std::string kOld = "sha256:old";

IdentityQuestion question() {
  IdentityQuestion result;
  result.target = "10.0.0.5:443";
  result.command = "heirloom reach https://10.0.0.5";
  result.certificate = kNew;
  result.version = "tls1.0";
  return result;
}

using Kind = IdentityVerdict::Kind;

TEST(Identity, first_contact) {
  IdentityQuestion asked = question();
  EXPECT_EQ(judge_identity(asked).kind, Kind::refused);
  EXPECT_EQ(judge_identity(asked).failure.code, ExitCode::identity);
  asked.may_ask = true;
  EXPECT_EQ(judge_identity(asked).kind, Kind::ask);
  asked.accept_new = true;
  EXPECT_EQ(judge_identity(asked).kind, Kind::accepted);
  asked.is_public_address = true;
  EXPECT_EQ(judge_identity(asked).kind, Kind::refused) << "a public address always needs --pin";
  asked.pins = {kOld};
  EXPECT_EQ(judge_identity(asked).kind, Kind::refused);
  asked.pins = {kOld, kNew};
  EXPECT_EQ(judge_identity(asked).kind, Kind::accepted);
  asked.pins.clear();
  asked.is_verified = true;
  EXPECT_EQ(judge_identity(asked).kind, Kind::accepted);
  EXPECT_EQ(judge_identity(asked).trust, Pin::Trust::system);
}

TEST(Identity, anything_once_is_for_strangers_only) {
  IdentityQuestion asked = question();
  asked.accept_once = true;
  asked.is_public_address = true;
  EXPECT_EQ(judge_identity(asked).kind, Kind::accepted);
  Pin pin;
  pin.version = asked.version;
  pin.certificate = "sha256:other";
  asked.pin = &pin;
  EXPECT_EQ(judge_identity(asked).failure.cause, "certificate_changed");
  asked.pin = nullptr;
  asked.pins = {"sha256:other"};
  EXPECT_EQ(judge_identity(asked).failure.cause, "certificate_pin_mismatch");
}

TEST(Identity, known_box) {
  Pin pin;
  pin.version = "tls1.0";
  pin.certificate = kNew;
  IdentityQuestion asked = question();
  asked.pin = &pin;
  asked.is_public_address = true;
  EXPECT_EQ(judge_identity(asked).kind, Kind::accepted);
  pin.certificate = kOld;
  asked.accept_new = true;
  asked.may_ask = true;
  EXPECT_EQ(judge_identity(asked).failure.cause, "certificate_changed");
  asked.is_verified = true;
  EXPECT_EQ(judge_identity(asked).kind, Kind::refused) << "a person had chosen the old one";
  pin.trust = Pin::Trust::system;
  EXPECT_EQ(judge_identity(asked).kind, Kind::accepted) << "renewed";
  asked.is_verified = false;
  EXPECT_EQ(judge_identity(asked).kind, Kind::refused);
  asked.accept_changed = {kNew};
  EXPECT_EQ(judge_identity(asked).kind, Kind::accepted);
}

TEST(Identity, version_must_not_sink) {
  Pin pin;
  pin.version = "tls1.2";
  pin.certificate = kNew;
  IdentityQuestion asked = question();
  asked.pin = &pin;
  EXPECT_EQ(judge_identity(asked).failure.cause, "version_lower");
  EXPECT_EQ(judge_identity(asked).failure.next, "heirloom reach https://10.0.0.5 --accept-lower");
  asked.accept_lower = true;
  EXPECT_EQ(judge_identity(asked).kind, Kind::accepted);
  asked.accept_lower = false;
  asked.version = "tls1.3";
  EXPECT_EQ(judge_identity(asked).kind, Kind::accepted);
}

TEST(PublicAddress, private_ranges_are_not) {
  for (const char* const address : {"10.0.0.5",
                                    "172.16.0.1",
                                    "172.31.255.255",
                                    "192.168.1.1",
                                    "127.0.0.1",
                                    "169.254.1.1",
                                    "100.64.0.1",
                                    "100.127.255.255",
                                    "::1",
                                    "fe80::1",
                                    "fe80::1%eth0",
                                    "fd00::1",
                                    "fc00::1",
                                    "::ffff:10.0.0.5"}) {
    EXPECT_FALSE(is_public_address(address)) << address;
  }
  for (const char* const address : {"8.8.8.8",
                                    "172.32.0.1",
                                    "172.15.0.1",
                                    "192.169.0.1",
                                    "100.128.0.1",
                                    "100.63.0.1",
                                    "11.0.0.1",
                                    "2001:db8::1",
                                    "::ffff:8.8.8.8",
                                    "fec0::1",
                                    "no address",
                                    ""}) {
    EXPECT_TRUE(is_public_address(address)) << address;
  }
}

}  // namespace
}  // namespace heirloom::app

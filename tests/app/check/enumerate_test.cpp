// Interview, enumerate_version and the features, against a box that answers from a table and has
// accidents.
#include "check/enumerate.hpp"

#include "check/features.hpp"
#include "check/interview.hpp"
#include "check/suite_catalog.hpp"
#include "fake_box.hpp"

#include <algorithm>
#include <optional>

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

using Kind = ServerAnswer::Kind;
using State = VersionReport::State;
using Preference = VersionReport::Preference;

std::vector<std::uint16_t> numbers(const VersionReport& report) {
  std::vector<std::uint16_t> list;
  for (const AcceptedSuite& suite : report.suites) {
    list.push_back(static_cast<std::uint16_t>(suite.id));
  }
  std::ranges::sort(list);
  return list;
}

/// an_old_box has suites of three batches, one of which needs a shared secret.
void make_old(FakeBox& box) {
  box.suites = {{CheckVersion::ssl30, {0x0004, 0x0003, 0x0007}},
                {CheckVersion::tls10, {0x000a, 0x0004, 0xc013, 0x008c, 0xfeff}}};
}

HelloOffer offer_of_rc4() {
  HelloOffer offer;
  offer.version = CheckVersion::tls10;
  offer.suites = {0x0004};
  return offer;
}

TEST(Enumerate, FindsEverySuiteAndNoOther) {
  FakeBox box;
  make_old(box);
  Interview interview(box, 200);
  const auto tls10 = enumerate_version(interview, CheckVersion::tls10, {});
  EXPECT_EQ(tls10.state, State::accepted);
  EXPECT_EQ(numbers(tls10), (std::vector<std::uint16_t>{0x0004, 0x000a, 0x008c, 0xc013, 0xfeff}));
  EXPECT_TRUE(tls10.untested.empty());
  EXPECT_EQ(numbers(enumerate_version(interview, CheckVersion::ssl30, {})),
            (std::vector<std::uint16_t>{0x0003, 0x0004, 0x0007}));
  EXPECT_EQ(interview.connections(), box.asked.size());
  EXPECT_EQ(box.pauses, 0U);
}

TEST(Enumerate, OffersEachSuiteAtLeastOnceAndFewAtATime) {
  FakeBox box;
  make_old(box);
  Interview interview(box, 200);
  static_cast<void>(enumerate_version(interview, CheckVersion::tls10, {}));
  std::vector<std::uint16_t> offered;
  for (const HelloOffer& offer : box.asked) {
    offered.insert(offered.end(), offer.suites.begin(), offer.suites.end());
    EXPECT_LE(encode_hello(offer, {}).size(), 255U + 5U);
  }
  for (const auto& batch : suites_for(CheckVersion::tls10)) {
    for (const std::uint16_t suite : batch) {
      EXPECT_NE(std::ranges::find(offered, suite), offered.end()) << suite;
    }
  }
}

TEST(Enumerate, TellsARefusedVersionFromALowerOne) {
  FakeBox box;
  make_old(box);
  Interview interview(box, 200);
  const auto tls12 = enumerate_version(interview, CheckVersion::tls12, {});
  EXPECT_EQ(tls12.state, State::refused);
  EXPECT_TRUE(tls12.answers_lower);
  EXPECT_EQ(tls12.how, "the box answers with TLS 1.0");
  const auto tls13 = enumerate_version(interview, CheckVersion::tls13, {});
  EXPECT_EQ(tls13.state, State::refused);
  EXPECT_FALSE(tls13.answers_lower);
  EXPECT_EQ(tls13.how, "refused: protocol_version (70)");
  EXPECT_EQ(box.asked.size(), 2U) << "one connection is enough for each";
}

TEST(Enumerate, ToldByWhoseOrderTheBoxChooses) {
  for (const auto order : {FakeBox::Order::server, FakeBox::Order::client}) {
    FakeBox box;
    make_old(box);
    box.order = order;
    Interview interview(box, 200);
    auto report = enumerate_version(interview, CheckVersion::tls10, {});
    find_preference(interview, report, {});
    EXPECT_EQ(report.preference,
              order == FakeBox::Order::server ? Preference::server : Preference::client);
    if (order == FakeBox::Order::server) {
      EXPECT_EQ(report.suites.front().id, 0x000aU) << "what the box likes best stands first";
    }
    EXPECT_EQ(report.suites.size(), 5U);
  }
  FakeBox box;
  box.suites = {{CheckVersion::tls10, {0x0005}}};
  Interview interview(box, 200);
  auto report = enumerate_version(interview, CheckVersion::tls10, {});
  find_preference(interview, report, {});
  EXPECT_EQ(report.preference, Preference::one_suite);
}

TEST(Enumerate, ABoxThatChoosesWhatWasNotOfferedIsNotBelieved) {
  FakeBox box;
  box.suites = {{CheckVersion::tls10, {0x0004}}};
  box.stubborn = 0x0004;
  Interview interview(box, 200);
  const auto report = enumerate_version(interview, CheckVersion::tls10, {});
  EXPECT_EQ(numbers(report), (std::vector<std::uint16_t>{0x0004}));
  ASSERT_FALSE(report.untested.empty());
  EXPECT_EQ(report.untested.front().why, "the box chose 0x0004, which was not offered");
}

TEST(Interview, EverySecondConnectionMayBreak) {
  for (const Kind kind : {Kind::reset, Kind::closed, Kind::silent, Kind::no_connection}) {
    FakeBox box;
    make_old(box);
    box.accident = [kind](std::size_t number, const HelloOffer&) -> std::optional<Kind> {
      return number % 2 == 0 ? std::optional(kind) : std::nullopt;
    };
    Interview interview(box, 400);
    const auto report = enumerate_version(interview, CheckVersion::tls10, {});
    EXPECT_EQ(numbers(report),
              (std::vector<std::uint16_t>{0x0004, 0x000a, 0x008c, 0xc013, 0xfeff}));
    EXPECT_TRUE(report.untested.empty());
    EXPECT_GT(box.pauses, 0U);
  }
}

TEST(Interview, ABoxThatHangsUpInsteadOfAlertsIsUnderstood) {
  for (const Kind kind : {Kind::reset, Kind::closed}) {
    FakeBox box;
    make_old(box);
    box.refusal = kind;
    Interview interview(box, 400);
    const auto report = enumerate_version(interview, CheckVersion::tls10, {});
    EXPECT_EQ(report.suites.size(), 5U);
    EXPECT_TRUE(report.untested.empty());
    EXPECT_EQ(enumerate_version(interview, CheckVersion::ssl30, {}).suites.size(), 3U);
  }
}

TEST(Interview, NothingIsConcludedFromABoxThatOnlyHangsUp) {
  FakeBox box;
  box.accident = [](std::size_t, const HelloOffer&) { return std::optional(Kind::closed); };
  Interview interview(box, 400);
  for (const CheckVersion version : {CheckVersion::tls10, CheckVersion::ssl30}) {
    const auto report = enumerate_version(interview, version, {});
    EXPECT_EQ(report.state, State::unknown);
    EXPECT_FALSE(report.how.empty());
    EXPECT_FALSE(report.untested.empty());
  }
  EXPECT_LE(box.asked.size(), 8U) << "a box that answers nothing is left alone";
  EXPECT_FALSE(interview.has_taken());
}

TEST(Interview, ABoxThatDiesIsNotTakenForOneThatRefuses) {
  FakeBox box;
  make_old(box);
  box.accident = [](std::size_t number, const HelloOffer&) -> std::optional<Kind> {
    return number > 3 ? std::optional(Kind::no_connection) : std::nullopt;
  };
  Interview interview(box, 400);
  const auto report = enumerate_version(interview, CheckVersion::tls10, {});
  EXPECT_EQ(report.state, State::accepted);
  EXPECT_FALSE(report.untested.empty());
  EXPECT_LT(report.suites.size(), 5U);
  EXPECT_EQ(enumerate_version(interview, CheckVersion::ssl30, {}).state, State::unknown);
}

TEST(Interview, KeepsToTheLimit) {
  FakeBox box;
  make_old(box);
  Interview interview(box, 5);
  const auto report = enumerate_version(interview, CheckVersion::tls10, {});
  EXPECT_EQ(box.asked.size(), 5U);
  ASSERT_FALSE(report.untested.empty());
  EXPECT_EQ(report.untested.front().why, "the limit of 5 connections was reached");
  EXPECT_FALSE(interview.count_connection());
}

TEST(Interview, AlertsAndOtherProtocolsAreNotAskedTwice) {
  FakeBox box;
  make_old(box);
  Interview interview(box, 400);
  HelloOffer offer = offer_of_rc4();
  offer.suites = {0x0035};
  EXPECT_EQ(interview.ask(offer).kind, Reply::Kind::refused);
  box.accident = [](std::size_t, const HelloOffer&) { return std::optional(Kind::not_tls); };
  EXPECT_EQ(interview.ask(offer).kind, Reply::Kind::unknown);
  EXPECT_EQ(box.asked.size(), 2U);
  EXPECT_EQ(box.pauses, 0U);
}

/// all_versions enumerates as an examination does.
std::vector<VersionReport> all_versions(Interview& interview) {
  std::vector<VersionReport> reports;
  for (const CheckVersionRow& known : kCheckVersions) {
    reports.push_back(enumerate_version(interview, known.version, {}));
  }
  return reports;
}

TEST(Features, OfAWellBehavedBox) {
  FakeBox box;
  make_old(box);
  Interview interview(box, 400);
  const auto versions = all_versions(interview);
  EXPECT_EQ(ask_renegotiation(interview, versions, {}).state, Tested::State::yes);
  EXPECT_EQ(ask_fallback_signal(interview, versions, {}).state, Tested::State::yes);
  EXPECT_EQ(ask_compression(interview, versions, {}).state, Tested::State::no);
  EXPECT_EQ(judge_higher_version(versions).state, Tested::State::yes);
}

TEST(Features, OfABoxOfTheTime) {
  FakeBox box;
  make_old(box);
  box.renegotiation = false;
  box.honours_signal = false;
  box.compression = 1;
  Interview interview(box, 400);
  const auto versions = all_versions(interview);
  EXPECT_EQ(ask_renegotiation(interview, versions, {}).what, "not signalled at TLS 1.0, SSL 3.0");
  EXPECT_EQ(ask_fallback_signal(interview, versions, {}).state, Tested::State::no);
  EXPECT_EQ(ask_compression(interview, versions, {}).what, "DEFLATE is taken at TLS 1.0");
}

TEST(Features, AreNotClaimedWithoutAnAnswer) {
  FakeBox box;
  make_old(box);
  Interview interview(box, 400);
  const auto versions = all_versions(interview);
  box.accident = [](std::size_t, const HelloOffer&) { return std::optional(Kind::closed); };
  EXPECT_EQ(ask_fallback_signal(interview, versions, {}).state, Tested::State::unknown);
  EXPECT_EQ(ask_compression(interview, versions, {}).state, Tested::State::unknown);
}

TEST(Features, TheFallbackSignalMakesNoSenseWithOneVersion) {
  FakeBox box;
  box.suites = {{CheckVersion::ssl30, {0x0004}}};
  Interview interview(box, 400);
  const auto versions = all_versions(interview);
  EXPECT_EQ(ask_fallback_signal(interview, versions, {}).state, Tested::State::not_applicable);
}

TEST(Features, ABoxThatChokesOnExtensionsIsToldFromOneThatRefuses) {
  const auto chokes = [](std::size_t, const HelloOffer& offer) {
    return offer.extensions == HelloOffer::Signal::on ? std::optional(Kind::closed) : std::nullopt;
  };
  FakeBox box;
  make_old(box);
  {
    Interview interview(box, 400);
    EXPECT_EQ(ask_extensions(interview, {}).state, Tested::State::yes);
  }
  box.accident = chokes;
  {
    Interview interview(box, 400);
    EXPECT_EQ(ask_extensions(interview, {}).state, Tested::State::no);
  }
  box.suites = {{CheckVersion::tls12, {0xc02f}}};
  box.accident = nullptr;
  {
    Interview interview(box, 400);
    EXPECT_EQ(ask_extensions(interview, {}).state, Tested::State::not_applicable);
  }
  box.accident = [](std::size_t, const HelloOffer&) { return std::optional(Kind::reset); };
  Interview interview(box, 400);
  EXPECT_EQ(ask_extensions(interview, {}).state, Tested::State::unknown);
}

}  // namespace
}  // namespace heirloom::app

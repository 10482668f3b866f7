#include "heirloom/error.hpp"

#include <gtest/gtest.h>

namespace heirloom {
namespace {

TEST(Error, TextIsTheSentenceOfItsCause) {
  EXPECT_EQ(Error(Cause::certificate_expired).text(), "the certificate has expired");
}

TEST(Error, TextEndsWithTheDetail) {
  const Error error(Cause::unexpected_message, "expected certificate, got finished");
  EXPECT_EQ(error.text(),
            "the peer sent a handshake message out of order: expected certificate, got finished");
}

TEST(Error, TextNamesAReceivedAlert) {
  Error error(Cause::alert_received);
  error.alert = Alert{AlertLevel::fatal, AlertDescription::handshake_failure};
  EXPECT_EQ(error.text(),
            "the peer ended the connection with a fatal alert: handshake_failure (40)");
  error.detail = "during the handshake";
  EXPECT_EQ(error.text(),
            "the peer ended the connection with a fatal alert: handshake_failure (40): during the "
            "handshake");
}

TEST(Error, TextNamesAnUnknownAlertByItsNumber) {
  Error error(Cause::alert_received);
  error.alert = Alert{AlertLevel::fatal, static_cast<AlertDescription>(99)};
  EXPECT_EQ(error.text(), "the peer ended the connection with a fatal alert: unknown (99)");
}

TEST(Error, TextLeavesOutTheAlertThatWasSent) {
  Error error(Cause::certificate_expired);
  error.alert = Alert{AlertLevel::fatal, AlertDescription::certificate_expired};
  EXPECT_EQ(error.text(), "the certificate has expired");
}

TEST(Error, ShowsTheColumnsOfItsRow) {
  const Error error(Cause::finished_mismatch);
  EXPECT_EQ(error.name(), "finished_mismatch");
  EXPECT_EQ(error.origin(), Origin::peer_misbehaved);
  EXPECT_EQ(error.clause(), "RFC 2246 §7.4.9");
}

}  // namespace
}  // namespace heirloom

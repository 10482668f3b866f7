// Error codes of the Asio streams: two categories and the conditions over them.
#include "heirloom/asio/stream.hpp"

#include <string>
#include <system_error>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using asio_ssl::errc;
using asio_ssl::make_error_code;

TEST(AsioErrors, EveryCauseIsAnErrorWithItsSentence) {
  for (int i = 0; i <= static_cast<int>(Cause::internal_error); ++i) {
    const auto cause = static_cast<Cause>(i);
    const std::error_code code = make_error_code(cause);
    EXPECT_TRUE(bool(code)) << cause_info(cause).name;
    EXPECT_EQ(code.message(), cause_info(cause).text);
    EXPECT_EQ(asio_ssl::cause_of(code), cause);
    EXPECT_TRUE(code == cause);
  }
}

TEST(AsioErrors, AlertsKeepTheirNumber) {
  const std::error_code code = make_error_code(AlertDescription::handshake_failure);
  EXPECT_EQ(code.value(), 40);
  EXPECT_EQ(code.message(), "the peer sent the alert handshake_failure (40)");
  EXPECT_NE(code, Cause::alert_received) << "another category";
  EXPECT_EQ(asio_ssl::cause_of(code), Cause::alert_received);
}

TEST(AsioErrors, AnErrorWithAnAlertReceivedIsThatAlert) {
  Error error(Cause::alert_received);
  error.alert = Alert{AlertLevel::fatal, AlertDescription::unknown_ca};
  EXPECT_EQ(detail::make_code<asio_ssl::Net>(error), AlertDescription::unknown_ca);
}

TEST(AsioErrors, AFatalCloseNotifyDoesNotReadAsSuccess) {
  Error error(Cause::alert_received);
  error.alert = Alert{AlertLevel::fatal, AlertDescription::close_notify};
  EXPECT_EQ(detail::make_code<asio_ssl::Net>(error), Cause::alert_received);
}

TEST(AsioErrors, AnAlertThatWeSentIsTheCause) {
  Error error(Cause::bad_record_mac);
  error.alert = Alert{AlertLevel::fatal, AlertDescription::bad_record_mac};
  EXPECT_EQ(detail::make_code<asio_ssl::Net>(error), Cause::bad_record_mac);
}

TEST(AsioErrors, ConditionsGroupCodes) {
  EXPECT_EQ(make_error_code(Cause::truncated), errc::truncated);
  EXPECT_EQ(make_error_code(Cause::handshake_interrupted), errc::truncated);
  EXPECT_EQ(make_error_code(Cause::certificate_expired), errc::certificate_rejected);
  EXPECT_EQ(make_error_code(Cause::certificate_rejected), errc::certificate_rejected);
  EXPECT_NE(make_error_code(Cause::client_certificate_required), errc::certificate_rejected);
  EXPECT_EQ(make_error_code(Cause::no_common_cipher_suite), errc::no_common_parameters);
  EXPECT_EQ(make_error_code(AlertDescription::protocol_version), errc::no_common_parameters);
  EXPECT_EQ(make_error_code(AlertDescription::inappropriate_fallback), errc::protocol_downgrade);
  EXPECT_EQ(make_error_code(Cause::not_tls_ssh), errc::not_tls);
  EXPECT_NE(make_error_code(Cause::record_type_unknown), errc::not_tls);
  EXPECT_EQ(make_error_code(AlertDescription::bad_certificate), errc::alert_received);
  EXPECT_NE(make_error_code(AlertDescription::bad_certificate), errc::truncated);
  EXPECT_EQ(make_error_code(Cause::bad_record_mac), errc::peer_misbehaved);
  EXPECT_NE(std::make_error_code(std::errc::broken_pipe), errc::truncated);
}

TEST(AsioErrors, ConditionsHaveSentences) {
  EXPECT_EQ(make_error_condition(errc::not_tls).message(), "the peer does not speak TLS");
  EXPECT_FALSE(asio_ssl::cause_of(std::make_error_code(std::errc::broken_pipe)).has_value());
}

}  // namespace
}  // namespace heirloom

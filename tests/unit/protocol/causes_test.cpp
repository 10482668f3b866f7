#include "heirloom/error.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

constexpr std::size_t kCauseCount = static_cast<std::size_t>(Cause::internal_error) + 1;
constexpr int kNone = -1;

struct Golden {
  Cause cause;
  Origin origin;
  int tls10;  ///< number of the fatal alert
  int ssl30;
};

using enum Origin;

// Typed from RFC 2246 §7.2.2 and §7.4, RFC 6101 §5.4.2 and §5.6, RFC 5746, RFC 7507 and what
// deployed SSL 3.0 implementations send for alerts that it has not; not made from the table.
constexpr std::array kGolden = std::to_array<Golden>({
    {Cause::not_tls, peer_misbehaved, kNone, kNone},
    {Cause::not_tls_http_request, peer_misbehaved, kNone, kNone},
    {Cause::not_tls_http_response, peer_misbehaved, kNone, kNone},
    {Cause::not_tls_ssh, peer_misbehaved, kNone, kNone},
    {Cause::sslv2_hello, local_refusal, 70, 40},
    {Cause::sslv2_client, local_refusal, kNone, kNone},
    {Cause::sslv2_server, local_refusal, kNone, kNone},
    {Cause::record_type_unknown, peer_misbehaved, 10, 10},
    {Cause::record_version_wrong, peer_misbehaved, 70, 40},
    {Cause::record_overflow, peer_misbehaved, 22, 20},
    {Cause::record_empty, peer_misbehaved, 10, 10},
    {Cause::too_many_empty_records, peer_misbehaved, 10, 10},
    {Cause::bad_record_mac, peer_misbehaved, 20, 20},
    {Cause::decompression_failure, peer_misbehaved, 30, 30},
    {Cause::sequence_number_exhausted, local_refusal, kNone, kNone},
    {Cause::alert_malformed, peer_misbehaved, 47, 47},
    {Cause::alert_received, peer_alert, kNone, kNone},
    {Cause::too_many_warnings, peer_misbehaved, 10, 10},
    {Cause::change_cipher_spec_malformed, peer_misbehaved, 47, 47},
    {Cause::change_cipher_spec_unexpected, peer_misbehaved, 10, 10},
    {Cause::change_cipher_spec_inside_message, peer_misbehaved, 10, 10},
    {Cause::unexpected_message, peer_misbehaved, 10, 10},
    {Cause::unexpected_application_data, peer_misbehaved, 10, 10},
    {Cause::handshake_type_unknown, peer_misbehaved, 10, 10},
    {Cause::message_malformed, peer_misbehaved, 50, 47},
    {Cause::message_too_long, local_refusal, 47, 47},
    {Cause::version_too_low, local_refusal, 70, 40},
    {Cause::version_too_high, peer_misbehaved, 70, 40},
    {Cause::version_not_acceptable, local_refusal, 70, 40},
    {Cause::no_common_cipher_suite, local_refusal, 40, 40},
    {Cause::no_common_compression, peer_misbehaved, 47, 40},
    {Cause::cipher_suite_not_offered, peer_misbehaved, 47, 47},
    {Cause::compression_not_offered, peer_misbehaved, 47, 47},
    {Cause::extension_malformed, peer_misbehaved, 50, 47},
    {Cause::extension_not_offered, peer_misbehaved, 110, 40},
    {Cause::server_name_unrecognized, local_refusal, 112, 40},
    {Cause::no_common_application_protocol, local_refusal, 120, 40},
    {Cause::application_protocol_not_offered, peer_misbehaved, 47, 47},
    {Cause::renegotiation_info_mismatch, peer_misbehaved, 40, 40},
    {Cause::renegotiation_refused, local_refusal, 40, 40},
    {Cause::renegotiation_declined, local_refusal, 40, 40},
    {Cause::inappropriate_fallback, local_refusal, 86, 86},
    {Cause::session_parameters_changed, peer_misbehaved, 47, 47},
    {Cause::session_suite_not_offered, peer_misbehaved, 47, 47},
    {Cause::fragment_length_unacceptable, peer_misbehaved, 47, 47},
    {Cause::encrypt_then_mac_dropped, peer_misbehaved, 40, 40},
    {Cause::extended_master_secret_missing, peer_misbehaved, 40, 40},
    {Cause::certificate_missing, peer_misbehaved, 50, 47},
    {Cause::certificate_malformed, peer_misbehaved, 42, 42},
    {Cause::certificate_key_unsupported, local_refusal, 43, 43},
    {Cause::certificate_key_usage, peer_misbehaved, 43, 43},
    {Cause::certificate_key_too_small, local_refusal, 42, 42},
    {Cause::certificate_key_too_large, local_refusal, 42, 42},
    {Cause::certificate_untrusted, local_refusal, 48, 42},
    {Cause::certificate_expired, local_refusal, 45, 45},
    {Cause::certificate_not_yet_valid, local_refusal, 45, 45},
    {Cause::certificate_revoked, local_refusal, 44, 44},
    {Cause::certificate_name_mismatch, local_refusal, 46, 46},
    {Cause::certificate_signature_invalid, local_refusal, 42, 42},
    {Cause::certificate_pin_mismatch, local_refusal, 46, 46},
    {Cause::certificate_chain_too_long, local_refusal, 46, 46},
    {Cause::certificate_chain_disordered, peer_misbehaved, 42, 42},
    {Cause::certificate_signature_weak, local_refusal, 42, 42},
    {Cause::certificate_status_unknown, local_refusal, 46, 46},
    {Cause::peer_changed, local_refusal, 47, 47},
    {Cause::server_name_changed, local_refusal, 47, 47},
    {Cause::certificate_status_invalid, local_refusal, 113, 46},
    {Cause::certificate_rejected, local_refusal, 49, 40},
    {Cause::client_certificate_required, local_refusal, 40, 40},
    {Cause::key_exchange_malformed, peer_misbehaved, 47, 47},
    {Cause::key_exchange_too_weak, local_refusal, 71, 40},
    {Cause::export_restriction, peer_misbehaved, 60, 40},
    {Cause::params_signature_invalid, peer_misbehaved, 51, 40},
    {Cause::wrapped_key_invalid, peer_misbehaved, 40, 40},
    {Cause::anonymous_server_requests_certificate, peer_misbehaved, 40, 40},
    {Cause::private_key_failed, internal, 80, 40},
    {Cause::certificate_verify_failed, peer_misbehaved, 51, 40},
    {Cause::finished_mismatch, peer_misbehaved, 51, 40},
    {Cause::handshake_interrupted, transport, kNone, kNone},
    {Cause::truncated, transport, kNone, kNone},
    {Cause::canceled, local_refusal, kNone, kNone},
    {Cause::connection_not_open, local_misuse, kNone, kNone},
    {Cause::connection_closed, local_misuse, kNone, kNone},
    {Cause::handshake_in_progress, local_misuse, kNone, kNone},
    {Cause::renegotiation_not_permitted, local_misuse, kNone, kNone},
    {Cause::decision_not_expected, local_misuse, kNone, kNone},
    {Cause::export_refused, local_misuse, kNone, kNone},
    {Cause::config_invalid, local_misuse, kNone, kNone},
    {Cause::file_unreadable, local_misuse, kNone, kNone},
    {Cause::session_unreadable, local_misuse, kNone, kNone},
    {Cause::session_key_wrong, local_misuse, kNone, kNone},
    {Cause::random_failed, internal, 80, 40},
    {Cause::internal_error, internal, 80, 40},
});

int number(std::optional<AlertDescription> alert) {
  return alert.has_value() ? static_cast<int>(*alert) : kNone;
}

const CauseInfo& row(std::size_t index) {
  return cause_info(static_cast<Cause>(index));
}

// How the compiler spells an enumerator, so that names are compared with the source itself.
template <auto kEnumerator>
std::string spelling() {
  const std::string_view text = __PRETTY_FUNCTION__;
  const auto begin = text.find("kEnumerator = ");
  const auto end = text.find_first_of(";]", begin);
  const std::string_view qualified = text.substr(begin, end - begin);
  return std::string(qualified.substr(qualified.rfind(':') + 1));
}

template <std::size_t... kIndices>
std::vector<std::string> spellings(std::index_sequence<kIndices...> /*indices*/) {
  return {spelling<static_cast<Cause>(kIndices)>()...};
}

TEST(Causes, EveryEnumeratorHasItsOwnRow) {
  for (std::size_t i = 0; i < kCauseCount; ++i) {
    EXPECT_EQ(static_cast<std::size_t>(row(i).cause), i) << row(i).name;
  }
}

TEST(Causes, NamesAreSpeltAsTheEnumerators) {
  const auto expected = spellings(std::make_index_sequence<kCauseCount>());
  for (std::size_t i = 0; i < kCauseCount; ++i) {
    EXPECT_EQ(row(i).name, expected[i]);
  }
}

TEST(Causes, NumbersThatAreNoCauseAreInternalErrors) {
  EXPECT_EQ(row(kCauseCount).cause, Cause::internal_error);
  EXPECT_EQ(row(255).cause, Cause::internal_error);
}

TEST(Causes, HaveTheOriginAndAlertsThatWereTypedFromTheDocuments) {
  ASSERT_EQ(kGolden.size(), kCauseCount);
  for (std::size_t i = 0; i < kCauseCount; ++i) {
    EXPECT_EQ(kGolden[i].cause, row(i).cause);
    EXPECT_EQ(kGolden[i].origin, row(i).origin) << row(i).name;
    EXPECT_EQ(kGolden[i].tls10, number(row(i).tls_alert)) << row(i).name;
    EXPECT_EQ(kGolden[i].ssl30, number(row(i).ssl30_alert)) << row(i).name;
  }
}

// RFC 6101 A.3 defines 0, 10, 20, 30 and 40 to 47. 86 answers the fallback signal at SSL 3.0 too
// (RFC 7507 §3). 0 and 41 are warnings and no answer to a cause.
TEST(Rfc6101_5_4, OnlyAlertsOfSsl30AreSentAtSsl30) {
  const std::set<int> allowed = {10, 20, 30, 40, 42, 43, 44, 45, 46, 47, 86};
  for (std::size_t i = 0; i < kCauseCount; ++i) {
    const int alert = number(row(i).ssl30_alert);
    EXPECT_TRUE(alert == kNone || allowed.contains(alert)) << row(i).name;
  }
}

// RFC 2246 A.3 has no number 41; 0, 90 and 100 are warnings; 86 is RFC 7507's, 110, 112 and 113 RFC
// 3546's, 120 RFC 7301's. 21 would tell wrong padding from a wrong MAC.
TEST(Rfc2246_7_2, OnlyFatalAlertsOfTls10AreSentAtTls10) {
  const std::set<int> allowed = {10, 20, 22, 30, 40, 42, 43, 44, 45,  46,  47,  48,
                                 49, 50, 51, 60, 70, 71, 80, 86, 110, 112, 113, 120};
  for (std::size_t i = 0; i < kCauseCount; ++i) {
    const int alert = number(row(i).tls_alert);
    EXPECT_TRUE(alert == kNone || allowed.contains(alert)) << row(i).name;
  }
}

TEST(Causes, EitherBothVersionsSendAnAlertOrNeither) {
  for (std::size_t i = 0; i < kCauseCount; ++i) {
    EXPECT_EQ(row(i).tls_alert.has_value(), row(i).ssl30_alert.has_value()) << row(i).name;
  }
}

TEST(Causes, AlertsAreForThePeerOnly) {
  for (std::size_t i = 0; i < kCauseCount; ++i) {
    const Origin origin = row(i).origin;
    if (origin == peer_alert || origin == transport || origin == local_misuse) {
      EXPECT_FALSE(row(i).tls_alert.has_value()) << row(i).name;
    }
  }
}

TEST(Causes, SentencesCanBePrintedBehindAColon) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < kCauseCount; ++i) {
    const std::string_view text = row(i).text;
    EXPECT_GT(text.size(), 15U) << row(i).name;
    EXPECT_NE(text.back(), '.') << row(i).name;
    EXPECT_FALSE(std::isupper(static_cast<unsigned char>(text.front()))) << text;
    EXPECT_EQ(text.find('\n'), std::string_view::npos) << row(i).name;
    EXPECT_TRUE(seen.insert(text).second) << "twice: " << text;
  }
}

TEST(Causes, ClausesNameADocumentOrItsSilence) {
  for (std::size_t i = 0; i < kCauseCount; ++i) {
    const std::string_view clause = row(i).clause;
    EXPECT_TRUE(clause == "RFC is silent" || clause.starts_with("RFC ")) << row(i).name;
  }
}

}  // namespace
}  // namespace heirloom

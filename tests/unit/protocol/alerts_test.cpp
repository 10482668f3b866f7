#include "heirloom/alert.hpp"
#include "heirloom/event.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

// RFC 6101 A.3 and RFC 2246 A.3; from 86 on RFC 7507 §4, RFC 2246 A.3, RFC 6066 §9, RFC 4279 §6 and
// RFC 7301 §3.2. Typed from the documents.
const std::map<unsigned, std::string> kAlertNumbers = {
    {0, "close_notify"},
    {10, "unexpected_message"},
    {20, "bad_record_mac"},
    {21, "decryption_failed"},
    {22, "record_overflow"},
    {30, "decompression_failure"},
    {40, "handshake_failure"},
    {41, "no_certificate"},
    {42, "bad_certificate"},
    {43, "unsupported_certificate"},
    {44, "certificate_revoked"},
    {45, "certificate_expired"},
    {46, "certificate_unknown"},
    {47, "illegal_parameter"},
    {48, "unknown_ca"},
    {49, "access_denied"},
    {50, "decode_error"},
    {51, "decrypt_error"},
    {60, "export_restriction"},
    {70, "protocol_version"},
    {71, "insufficient_security"},
    {80, "internal_error"},
    {86, "inappropriate_fallback"},
    {90, "user_canceled"},
    {100, "no_renegotiation"},
    {110, "unsupported_extension"},
    {111, "certificate_unobtainable"},
    {112, "unrecognized_name"},
    {113, "bad_certificate_status_response"},
    {114, "bad_certificate_hash_value"},
    {115, "unknown_psk_identity"},
    {120, "no_application_protocol"},
};

// RFC 2246 §7.2: "enum { close_notify(0), unexpected_message(10), … } AlertDescription"
TEST(Alert, DescriptionsHaveTheNumbersAndNamesOfTheDocuments) {
  for (unsigned number = 0; number < 256; ++number) {
    const auto found = kAlertNumbers.find(number);
    EXPECT_EQ(to_string(static_cast<AlertDescription>(number)),
              found == kAlertNumbers.end() ? "unknown" : found->second)
        << number;
  }
}

// RFC 2246 §7.2: "enum { warning(1), fatal(2), (255) } AlertLevel"
TEST(Alert, LevelsHaveTheNumbersOfTheDocuments) {
  EXPECT_EQ(to_string(static_cast<AlertLevel>(1)), "warning");
  EXPECT_EQ(to_string(static_cast<AlertLevel>(2)), "fatal");
  EXPECT_EQ(to_string(static_cast<AlertLevel>(0)), "unknown");
  EXPECT_EQ(to_string(static_cast<AlertLevel>(3)), "unknown");
}

// RFC 2246 §7.4: "enum { hello_request(0), client_hello(1), server_hello(2), certificate(11),
// server_key_exchange (12), certificate_request(13), server_hello_done(14), certificate_verify(15),
// client_key_exchange(16), finished(20), (255) } HandshakeType"
TEST(Rfc2246_7_4, HandshakeTypesHaveTheStatedNumbers) {
  const std::map<unsigned, std::string> numbers = {
      {0, "hello_request"},
      {1, "client_hello"},
      {2, "server_hello"},
      {4, "new_session_ticket"},  // RFC 5077 §3.3
      {11, "certificate"},
      {12, "server_key_exchange"},
      {13, "certificate_request"},
      {14, "server_hello_done"},
      {15, "certificate_verify"},
      {16, "client_key_exchange"},
      {20, "finished"},
      {22, "certificate_status"},  // RFC 6066 §8
  };
  for (unsigned number = 0; number < 256; ++number) {
    const auto found = numbers.find(number);
    EXPECT_EQ(to_string(static_cast<HandshakeType>(number)),
              found == numbers.end() ? "unknown" : found->second)
        << number;
  }
}

}  // namespace
}  // namespace heirloom

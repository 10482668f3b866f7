// FlightReader and the hellos: bytes as the documents have them, cut anywhere, and damaged.
#include "check/flight.hpp"

#include "check/hello.hpp"
#include "check/sslv2.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Kind = ServerAnswer::Kind;

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Bytes record(std::uint8_t type, const Bytes& body) {
  const std::size_t size = body.size();
  return Bytes{type, 3, 1, static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size)} +
         body;
}

Bytes message(std::uint8_t type, const Bytes& body) {
  const std::size_t size = body.size();
  return Bytes{type, 0, static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size)} +
         body;
}

Bytes server_hello(std::uint16_t suite, const Bytes& extensions = {}) {
  Bytes body = Bytes{3, 1} + Bytes(32, 0x55) + Bytes{2, 7, 7};
  body = body + Bytes{static_cast<std::uint8_t>(suite >> 8U), static_cast<std::uint8_t>(suite), 0};
  return message(2, body + extensions);
}

/// feed_in_pieces gives the answer to bytes that come `size` at a time and then end that way.
ServerAnswer feed_in_pieces(const Bytes& bytes,
                            std::size_t size,
                            Kind end,
                            CheckVersion offered = CheckVersion::tls10) {
  FlightReader reader(offered);
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    const std::size_t count = std::min(size, bytes.size() - at);
    if (reader.feed(std::span(bytes).subspan(at, count))) {
      return reader.answer(Kind::silent);  // the caller stops reading, the transport has not ended
    }
  }
  return reader.answer(end);
}

/// a_flight is a server's with a Diffie-Hellman prime of 1023 bits behind a zero byte.
Bytes a_flight() {
  const Bytes certificate = message(11, Bytes{0, 0, 11, 0, 0, 3, 0xaa, 0xbb, 0xcc, 0, 0, 2, 1, 2});
  const Bytes exchange =
      message(12, Bytes{0, 129, 0, 0x7f} + Bytes(127, 0xff) + Bytes{0, 1, 2, 0, 1, 4});
  return record(22,
                server_hello(0x0016, Bytes{0, 5, 0xff, 1, 0, 1, 0}) + certificate + exchange +
                    message(13, {1, 1, 0, 0}) + message(14, {}));
}

TEST(FlightReader, ReadsAWholeFlightInAnyPieces) {
  for (const std::size_t size : {1U, 2U, 7U, 10000U}) {
    const ServerAnswer answer = feed_in_pieces(a_flight(), size, Kind::silent);
    EXPECT_EQ(answer.kind, Kind::hello);
    EXPECT_EQ(answer.version, 0x0301);
    EXPECT_EQ(answer.suite, 0x0016);
    EXPECT_TRUE(answer.signals_renegotiation);
    EXPECT_TRUE(answer.wants_certificate);
    EXPECT_FALSE(answer.broke_off);
    EXPECT_EQ(answer.dh_bits, 1023U);
    EXPECT_EQ(answer.chain, (CertificateChain{{0xaa, 0xbb, 0xcc}, {1, 2}}));
  }
}

TEST(FlightReader, ReadsTheTemporaryKeyOfAnExportSuite) {
  const Bytes exchange = message(12, Bytes{0, 64} + Bytes(64, 0x80) + Bytes{0, 3, 1, 0, 1, 0, 0});
  const Bytes flight = record(22, server_hello(0x0003) + exchange + message(14, {}));
  EXPECT_EQ(feed_in_pieces(flight, 1, Kind::silent).export_rsa_bits, 512U);
}

TEST(FlightReader, ReadsMessagesAcrossRecords) {
  const Bytes whole = server_hello(0x0004) + message(14, {});
  const Bytes first(whole.begin(), whole.begin() + 9);
  const Bytes second(whole.begin() + 9, whole.end());
  const ServerAnswer answer =
      feed_in_pieces(record(22, first) + record(22, second), 3, Kind::silent);
  EXPECT_EQ(answer.kind, Kind::hello);
  EXPECT_EQ(answer.suite, 0x0004);
}

TEST(FlightReader, TellsRefusalsFromEnds) {
  const ServerAnswer refused = feed_in_pieces({21, 3, 0, 0, 2, 2, 40}, 1, Kind::closed);
  EXPECT_EQ(refused.kind, Kind::alert);
  EXPECT_EQ(refused.alert, 40);
  EXPECT_EQ(feed_in_pieces({}, 1, Kind::closed).kind, Kind::closed);
  EXPECT_EQ(feed_in_pieces({}, 1, Kind::reset).kind, Kind::reset);
  EXPECT_EQ(feed_in_pieces({}, 1, Kind::silent).kind, Kind::silent);
  EXPECT_EQ(feed_in_pieces({22, 3, 1}, 1, Kind::silent).kind, Kind::stalled);
}

TEST(FlightReader, ABoxThatChoosesAndBreaksOffHasNotAccepted) {
  const Bytes hello = record(22, server_hello(0x0004));
  EXPECT_TRUE(feed_in_pieces(hello + Bytes{21, 3, 1, 0, 2, 2, 40}, 4, Kind::closed).broke_off);
  EXPECT_TRUE(feed_in_pieces(hello, 4, Kind::closed).broke_off);
  EXPECT_FALSE(
      feed_in_pieces(Bytes{21, 3, 1, 0, 2, 1, 112} + a_flight(), 4, Kind::closed).broke_off)
      << "the warning about the server name (RFC 6066 §3) is none";
}

TEST(FlightReader, KnowsOtherProtocols) {
  const auto kind = [](std::string_view text, CheckVersion offered = CheckVersion::tls10) {
    return feed_in_pieces(Bytes(text.begin(), text.end()), 5, Kind::closed, offered).kind;
  };
  EXPECT_EQ(kind("HTTP/1.1 400 Bad Request\r\n"), Kind::plain_http);
  EXPECT_EQ(kind("<!DOCTYPE HTML>"), Kind::plain_http);
  EXPECT_EQ(kind("SSH-2.0-OpenSSH_9.2\r\n"), Kind::ssh);
  EXPECT_EQ(kind("220 mail.example ESMTP\r\n"), Kind::not_tls);
  EXPECT_EQ(feed_in_pieces({0x80, 0x03, 0x00, 0x00, 0x01}, 5, Kind::closed).kind, Kind::sslv2);
  EXPECT_EQ(kind("SSH-2.0-OpenSSH_9.2\r\n", CheckVersion::ssl20), Kind::ssh);
}

TEST(FlightReader, DamageIsNeverAnAnswer) {
  EXPECT_EQ(feed_in_pieces({22, 3, 1, 0xff, 0xff, 2}, 1, Kind::closed).kind, Kind::not_tls);
  EXPECT_EQ(feed_in_pieces(record(22, {2, 0xff, 0xff, 0xff}), 1, Kind::closed).kind, Kind::not_tls);
  EXPECT_EQ(feed_in_pieces(record(22, message(2, Bytes(20, 1))), 1, Kind::closed).kind,
            Kind::not_tls);
  EXPECT_EQ(feed_in_pieces(record(22, message(11, {0, 0, 0})), 1, Kind::closed).kind,
            Kind::not_tls);
}

// Every cut and every changed byte must leave the reader with an answer, and never read outside.
TEST(FlightReader, SurvivesEveryCutAndEveryChangedByte) {
  const Bytes flight = a_flight();
  for (std::size_t cut = 0; cut < flight.size(); ++cut) {
    const Bytes part(flight.begin(), flight.begin() + static_cast<std::ptrdiff_t>(cut));
    const ServerAnswer answer = feed_in_pieces(part, part.size() + 1, Kind::closed);
    EXPECT_TRUE(answer.kind == Kind::closed || answer.broke_off) << cut;
  }
  for (std::size_t at = 0; at < flight.size(); ++at) {
    Bytes changed = flight;
    changed[at] ^= 0xffU;
    for (const CheckVersion offered : {CheckVersion::ssl20, CheckVersion::tls10}) {
      static_cast<void>(feed_in_pieces(changed, 64, Kind::closed, offered));
    }
  }
}

TEST(FlightReader, ReadsAnSsl20ServerHello) {
  const Bytes body = Bytes{4, 0, 1, 0, 2, 0, 3, 0, 6, 0, 16} + Bytes{0xaa, 0xbb, 0xcc} +
                     Bytes{1, 0, 0x80, 7, 0, 0xc0} + Bytes(16, 9);
  const Bytes hello = Bytes{0x80, static_cast<std::uint8_t>(body.size())} + body;
  for (const std::size_t size : {1U, 100U}) {
    const ServerAnswer answer = feed_in_pieces(hello, size, Kind::silent, CheckVersion::ssl20);
    EXPECT_EQ(answer.kind, Kind::hello);
    EXPECT_EQ(answer.version, 0x0002);
    EXPECT_EQ(answer.sslv2_suites, (std::vector<std::uint32_t>{0x010080, 0x0700c0}));
    EXPECT_EQ(answer.chain, (CertificateChain{{0xaa, 0xbb, 0xcc}}));
  }
  const Bytes error = {0x80, 3, 0, 0, 1};
  EXPECT_EQ(feed_in_pieces(error, 1, Kind::closed, CheckVersion::ssl20).kind, Kind::alert);
  for (std::size_t at = 0; at < hello.size(); ++at) {
    Bytes changed = hello;
    changed[at] ^= 0xffU;
    static_cast<void>(feed_in_pieces(changed, 64, Kind::closed, CheckVersion::ssl20));
  }
}

TEST(Hello, OfSsl30HasSignalsAndNoExtensions) {
  HelloOffer offer;
  offer.version = CheckVersion::ssl30;
  offer.suites = {0x0004};
  offer.fallback = HelloOffer::Signal::on;
  offer.server_name = "ilo.example";
  const Bytes expected = Bytes{22, 3, 0, 0, 49, 1, 0, 0, 45, 3, 0} + Bytes(32, 0) +
                         Bytes{0, 0, 6, 0, 4, 0, 0xff, 0x56, 0, 1, 0};
  EXPECT_EQ(encode_hello(offer, {}), expected);
}

TEST(Hello, WithoutExtensionsEndsAfterCompression) {
  HelloOffer offer;
  offer.version = CheckVersion::tls10;
  offer.suites = {0x000a};
  offer.extensions = HelloOffer::Signal::off;
  offer.renegotiation = HelloOffer::Signal::off;
  offer.compressions = {1, 0};
  const Bytes expected =
      Bytes{22, 3, 1, 0, 46, 1, 0, 0, 42, 3, 1} + Bytes(32, 0) + Bytes{0, 0, 2, 0, 10, 2, 1, 0};
  EXPECT_EQ(encode_hello(offer, {}), expected);
}

TEST(Hello, OfSsl20HasAllSevenKinds) {
  const std::array<std::uint8_t, 16> challenge{};
  const Bytes hello = encode_sslv2_hello(challenge);
  ASSERT_EQ(hello.size(), 2U + 9U + 21U + 16U);
  EXPECT_EQ(hello[1], hello.size() - 2);
  EXPECT_EQ(Bytes(hello.begin() + 2, hello.begin() + 14),
            (Bytes{1, 0, 2, 0, 21, 0, 0, 0, 16, 1, 0, 0x80}));
}

}  // namespace
}  // namespace heirloom::app

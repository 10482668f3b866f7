// Scenarios of decisions that are pending: answered later, with no, without a handler, while
// blocking, and given up.
//
// Included once per test program, after what ends.hpp wants defined.
#pragma once

#include "asio/our_stream.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

namespace heirloom::asio_test {

TEST_F(OurStream, ADecisionMayComeLater) {
  Stream client = make_client(std::make_shared<PendingVerifier>());
  Stream server = make_server();
  net::steady_timer person(io);
  std::optional<Decision> asked;
  client.set_decision_handler([&](Decision decision) {
    asked = decision;
    EXPECT_EQ(client.awaited_decision(), decision);
    EXPECT_EQ(client.connection().phase(), Phase::parked);
    person.expires_after(std::chrono::milliseconds(20));
    person.async_wait([&](error_code) {
      EXPECT_TRUE(client.resolve(CertificateVerdict(CertificateAccepted{})).has_value());
    });
  });
  open(client, server);

  EXPECT_EQ(asked, Decision::certificate);
  EXPECT_FALSE(client.awaited_decision().has_value());
}

TEST_F(OurStream, ADecisionMayBeNo) {
  Stream client = make_client(std::make_shared<PendingVerifier>());
  Stream server = make_server();
  client.set_decision_handler([&client](Decision) {
    static_cast<void>(client.resolve(CertificateVerdict(Cause::certificate_rejected)));
  });
  const auto [client_error, server_error] = handshake(client, server);

  EXPECT_EQ(client_error, Cause::certificate_rejected);
  EXPECT_EQ(server_error, adapter::errc::alert_received);
}

TEST_F(OurStream, WithoutAHandlerTheHandshakeIsStartedAgainAfterTheDecision) {
  Stream client = make_client(std::make_shared<PendingVerifier>());
  Stream server = make_server();
  error_code first;
  error_code second = net::error::would_block;
  error_code server_error = net::error::would_block;
  start_handshake(client, Stream::client, [&](error_code ec) {
    first = ec;
    EXPECT_EQ(client.awaited_decision(), Decision::certificate);
    EXPECT_TRUE(client.resolve(CertificateVerdict(CertificateAccepted{})).has_value());
    start_handshake(client, Stream::client, [&](error_code e) { second = e; });
  });
  start_handshake(server, Stream::server, [&](error_code ec) { server_error = ec; });
  run();

  EXPECT_EQ(first, net::error::would_block);
  EXPECT_FALSE(second) << second.message();
  EXPECT_FALSE(server_error) << server_error.message();
}

TEST_F(OurStream, ABlockingHandshakeStopsForADecision) {
  Stream client = make_client(std::make_shared<PendingVerifier>());
  Stream server = make_server();
  error_code server_error;
  std::thread serving([&] { server.handshake(Stream::server, server_error); });
  error_code error;
  client.handshake(Stream::client, error);
  EXPECT_EQ(error, net::error::would_block);
  EXPECT_TRUE(client.resolve(CertificateVerdict(CertificateAccepted{})).has_value());
  client.handshake(Stream::client, error);
  serving.join();

  EXPECT_FALSE(error) << error.message();
  EXPECT_FALSE(server_error) << server_error.message();
}

TEST_F(OurStream, CancelEndsReadsAndWaits) {
  Stream client = make_client(std::make_shared<PendingVerifier>());
  Stream server = make_server();
  error_code result;
  client.set_decision_handler(
      [&client, this](Decision) { net::post(io, [&client] { client.cancel(); }); });
  start_handshake(client, Stream::client, [&](error_code ec) { result = ec; });
  error_code server_result;
  start_handshake(server, Stream::server, [&](error_code ec) { server_result = ec; });
  net::steady_timer patience(io, std::chrono::milliseconds(200));
  patience.async_wait([&server](error_code) { server.cancel(); });
  run();

  EXPECT_EQ(result, net::error::operation_aborted);
  EXPECT_EQ(server_result, net::error::operation_aborted);
}

}  // namespace heirloom::asio_test

// Scenarios of what our stream tells: what was negotiated, events, errors, and how it ends.
//
// Included once per test program, after what ends.hpp wants defined.
#pragma once

#include "asio/our_stream.hpp"

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::asio_test {

TEST_F(OurStream, KnowsWhatWasNegotiated) {
  Stream client = make_client();
  Stream server = make_server();
  open(client, server);

  EXPECT_EQ(client.info().version, ProtocolVersion::tls10);
  EXPECT_EQ(client.info().cipher_suite, kAes128);
  EXPECT_EQ(client.info().peer_chain.size(), server.connection().info().peer_chain.size() + 2);
  EXPECT_EQ(server.info().server_name, kHost);
  EXPECT_EQ(client.error(), nullptr);
}

TEST_F(OurStream, TellsEventsInOrder) {
  Stream client = make_client();
  Stream server = make_server();
  std::vector<Event> events;
  client.set_event_handler([&events](const Event& event) { events.push_back(event); });
  open(client, server);

  ASSERT_GE(events.size(), 3U);
  EXPECT_EQ(events.front().handshake_type, HandshakeType::client_hello);
  EXPECT_EQ(events.front().direction, Event::Direction::sent);
  EXPECT_EQ(events.back().kind, Event::Kind::handshake_complete);
}

TEST_F(OurStream, AWrongPinIsTheClientsErrorAndTheServersAlert) {
  Stream client = make_client(verify_with_pin({pin_of("other-ca")}));
  Stream server = make_server();
  const auto [client_error, server_error] = handshake(client, server);

  EXPECT_EQ(client_error, Cause::certificate_pin_mismatch);
  EXPECT_EQ(client_error, adapter::errc::certificate_rejected);
  ASSERT_NE(client.error(), nullptr);
  EXPECT_EQ(client.error()->cause, Cause::certificate_pin_mismatch);
  EXPECT_EQ(server_error, adapter::errc::alert_received);
  ASSERT_NE(server.error(), nullptr);
  ASSERT_TRUE(server.error()->alert.has_value());
  EXPECT_EQ(server_error, server.error()->alert->description);
}

TEST_F(OurStream, TheRightPinCoversEverythingElse) {
  Stream client = make_client(verify_with_pin({pin_of("rsa1024")}));
  Stream server = make_server();
  open(client, server);
}

TEST_F(OurStream, AFatalAlertOfOpenSslIsTold) {
  Stream client(std::move(sockets.left),
                make_client_config({ProtocolVersion::tls10, kAes128}),
                PeerName{kHost});
  auto server = OpenSslEnd::server(std::move(sockets.right), {ProtocolVersion::tls10, kAes256});
  const auto [client_error, server_error] = handshake(client, server);

  EXPECT_EQ(client_error, AlertDescription::handshake_failure);
  EXPECT_EQ(client_error, adapter::errc::no_common_parameters);
  EXPECT_EQ(client_error, adapter::errc::alert_received);
  EXPECT_EQ(adapter::cause_of(client_error), Cause::alert_received);
  EXPECT_TRUE(bool(server_error));
}

TEST_F(OurStream, SomethingElseThanTlsIsNamed) {
  Stream client = make_client();
  error_code result;
  start_handshake(client, Stream::client, [&](error_code ec) { result = ec; });
  net::write(sockets.right, net::buffer("HTTP/1.0 400 Bad Request\r\n\r\n", 28));
  run();

  EXPECT_EQ(result, Cause::not_tls_http_response);
  EXPECT_EQ(result, adapter::errc::not_tls);
}

TEST_F(OurStream, AnEndInTheHandshakeIsATruncation) {
  Stream client = make_client();
  error_code result;
  start_handshake(client, Stream::client, [&](error_code ec) { result = ec; });
  std::array<char, 5> header{};
  start_read(sockets.right, net::buffer(header), [this](error_code, std::size_t) {
    sockets.right.shutdown(tcp::socket::shutdown_send);
  });
  run();

  EXPECT_EQ(result, Cause::handshake_interrupted);
  EXPECT_EQ(result, adapter::errc::truncated);
}

TEST_F(OurStream, ErrorsOfTheTransportPass) {
  Stream client = make_client();
  Stream server = make_server();
  open(client, server);
  error_code result;
  char byte = 0;
  start_read_some(client, net::buffer(&byte, 1), [&](error_code ec, std::size_t) { result = ec; });
  server.lowest_layer().set_option(net::socket_base::linger(true, 0));
  server.lowest_layer().close();
  run();

  EXPECT_EQ(result, net::error::connection_reset);
}

TEST_F(OurStream, TheWrongRoleIsRefused) {
  Stream client = make_client();
  error_code error;
  client.handshake(Stream::server, error);
  EXPECT_EQ(error, Cause::config_invalid);
}

TEST_F(OurStream, NothingPassesBeforeTheHandshake) {
  Stream client = make_client();
  error_code error;
  char byte = 0;
  EXPECT_EQ(client.read_some(net::buffer(&byte, 1), error), 0U);
  EXPECT_EQ(error, Cause::connection_not_open);
  EXPECT_EQ(client.write_some(net::buffer(&byte, 1), error), 0U);
  EXPECT_EQ(error, Cause::connection_not_open);
  EXPECT_THROW(client.write_some(net::buffer(&byte, 1)), system_error);
}

TEST_F(OurStream, NothingIsWrittenAfterShutdown) {
  Stream client = make_client();
  Stream server = make_server();
  open(client, server);
  error_code client_result = net::error::would_block;
  error_code server_result = net::error::would_block;
  start_shutdown(client, [&](error_code ec) { client_result = ec; });
  start_shutdown(server, [&](error_code ec) { server_result = ec; });
  run();
  EXPECT_FALSE(client_result) << client_result.message();
  EXPECT_FALSE(server_result) << server_result.message();

  error_code error;
  client.write_some(net::buffer("x", 1), error);
  EXPECT_EQ(error, Cause::connection_closed);
}

TEST_F(OurStream, ShutdownInTheHandshakeGivesUp) {
  Stream client = make_client();
  error_code result = net::error::would_block;
  start_shutdown(client, [&](error_code ec) { result = ec; });
  run();
  EXPECT_FALSE(result) << result.message();
  EXPECT_TRUE(client.info().close_notify_sent);
}

TEST_F(OurStream, TakesBytesThatWereReadBefore) {
  Stream client = make_client();
  std::array<std::uint8_t, 11> first{};
  start_read(sockets.right, net::buffer(first), [](error_code, std::size_t) {});
  error_code client_error = net::error::would_block;
  start_handshake(client, Stream::client, [&](error_code ec) { client_error = ec; });
  io.run_for(std::chrono::milliseconds(20));
  ASSERT_EQ(first[0], 22) << "a handshake record";

  Stream server = make_server();
  error_code server_error = net::error::would_block;
  std::size_t used = 0;
  server.async_handshake(Stream::server, net::buffer(first), [&](error_code ec, std::size_t n) {
    server_error = ec;
    used = n;
  });
  run();

  EXPECT_FALSE(client_error) << client_error.message();
  EXPECT_FALSE(server_error) << server_error.message();
  EXPECT_EQ(used, first.size());
}

}  // namespace heirloom::asio_test

// Scenarios of another handshake on an open stream: begun by a call, answered by whoever reads, and
// with data on the way meanwhile.
//
// Included once per test program, after what ends.hpp wants defined.
#pragma once

#include "asio/our_stream.hpp"

#include <array>
#include <cstddef>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::asio_test {

TEST_F(OurStream, AReadAnswersARenegotiation) {
  Stream client = make_client();
  Stream server = make_server();
  open(client, server);
  std::array<char, 4> heard{};
  error_code read_error = net::error::would_block;
  net::async_read(client, net::buffer(heard), [&](error_code ec, std::size_t) { read_error = ec; });
  error_code asked = net::error::would_block;
  server.async_renegotiate({}, [&](error_code ec) {
    asked = ec;
    net::async_write(server, net::buffer("ping", 4), [](error_code, std::size_t) {});
  });
  run();
  EXPECT_FALSE(asked) << asked.message();
  EXPECT_FALSE(read_error) << read_error.message();
  EXPECT_EQ(std::string(heard.data(), heard.size()), "ping");
  EXPECT_EQ(client.info().handshakes, 2U);
  EXPECT_EQ(server.info().handshakes, 2U);
}

// Both write much and read all of it, and the client starts over again and again. What it says last
// keeps the server reading, and so answering, until it has.
TEST_F(OurStream, DataCrossesRenegotiations) {
  Stream client = make_client();
  Stream server = make_server();
  open(client, server);
  const std::vector<std::uint8_t> sent = payload(400000);
  std::vector<std::uint8_t> at_client(sent.size());
  std::vector<std::uint8_t> at_server(sent.size());
  int done = 0;
  const auto count = [&](error_code ec, std::size_t /*n*/) {
    EXPECT_FALSE(ec) << ec.message();
    ++done;
  };
  int until_last = 2;
  const auto say_last = [&] {
    if (--until_last == 0) {
      net::async_write(client, net::buffer(&sent.back(), 1), count);
    }
  };
  net::async_write(client, net::buffer(sent.data(), sent.size() - 1), [&](error_code ec, auto n) {
    count(ec, n);
    say_last();
  });
  net::async_write(server, net::buffer(sent), count);
  net::async_read(client, net::buffer(at_client), count);
  net::async_read(server, net::buffer(at_server), count);
  client.async_renegotiate({}, [&](error_code first) {
    EXPECT_FALSE(first) << first.message();
    client.async_renegotiate({.session = OfferSession::yes}, [&](error_code second) {
      EXPECT_FALSE(second) << second.message();
      say_last();
    });
  });
  run();
  EXPECT_EQ(done, 5);
  EXPECT_EQ(at_client, sent);
  EXPECT_EQ(at_server, sent);
  EXPECT_EQ(client.info().handshakes, 3U);
}

TEST_F(OurStream, ABlockingRenegotiation) {
  Stream client = make_client();
  Stream server = make_server();
  open(client, server);
  std::thread serving([&] {
    std::array<char, 4> heard{};
    error_code ec;
    net::read(server, net::buffer(heard), ec);
    EXPECT_FALSE(ec) << ec.message();
    net::write(server, net::buffer(heard), ec);
  });
  client.renegotiate();
  net::write(client, net::buffer("ping", 4));
  std::array<char, 4> heard{};
  net::read(client, net::buffer(heard));
  serving.join();
  EXPECT_EQ(std::string(heard.data(), heard.size()), "ping");
  EXPECT_EQ(client.info().handshakes, 2U);
  error_code ec;
  client.renegotiate({.client_authentication = ClientAuthentication::required}, ec);
  EXPECT_EQ(ec, Cause::config_invalid);
}

TEST_F(OurStream, ARefusedRenegotiationLeavesTheStreamAsItWas) {
  Stream client = make_client();
  Stream server = make_server(Renegotiation::never);
  open(client, server);
  std::array<char, 4> heard{};
  error_code read_error = net::error::would_block;
  net::async_read(server, net::buffer(heard), [&](error_code ec, std::size_t) { read_error = ec; });
  error_code refused;
  client.async_renegotiate({}, [&](error_code ec) {
    refused = ec;
    net::async_write(client, net::buffer("ping", 4), [](error_code, std::size_t) {});
  });
  run();
  EXPECT_EQ(refused, Cause::renegotiation_declined);
  EXPECT_FALSE(read_error) << read_error.message();
  EXPECT_EQ(client.info().handshakes, 1U);
}

}  // namespace heirloom::asio_test

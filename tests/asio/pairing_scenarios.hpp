// Scenarios that hold for ssl::stream and for ours, and for one talking to the other: the proof
// that ours can stand where ssl::stream stood. Each runs with four or more pairings.
//
// Included once per test program, after what ends.hpp wants defined.
#pragma once

#include "asio/ends.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::asio_test {

template <class ClientEndType,
          class ServerEndType,
          ProtocolVersion kVersion = ProtocolVersion::tls10,
          std::uint16_t kSuite = kAes128>
struct Pairing {
  using ClientEnd = ClientEndType;
  using ServerEnd = ServerEndType;
  static constexpr Protocol kProtocol{kVersion, kSuite};
};

template <class P>
class StreamPairing : public ::testing::Test {
 protected:
  using Client = typename P::ClientEnd::Stream;
  using Server = typename P::ServerEnd::Stream;

  StreamPairing()
      : client(P::ClientEnd::client(std::move(sockets_.left), P::kProtocol)),
        server(P::ServerEnd::server(std::move(sockets_.right), P::kProtocol)) {}

  /// run lets both ends work until nothing is outstanding.
  void run() {
    io.restart();
    io.run_for(std::chrono::seconds(60));
    ASSERT_TRUE(io.stopped()) << "an operation never completed";
  }

  void handshake() {
    error_code client_error = net::error::would_block;
    error_code server_error = net::error::would_block;
    start_handshake(client, Client::client, [&](error_code ec) { client_error = ec; });
    start_handshake(server, Server::server, [&](error_code ec) { server_error = ec; });
    run();
    ASSERT_FALSE(client_error) << client_error.message();
    ASSERT_FALSE(server_error) << server_error.message();
  }

  static bool is_clean(const error_code& error) { return !error || error == net::error::eof; }

  net::io_context io;

 private:
  SocketPair sockets_{io};

 protected:
  Client client;
  Server server;
};

/// EchoServer sends back whatever comes, then shuts down; all with callbacks.
template <class Stream>
class EchoServer {
 public:
  explicit EchoServer(Stream& stream) : stream_(stream) {}

  void start() {
    start_handshake(stream_, Stream::server, [this](error_code ec) {
      if (ec) {
        result = ec;
        return;
      }
      read();
    });
  }

  error_code result = net::error::would_block;

 private:
  void read() {
    start_read_some(stream_, net::buffer(buffer_), [this](error_code ec, std::size_t n) {
      if (ec == net::error::eof) {
        start_shutdown(stream_, [this](error_code shutdown_error) { result = shutdown_error; });
        return;
      }
      if (ec) {
        result = ec;
        return;
      }
      start_write(
          stream_, net::buffer(buffer_.data(), n), [this](error_code write_error, std::size_t) {
            if (write_error) {
              result = write_error;
              return;
            }
            read();
          });
    });
  }

  Stream& stream_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(20000);
};

TYPED_TEST_SUITE_P(StreamPairing);

// One write and one read of a megabyte are in flight at the client at the same time.
TYPED_TEST_P(StreamPairing, EchoesAMegabyteWithCallbacks) {
  const std::vector<std::uint8_t> sent = payload(1 << 20);
  std::vector<std::uint8_t> echoed(sent.size());
  EchoServer echo(this->server);
  echo.start();
  error_code write_error = net::error::would_block;
  error_code read_error = net::error::would_block;
  error_code shutdown_error = net::error::would_block;

  start_handshake(this->client, TestFixture::Client::client, [&](error_code ec) {
    ASSERT_FALSE(ec) << ec.message();
    start_write(
        this->client, net::buffer(sent), [&](error_code e, std::size_t) { write_error = e; });
    start_read(this->client, net::buffer(echoed), [&](error_code e, std::size_t) {
      read_error = e;
      start_shutdown(this->client, [&](error_code se) { shutdown_error = se; });
    });
  });
  this->run();

  EXPECT_FALSE(write_error) << write_error.message();
  EXPECT_FALSE(read_error) << read_error.message();
  EXPECT_TRUE(echoed == sent);
  EXPECT_TRUE(this->is_clean(shutdown_error)) << shutdown_error.message();
  EXPECT_TRUE(this->is_clean(echo.result)) << echo.result.message();
}

TYPED_TEST_P(StreamPairing, EchoesAMegabyteWhileBlocking) {
  const std::vector<std::uint8_t> sent = payload(1 << 20);
  std::vector<std::uint8_t> echoed(sent.size());
  error_code server_result;
  std::thread serving([&] {
    std::vector<std::uint8_t> buffer(20000);
    this->server.handshake(TestFixture::Server::server, server_result);
    while (!server_result) {
      const std::size_t n = this->server.read_some(net::buffer(buffer), server_result);
      if (!server_result) {
        net::write(this->server, net::buffer(buffer.data(), n), server_result);
      }
    }
    if (server_result == net::error::eof) {
      this->server.shutdown(server_result);
    }
  });

  error_code result;
  this->client.handshake(TestFixture::Client::client, result);
  EXPECT_FALSE(result) << result.message();
  for (std::size_t at = 0; at < sent.size() && !result; at += 65536) {
    net::write(this->client, net::buffer(sent.data() + at, 65536), result);
    if (!result) {
      net::read(this->client, net::buffer(echoed.data() + at, 65536), result);
    }
  }
  EXPECT_FALSE(result) << result.message();
  this->client.shutdown(result);
  serving.join();

  EXPECT_TRUE(this->is_clean(result)) << result.message();
  EXPECT_TRUE(this->is_clean(server_result)) << server_result.message();
  EXPECT_TRUE(echoed == sent);
}

// Operations are started on one thread and completed on another, one after the other. Many, because
// an operation that is complete before the function that started it returns is a matter of luck.
TYPED_TEST_P(StreamPairing, WorksWithFutures) {
  EchoServer echo(this->server);
  echo.start();
  auto work = net::make_work_guard(this->io);
  std::thread running([this] { this->io.run(); });
  std::string echoed(5, ' ');

  EXPECT_NO_THROW({
    this->client.lowest_layer().set_option(tcp::no_delay(true));
    this->server.lowest_layer().set_option(tcp::no_delay(true));
    this->client.async_handshake(TestFixture::Client::client, net::use_future).get();
    for (int i = 0; i < 200; ++i) {
      const std::string sent = std::to_string(10000 + i);
      net::async_write(this->client, net::buffer(sent), net::use_future).get();
      net::async_read(this->client, net::buffer(echoed), net::use_future).get();
      EXPECT_EQ(echoed, sent);
    }
    this->client.async_shutdown(net::use_future).wait();
  });
  work.reset();
  running.join();

  EXPECT_TRUE(this->is_clean(echo.result)) << echo.result.message();
}

TYPED_TEST_P(StreamPairing, ReadsUntilADelimiterAndWritesFromSeveralBuffers) {
  this->handshake();
  const std::string head = "GET / HTTP/1.0\r\n";
  const std::string rest = "Host: box\r\n\r\nand a body";
  const std::vector<net::const_buffer> pieces{net::buffer(head), net::buffer(rest)};
  std::string received;
  std::size_t header_size = 0;

  net::async_write(this->client, pieces, [](error_code ec, std::size_t n) {
    EXPECT_FALSE(ec) << ec.message();
    EXPECT_EQ(n, 39U);
  });
  net::async_read_until(
      this->server, net::dynamic_buffer(received), "\r\n\r\n", [&](error_code ec, std::size_t n) {
        EXPECT_FALSE(ec) << ec.message();
        header_size = n;
      });
  this->run();

  EXPECT_EQ(received.substr(0, header_size), "GET / HTTP/1.0\r\nHost: box\r\n\r\n");
}

TYPED_TEST_P(StreamPairing, TheServerMayCloseFirst) {
  this->handshake();
  char byte = 0;
  error_code read_error;
  error_code client_result = net::error::would_block;
  error_code server_result = net::error::would_block;

  start_shutdown(this->server, [&](error_code ec) { server_result = ec; });
  start_read_some(this->client, net::buffer(&byte, 1), [&](error_code ec, std::size_t) {
    read_error = ec;
    start_shutdown(this->client, [&](error_code e) { client_result = e; });
  });
  this->run();

  EXPECT_EQ(read_error, net::error::eof);
  EXPECT_TRUE(this->is_clean(client_result)) << client_result.message();
  EXPECT_TRUE(this->is_clean(server_result)) << server_result.message();
}

TYPED_TEST_P(StreamPairing, TruncationIsNoCleanEnd) {
  this->handshake();
  std::string received;
  error_code read_error;

  start_write(this->server, net::buffer("half a page", 11), [&](error_code ec, std::size_t) {
    EXPECT_FALSE(ec) << ec.message();
    this->server.lowest_layer().close();
  });
  start_read_to_end(this->client, received, [&](error_code ec, std::size_t) { read_error = ec; });
  this->run();

  EXPECT_EQ(received, "half a page");
  EXPECT_TRUE(TypeParam::ClientEnd::is_truncated(read_error)) << read_error.message();
}

TYPED_TEST_P(StreamPairing, AnEmptyReadAndAnEmptyWriteCompleteAtOnce) {
  this->handshake();
  int completed = 0;
  const auto count = [&completed](error_code ec, std::size_t n) {
    EXPECT_FALSE(ec) << ec.message();
    EXPECT_EQ(n, 0U);
    ++completed;
  };

  start_read_some(this->client, net::mutable_buffer(), count);
  start_write_some(this->client, net::const_buffer(), count);
  EXPECT_EQ(completed, 0) << "a handler ran inside the initiating function";
  this->run();

  EXPECT_EQ(completed, 2);
}

REGISTER_TYPED_TEST_SUITE_P(StreamPairing,
                            EchoesAMegabyteWithCallbacks,
                            EchoesAMegabyteWhileBlocking,
                            WorksWithFutures,
                            ReadsUntilADelimiterAndWritesFromSeveralBuffers,
                            TheServerMayCloseFirst,
                            TruncationIsNoCleanEnd,
                            AnEmptyReadAndAnEmptyWriteCompleteAtOnce);

/// The last pairing is a control: it shows what ssl::stream does with itself.
using Pairings = ::testing::Types<Pairing<OurEnd, OurEnd, ProtocolVersion::tls10, kAes128>,
                                  Pairing<OurEnd, OurEnd, ProtocolVersion::ssl30, kRc4>,
                                  Pairing<OurEnd, OurEnd, ProtocolVersion::ssl30, kAes256>,
                                  Pairing<OurEnd, OpenSslEnd>,
                                  Pairing<OpenSslEnd, OurEnd>,
                                  Pairing<OpenSslEnd, OpenSslEnd>>;

}  // namespace heirloom::asio_test

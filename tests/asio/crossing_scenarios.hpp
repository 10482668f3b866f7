// Scenarios of operations that cross: reads beside writes, cancelling, streams that go away while
// operations are outstanding; and of what handlers bring along.
//
// Included once per test program, after what ends.hpp wants defined.
#pragma once

#include "asio/our_stream.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::asio_test {

TEST_F(OurStream, AReadMayBeOutstandingDuringShutdown) {
  Stream client = make_client();
  Stream server = make_server();
  open(client, server);
  char byte = 0;
  error_code read_error;
  error_code client_result = net::error::would_block;
  error_code server_result = net::error::would_block;
  start_read_some(
      client, net::buffer(&byte, 1), [&](error_code ec, std::size_t) { read_error = ec; });
  start_shutdown(client, [&](error_code ec) { client_result = ec; });
  start_shutdown(server, [&](error_code ec) { server_result = ec; });
  run();

  EXPECT_EQ(read_error, net::error::eof);
  EXPECT_FALSE(client_result) << client_result.message();
  EXPECT_FALSE(server_result) << server_result.message();
}

// Both ends write four megabytes before either has read to the end: with reads that wait for
// writes, or the other way round, the sockets' buffers would fill and nothing would ever move.
TEST_F(OurStream, BothDirectionsFlowWhenBothAreFull) {
  Stream client = make_client();
  Stream server = make_server();
  open(client, server);
  const std::vector<std::uint8_t> sent = payload(4 << 20);
  std::vector<std::uint8_t> at_client(sent.size());
  std::vector<std::uint8_t> at_server(sent.size());
  int completed = 0;
  const auto count = [&completed](error_code ec, std::size_t) {
    EXPECT_FALSE(ec) << ec.message();
    ++completed;
  };
  start_write(client, net::buffer(sent), count);
  start_write(server, net::buffer(sent), count);
  start_read(client, net::buffer(at_client), count);
  start_read(server, net::buffer(at_server), count);
  run();

  EXPECT_EQ(completed, 4);
  EXPECT_TRUE(at_client == sent);
  EXPECT_TRUE(at_server == sent);
}

// The peer sends a damaged record while a large write is in flight, and does not read before that.
// What it then reads must be whole records, then the alert: the read never cuts into the write.
TEST_F(OurStream, AnAlertDoesNotCutIntoAWrite) {
  Stream server = make_server();
  RawPeer peer(sockets.left, Connection::client(make_client_config(Protocol{}), PeerName{kHost}));
  std::thread handshaking([&peer] { peer.handshake(); });
  error_code error;
  server.handshake(Stream::server, error);
  handshaking.join();
  ASSERT_FALSE(error) << error.message();

  const std::vector<std::uint8_t> sent = payload(16 << 20);
  error_code write_error;
  error_code read_error;
  char byte = 0;
  start_write(server, net::buffer(sent), [&](error_code ec, std::size_t) { write_error = ec; });
  start_read_some(
      server, net::buffer(&byte, 1), [&](error_code ec, std::size_t) { read_error = ec; });
  io.run_for(std::chrono::milliseconds(50));  // until the sockets' buffers are full

  std::vector<std::uint8_t> damaged{23, 3, 1, 0, 32};
  damaged.resize(5 + 32, 0x55);
  net::write(sockets.left, net::buffer(damaged));
  std::vector<std::uint8_t> received;
  std::thread draining([&] { received = peer.drain(); });
  run();
  draining.join();

  EXPECT_EQ(read_error, Cause::bad_record_mac);
  EXPECT_TRUE(bool(write_error));
  ASSERT_NE(peer.connection().error(), nullptr);
  EXPECT_EQ(peer.connection().error()->cause, Cause::alert_received)
      << peer.connection().error()->text();
  ASSERT_LE(received.size(), sent.size());
  EXPECT_TRUE(std::equal(received.begin(), received.end(), sent.begin()));
}

TEST_F(OurStream, ReadingGoesOnAfterCancel) {
  Stream client = make_client();
  Stream server = make_server();
  open(client, server);
  std::array<char, 5> buffer{};
  error_code first;
  start_read_some(client, net::buffer(buffer), [&](error_code ec, std::size_t) { first = ec; });
  net::post(io, [&client] { client.cancel(); });
  run();
  EXPECT_EQ(first, net::error::operation_aborted);

  error_code second = net::error::would_block;
  start_write(server, net::buffer("hello", 5), [](error_code, std::size_t) {});
  start_read(client, net::buffer(buffer), [&](error_code ec, std::size_t) { second = ec; });
  run();
  EXPECT_FALSE(second) << second.message();
  EXPECT_EQ(std::string(buffer.begin(), buffer.end()), "hello");
}

TEST_F(OurStream, DestroyingAStreamEndsItsOperations) {
  auto client = std::make_unique<Stream>(make_client());
  Stream server = make_server();
  open(*client, server);
  const std::vector<std::uint8_t> sent = payload(16 << 20);
  char byte = 0;
  error_code read_error;
  error_code write_error;
  start_read_some(
      *client, net::buffer(&byte, 1), [&](error_code ec, std::size_t) { read_error = ec; });
  start_write_some(
      *client, net::buffer(sent), [&](error_code ec, std::size_t) { write_error = ec; });
  client.reset();
  run();

  EXPECT_EQ(read_error, net::error::operation_aborted);
  EXPECT_EQ(write_error, net::error::operation_aborted);
}

TEST_F(OurStream, DestroyingAStreamOverAReferenceLeavesTheSocketOpen) {
  using Borrowing = adapter::stream<tcp::socket&>;
  auto client =
      std::make_unique<Borrowing>(sockets.left, make_client_config(Protocol{}), PeerName{kHost});
  error_code result;
  start_handshake(*client, Borrowing::client, [&](error_code ec) { result = ec; });
  client.reset();
  EXPECT_TRUE(sockets.left.is_open());
  sockets.left.cancel();
  run();

  EXPECT_EQ(result, net::error::operation_aborted);
}

// A handler that owns the stream is destroyed with the context, and the stream with the handler.
TEST_F(OurStream, TheContextMayGoFirst) {
  auto context = std::make_unique<net::io_context>();
  auto owned = std::make_shared<std::unique_ptr<Stream>>();
  {
    SocketPair pair(*context);
    *owned = std::make_unique<Stream>(
        std::move(pair.left), make_client_config(Protocol{}), PeerName{kHost});
  }
  bool is_called = false;
  start_handshake(**owned, Stream::client, [owned, &is_called](error_code) { is_called = true; });
  const std::weak_ptr<std::unique_ptr<Stream>> watch = owned;
  owned.reset();
  EXPECT_FALSE(watch.expired());
  context.reset();

  EXPECT_TRUE(watch.expired());
  EXPECT_FALSE(is_called);
}

TEST_F(OurStream, MovesWhileAReadIsOutstanding) {
  Stream client = make_client();
  Stream server = make_server();
  open(client, server);
  std::array<char, 5> buffer{};
  error_code result = net::error::would_block;
  start_read_some(client, net::buffer(buffer), [&](error_code ec, std::size_t) { result = ec; });
  Stream moved = std::move(client);
  start_write(server, net::buffer("hello", 5), [](error_code, std::size_t) {});
  run();

  EXPECT_FALSE(result) << result.message();
  EXPECT_EQ(moved.info().version, ProtocolVersion::tls10);
}

TEST_F(OurStream, HandlersAreMovedAndNeverCopied) {
  Stream client = make_client();
  Stream server = make_server();
  open(client, server);
  char byte = 0;
  int completed = 0;
  const auto handler = [&completed] {
    return [&completed, unique = std::make_unique<int>(1)](error_code, std::size_t) {
      completed += *unique;
    };
  };
  net::async_write(client, net::buffer("x", 1), handler());
  net::async_read(server, net::buffer(&byte, 1), handler());
  run();

  EXPECT_EQ(completed, 2);
}

/// CountingAllocator counts what it hands out.
template <class T>
struct CountingAllocator {
  using value_type = T;

  explicit CountingAllocator(int& counter) noexcept : count(&counter) {}

  template <class U>
  explicit(false) CountingAllocator(const CountingAllocator<U>& other) noexcept
      : count(other.count) {}

  T* allocate(std::size_t n) {
    ++*count;
    return std::allocator<T>().allocate(n);
  }

  void deallocate(T* memory, std::size_t n) { std::allocator<T>().deallocate(memory, n); }

  friend bool operator==(const CountingAllocator&, const CountingAllocator&) = default;

  int* count;
};

struct AllocatingHandler {
  using allocator_type = CountingAllocator<char>;

  [[nodiscard]] allocator_type get_allocator() const noexcept { return allocator_type(*count); }

  void operator()(const error_code& error) const { EXPECT_FALSE(error) << error.message(); }

  int* count;
};

TEST_F(OurStream, OperationsUseTheHandlersAllocator) {
  Stream client = make_client();
  Stream server = make_server();
  int allocations = 0;
  client.async_handshake(Stream::client, AllocatingHandler{&allocations});
  start_handshake(server, Stream::server, [](error_code ec) { EXPECT_FALSE(ec) << ec.message(); });
  run();

  EXPECT_GT(allocations, 0);
}

TEST_F(OurStream, ABlockingCallDoesNotCrossAnAsynchronousOne) {
  Stream client = make_client();
  Stream server = make_server();
  open(client, server);
  char byte = 0;
  error_code outstanding;
  error_code blocking;
  start_read_some(
      client, net::buffer(&byte, 1), [&](error_code ec, std::size_t) { outstanding = ec; });
  client.read_some(net::buffer(&byte, 1), blocking);
  EXPECT_EQ(blocking, net::error::would_block);
  client.cancel();
  run();

  EXPECT_EQ(outstanding, net::error::operation_aborted);
}

TEST_F(OurStream, HandlersRunInTheirOwnExecutor) {
  Stream client = make_client();
  Stream server = make_server();
  auto strand = net::make_strand(io);
  bool is_in_strand = false;
  client.async_handshake(Stream::client, net::bind_executor(strand, [&](error_code ec) {
                           EXPECT_FALSE(ec) << ec.message();
                           is_in_strand = strand.running_in_this_thread();
                         }));
  start_handshake(server, Stream::server, [](error_code ec) { EXPECT_FALSE(ec) << ec.message(); });
  run();

  EXPECT_TRUE(is_in_strand);
}

}  // namespace heirloom::asio_test

// The scenarios with standalone Asio, and what Boost.Asio 1.74 does not have: cancellation slots.
#include "heirloom/asio/stream.hpp"

#include <algorithm>
#include <system_error>

#include <asio.hpp>
#include <asio/ssl.hpp>

namespace heirloom::asio_test {
namespace net = ::asio;
namespace ssl = ::asio::ssl;
namespace adapter = heirloom::asio_ssl;
using std::error_code;
using std::system_error;
}  // namespace heirloom::asio_test

#include "asio/crossing_scenarios.hpp"
#include "asio/decision_scenarios.hpp"
#include "asio/pairing_scenarios.hpp"
#include "asio/renegotiation_scenarios.hpp"
#include "asio/stream_scenarios.hpp"

namespace heirloom::asio_test {

INSTANTIATE_TYPED_TEST_SUITE_P(Standalone, StreamPairing, Pairings);

TEST_F(OurStream, ACancellationSlotEndsOneReadOnly) {
  Stream client = make_client();
  Stream server = make_server();
  open(client, server);
  net::cancellation_signal signal;
  char byte = 0;
  error_code first;
  client.async_read_some(
      net::buffer(&byte, 1),
      net::bind_cancellation_slot(signal.slot(), [&](error_code ec, std::size_t) { first = ec; }));
  net::post(io, [&signal] { signal.emit(net::cancellation_type::terminal); });
  run();
  EXPECT_EQ(first, net::error::operation_aborted);

  error_code second = net::error::would_block;
  start_read_some(client, net::buffer(&byte, 1), [&](error_code ec, std::size_t) { second = ec; });
  start_write(server, net::buffer("x", 1), [](error_code, std::size_t) {});
  run();
  EXPECT_FALSE(second) << second.message();
  EXPECT_EQ(byte, 'x');
}

// A write that is cancelled when its records are half sent leaves whole records behind all the
// same.
TEST_F(OurStream, ACancelledWriteLeavesTheStreamInOrder) {
  Stream client = make_client();
  Stream server = make_server();
  open(client, server);
  const std::vector<std::uint8_t> sent = payload(32 << 20);
  net::cancellation_signal signal;
  error_code write_error;
  net::async_write(client,
                   net::buffer(sent),
                   net::bind_cancellation_slot(
                       signal.slot(), [&](error_code ec, std::size_t) { write_error = ec; }));
  io.run_for(std::chrono::milliseconds(50));  // until the sockets' buffers are full
  signal.emit(net::cancellation_type::terminal);

  std::vector<std::uint8_t> received;
  error_code read_error;
  error_code shutdown_error = net::error::would_block;
  net::post(io, [&] { start_shutdown(client, [&](error_code ec) { shutdown_error = ec; }); });
  start_read_to_end(server, received, [&](error_code ec, std::size_t) {
    read_error = ec;
    start_shutdown(server, [](error_code) {});
  });
  run();

  EXPECT_EQ(write_error, net::error::operation_aborted);
  EXPECT_EQ(read_error, net::error::eof);
  EXPECT_FALSE(shutdown_error) << shutdown_error.message();
  EXPECT_LT(received.size(), sent.size());
  EXPECT_TRUE(std::equal(received.begin(), received.end(), sent.begin()));
}

}  // namespace heirloom::asio_test

// The stream in C++20 coroutines: every operation as an awaitable, cancelled by another awaitable,
// and a decision that a coroutine takes its time for.
#include "heirloom/asio/stream.hpp"

#include "asio/support.hpp"

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <asio.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <gtest/gtest.h>

namespace heirloom::asio_test {
namespace {

using ::asio::ip::tcp;
using Socket = ::asio::use_awaitable_t<>::as_default_on_t<tcp::socket>;
using Stream = asio_ssl::stream<Socket>;
using namespace ::asio::experimental::awaitable_operators;

class CoroutineStream : public ::testing::TestWithParam<Protocol> {
 protected:
  CoroutineStream() {
    tcp::acceptor acceptor(io, tcp::endpoint(::asio::ip::address_v4::loopback(), 0));
    left.connect(acceptor.local_endpoint());
    acceptor.accept(right);
  }

  void spawn(::asio::awaitable<void> coroutine) {
    ::asio::co_spawn(io, std::move(coroutine), [this](const std::exception_ptr& thrown) {
      ++completed;
      if (thrown) {
        try {
          std::rethrow_exception(thrown);
        } catch (const std::exception& e) {
          ADD_FAILURE() << e.what();
        }
      }
    });
  }

  void run(int coroutines) {
    io.run_for(std::chrono::seconds(60));
    EXPECT_EQ(completed, coroutines);
  }

  ::asio::io_context io;
  Socket left{io};
  Socket right{io};
  int completed = 0;
};

::asio::awaitable<void> echo(Stream stream) {
  co_await stream.async_handshake(Stream::server);
  std::vector<char> buffer(20000);
  std::error_code end;
  while (true) {
    const std::size_t n = co_await stream.async_read_some(
        ::asio::buffer(buffer), ::asio::redirect_error(::asio::use_awaitable, end));
    if (end) {
      break;
    }
    co_await ::asio::async_write(stream, ::asio::buffer(buffer, n), ::asio::use_awaitable);
  }
  EXPECT_EQ(end, ::asio::error::eof);
  co_await stream.async_shutdown();
}

TEST_P(CoroutineStream, EchoesAMegabyte) {
  spawn(echo(Stream(std::move(right), make_server_config(GetParam()))));
  spawn([](Stream stream) -> ::asio::awaitable<void> {
    co_await stream.async_handshake(Stream::client);
    const std::vector<std::uint8_t> sent = payload(1 << 20);
    std::vector<std::uint8_t> echoed(sent.size());
    co_await (::asio::async_write(stream, ::asio::buffer(sent)) &&
              ::asio::async_read(stream, ::asio::buffer(echoed)));
    EXPECT_TRUE(echoed == sent);
    co_await stream.async_shutdown();
  }(Stream(std::move(left), make_client_config(GetParam()), PeerName{kHost})));
  run(2);
}

TEST_P(CoroutineStream, AReadLosesARaceAgainstATimer) {
  spawn(echo(Stream(std::move(right), make_server_config(GetParam()))));
  spawn([](Stream stream) -> ::asio::awaitable<void> {
    co_await stream.async_handshake(Stream::client);
    ::asio::steady_timer timer(stream.get_executor(), std::chrono::milliseconds(20));
    std::vector<char> buffer(100);
    const auto won = co_await (stream.async_read_some(::asio::buffer(buffer)) ||
                               timer.async_wait(::asio::use_awaitable));
    EXPECT_EQ(won.index(), 1U);
    co_await ::asio::async_write(stream, ::asio::buffer("hello", 5), ::asio::use_awaitable);
    const std::size_t n = co_await stream.async_read_some(::asio::buffer(buffer));
    EXPECT_EQ(std::string(buffer.data(), n), std::string("hello").substr(0, n));
    co_await stream.async_shutdown();
  }(Stream(std::move(left), make_client_config(GetParam()), PeerName{kHost})));
  run(2);
}

TEST_P(CoroutineStream, ACoroutineTakesItsTimeForADecision) {
  spawn(echo(Stream(std::move(right), make_server_config(GetParam()))));
  spawn([](Stream stream) -> ::asio::awaitable<void> {
    std::error_code error;
    co_await stream.async_handshake(Stream::client,
                                    ::asio::redirect_error(::asio::use_awaitable, error));
    EXPECT_EQ(error, ::asio::error::would_block);
    EXPECT_EQ(stream.awaited_decision(), Decision::certificate);
    ::asio::steady_timer person(stream.get_executor(), std::chrono::milliseconds(20));
    co_await person.async_wait(::asio::use_awaitable);
    EXPECT_TRUE(stream.resolve(CertificateVerdict(CertificateAccepted{})).has_value());
    co_await stream.async_handshake(Stream::client);
    co_await stream.async_shutdown();
  }(Stream(std::move(left),
                          make_client_config(GetParam(), std::make_shared<PendingVerifier>()),
                          PeerName{kHost})));
  run(2);
}

INSTANTIATE_TEST_SUITE_P(BothVersions,
                         CoroutineStream,
                         ::testing::Values(Protocol{ProtocolVersion::tls10, kAes128},
                                           Protocol{ProtocolVersion::ssl30, kRc4}));

}  // namespace
}  // namespace heirloom::asio_test

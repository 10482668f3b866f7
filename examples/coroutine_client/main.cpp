// Fetches a page in a C++20 coroutine, asks a person about the certificate, and has no patience.
//
//     coroutine_client HOST PORT
//
// The verifier answers "pending". The handshake then stops with would_block, the coroutine asks on
// the terminal for as long as that takes, resolves the decision and lets the handshake continue.
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>

#include <asio.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <heirloom/asio/stream.hpp>
#include <heirloom/certificate.hpp>

using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using namespace asio::experimental::awaitable_operators;
using Stream = heirloom::asio_ssl::stream<tcp::socket>;

namespace {

constexpr std::chrono::seconds kPatience(10);

class AskLater : public heirloom::CertificateVerifier {
 public:
  heirloom::Pending<heirloom::CertificateVerdict> verify(
      const heirloom::CertificateQuestion& question) override {
    shown = question.chain.front();
    return heirloom::pending;
  }

  heirloom::CertificateDer shown;
};

/// ask reads one line from standard input; the coroutine waits for it, the program does not.
asio::awaitable<heirloom::CertificateVerdict> ask(const heirloom::CertificateDer& shown) {
  std::cerr << "The box shows the certificate\n  "
            << heirloom::format_fingerprint(heirloom::certificate_fingerprint(shown))
            << "\nIs it yours? [y/N] ";
  asio::posix::stream_descriptor input(co_await asio::this_coro::executor, ::dup(STDIN_FILENO));
  std::string line;
  std::error_code error;
  co_await asio::async_read_until(
      input, asio::dynamic_buffer(line), '\n', redirect_error(use_awaitable, error));
  if (!line.starts_with('y')) {
    co_return heirloom::Cause::certificate_rejected;
  }
  co_return heirloom::CertificateAccepted{};
}

asio::awaitable<void> shake_hands(Stream& stream, const AskLater& verifier) {
  std::error_code error;
  co_await stream.async_handshake(Stream::client, redirect_error(use_awaitable, error));
  if (error == asio::error::would_block) {
    auto verdict = co_await ask(verifier.shown);
    static_cast<void>(stream.resolve(std::move(verdict)));
    co_await stream.async_handshake(Stream::client, use_awaitable);
  } else if (error) {
    throw std::system_error(error);
  }
}

asio::awaitable<std::string> fetch(Stream& stream, const std::string& host) {
  const std::string request = "GET / HTTP/1.0\r\nHost: " + host + "\r\n\r\n";
  co_await asio::async_write(stream, asio::buffer(request), use_awaitable);
  std::string page;
  std::error_code end;
  co_await asio::async_read(stream, asio::dynamic_buffer(page), redirect_error(use_awaitable, end));
  if (end != asio::error::eof) {
    throw std::system_error(end);
  }
  co_return page;
}

asio::awaitable<void> run(std::string host, std::string port) {
  const auto executor = co_await asio::this_coro::executor;
  const auto verifier = std::make_shared<AskLater>();
  heirloom::ClientOptions options;
  options.verifier = verifier;
  Stream stream(executor, heirloom::ClientConfig::build(options).value(), heirloom::PeerName{host});

  tcp::resolver resolver(executor);
  const auto endpoints = co_await resolver.async_resolve(host, port, use_awaitable);
  co_await asio::async_connect(stream.lowest_layer(), endpoints, use_awaitable);
  co_await shake_hands(stream, *verifier);

  asio::steady_timer timer(executor, kPatience);
  auto result = co_await (fetch(stream, host) || timer.async_wait(use_awaitable));
  if (result.index() == 1) {
    throw std::runtime_error("the box takes too long");
  }
  std::cout << std::get<0>(result);
  co_await stream.async_shutdown(use_awaitable);
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 3) {
    std::cerr << "usage: coroutine_client HOST PORT\n";
    return 2;
  }
  int status = 0;
  asio::io_context io;
  asio::co_spawn(io, run(argv[1], argv[2]), [&status](const std::exception_ptr& thrown) {
    try {
      if (thrown) {
        std::rethrow_exception(thrown);
      }
    } catch (const std::exception& error) {
      std::cerr << error.what() << '\n';
      status = 1;
    }
  });
  io.run();
  return status;
}

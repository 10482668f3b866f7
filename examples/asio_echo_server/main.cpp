// Sends back what comes, to any number of clients at a time, with standalone Asio and callbacks.
//
//     asio_echo_server PORT CHAIN.pem KEY.pem
//
// Listens on the loopback address and prints the port, so PORT may be 0. Sessions are kept in
// memory, so that a client that comes again need not repeat the whole handshake.
#include <array>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include <asio.hpp>
#include <heirloom/asio/stream.hpp>
#include <heirloom/heirloom.hpp>

using asio::ip::tcp;
using Stream = heirloom::asio_ssl::stream<tcp::socket>;
using ConfigPtr = std::shared_ptr<const heirloom::ServerConfig>;

class Conversation : public std::enable_shared_from_this<Conversation> {
 public:
  Conversation(tcp::socket socket, const ConfigPtr& config) : stream_(std::move(socket), config) {}

  void start() {
    stream_.async_handshake(Stream::server, [self = shared_from_this()](std::error_code error) {
      if (error) {
        std::cerr << "handshake: " << error.message() << '\n';
        return;
      }
      std::cerr << heirloom::to_string(*self->stream_.info().version) << '\n';
      self->read();
    });
  }

 private:
  void read() {
    stream_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](std::error_code error, std::size_t n) {
                              if (!error) {
                                self->write(n);
                              } else if (error == asio::error::eof) {
                                self->stream_.async_shutdown([self](std::error_code) {});
                              } else {
                                std::cerr << "read: " << error.message() << '\n';
                              }
                            });
  }

  void write(std::size_t n) {
    asio::async_write(stream_,
                      asio::buffer(buffer_.data(), n),
                      [self = shared_from_this()](std::error_code error, std::size_t) {
                        if (!error) {
                          self->read();
                        } else {
                          std::cerr << "write: " << error.message() << '\n';
                        }
                      });
  }

  Stream stream_;
  std::array<char, 16384> buffer_{};
};

namespace {

void accept(tcp::acceptor& acceptor, const ConfigPtr& config) {
  acceptor.async_accept([&acceptor, config](std::error_code error, tcp::socket socket) {
    if (error) {
      std::cerr << "accept: " << error.message() << '\n';
      return;
    }
    std::make_shared<Conversation>(std::move(socket), config)->start();
    accept(acceptor, config);
  });
}

heirloom::Result<ConfigPtr> make_config(const std::string& chain, const std::string& key) {
  auto credentials = heirloom::load_credentials(chain, key);
  if (!credentials) {
    return credentials.error();
  }
  heirloom::ServerOptions options;
  options.credentials.push_back(std::move(credentials).value());
  options.sessions = heirloom::make_memory_session_store();
  return heirloom::ServerConfig::build(std::move(options));
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 4) {
    std::cerr << "usage: asio_echo_server PORT CHAIN.pem KEY.pem\n";
    return 2;
  }
  const auto config = make_config(argv[2], argv[3]);
  if (!config) {
    std::cerr << config.error().text() << '\n';
    return 2;
  }
  try {
    asio::io_context io;
    const auto port = static_cast<asio::ip::port_type>(std::stoi(argv[1]));
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), port));
    std::cout << "listening on " << acceptor.local_endpoint() << std::endl;
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&io](std::error_code, int) { io.stop(); });
    accept(acceptor, config.value());
    io.run();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

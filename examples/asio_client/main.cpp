// Fetches a page with standalone Asio and callbacks, trusting the authorities of a PEM file.
//
//     asio_client HOST PORT AUTHORITIES.pem
//
// Every step is an asynchronous operation whose handler starts the next one. An object that the
// handlers share keeps what they need alive; when the last handler is done, it is gone.
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include <asio.hpp>
#include <heirloom/asio/stream.hpp>

using asio::ip::tcp;

class Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(asio::io_context& io,
        const std::shared_ptr<const heirloom::ClientConfig>& config,
        std::string host)
      : host_(std::move(host)), resolver_(io), stream_(io, config, heirloom::PeerName{host_}) {}

  void start(const std::string& port) {
    resolver_.async_resolve(
        host_, port, [self = shared_from_this()](std::error_code error, const auto& endpoints) {
          if (!error) {
            self->connect(endpoints);
          } else {
            self->fail("resolve", error);
          }
        });
  }

  bool is_complete = false;

 private:
  void connect(const tcp::resolver::results_type& endpoints) {
    asio::async_connect(stream_.lowest_layer(),
                        endpoints,
                        [self = shared_from_this()](std::error_code error, const auto&) {
                          if (!error) {
                            self->shake_hands();
                          } else {
                            self->fail("connect", error);
                          }
                        });
  }

  void shake_hands() {
    stream_.async_handshake(heirloom::asio_ssl::stream_base::client,
                            [self = shared_from_this()](std::error_code error) {
                              if (!error) {
                                self->ask();
                              } else {
                                self->fail("handshake", error);
                              }
                            });
  }

  void ask() {
    request_ = "GET / HTTP/1.0\r\nHost: " + host_ + "\r\n\r\n";
    asio::async_write(stream_,
                      asio::buffer(request_),
                      [self = shared_from_this()](std::error_code error, std::size_t) {
                        if (!error) {
                          self->read();
                        } else {
                          self->fail("write", error);
                        }
                      });
  }

  void read() {
    asio::async_read(stream_,
                     asio::dynamic_buffer(page_),
                     [self = shared_from_this()](std::error_code error, std::size_t) {
                       std::cout << self->page_;
                       if (error == asio::error::eof) {
                         self->shut_down();
                       } else {
                         self->fail("read", error);  // errc::truncated: part of the page is missing
                       }
                     });
  }

  void shut_down() {
    stream_.async_shutdown([self = shared_from_this()](std::error_code error) {
      if (!error) {
        self->is_complete = true;
      } else {
        self->fail("shutdown", error);
      }
    });
  }

  void fail(const char* step, const std::error_code& error) const {
    std::cerr << step << ": " << error.message() << '\n';
    if (const heirloom::Error* why = stream_.error()) {
      std::cerr << why->name() << " (" << why->clause() << ") " << why->detail << '\n';
    }
  }

  std::string host_;
  tcp::resolver resolver_;
  heirloom::asio_ssl::stream<tcp::socket> stream_;
  std::string request_;
  std::string page_;
};

int main(int argc, char* argv[]) {
  if (argc != 4) {
    std::cerr << "usage: asio_client HOST PORT AUTHORITIES.pem\n";
    return 2;
  }
  auto authorities = heirloom::load_pem_certificates(argv[3]);
  if (!authorities) {
    std::cerr << authorities.error().text() << '\n';
    return 2;
  }
  heirloom::TrustOptions trust;
  trust.authorities = std::move(authorities).value();
  heirloom::ClientOptions options;
  options.verifier = heirloom::verify_with_authorities(std::move(trust));
  const auto config = heirloom::ClientConfig::build(std::move(options));
  if (!config) {
    std::cerr << config.error().text() << '\n';
    return 2;
  }

  asio::io_context io;
  const auto fetch = std::make_shared<Fetch>(io, config.value(), argv[1]);
  fetch->start(argv[2]);
  io.run();
  return fetch->is_complete ? 0 : 1;
}

// Fetches a page from a box whose certificate is known by its fingerprint, and from nobody else.
#include <iostream>

#include <asio.hpp>
#include <heirloom/asio/stream.hpp>

int main(int argc, char* argv[]) {
  const auto pin = heirloom::parse_fingerprint(argc == 4 ? argv[3] : "");
  if (!pin) {
    std::cerr << "usage: minimal_client HOST PORT sha256:FINGERPRINT\n";
    return 2;
  }
  heirloom::ClientOptions options;
  options.verifier = heirloom::verify_with_pin({*pin});
  const auto config = heirloom::ClientConfig::build(options).value();
  std::error_code end;
  try {
    asio::io_context io;
    heirloom::asio_ssl::stream<asio::ip::tcp::socket> box(io, config, {.host = argv[1]});
    asio::connect(box.lowest_layer(), asio::ip::tcp::resolver(io).resolve(argv[1], argv[2]));
    box.handshake(box.client);
    asio::write(box, asio::buffer(std::string("GET / HTTP/1.0\r\n\r\n")));
    std::string page;
    asio::read(box, asio::dynamic_buffer(page), end);
    std::cout << page;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
  }
  return end == asio::error::eof ? 0 : 1;  // anything else: part of the page may be missing
}

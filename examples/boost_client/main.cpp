// Looks at a box with Boost.Asio: what it negotiates and which certificate it shows.
//
//     boost_client HOST PORT
//
// This client trusts nobody and sends nothing: it accepts any certificate to be able to print its
// fingerprint, which minimal_client can then pin.
#include <iostream>
#include <string>
#include <utility>

#include <boost/asio.hpp>
#include <heirloom/asio/boost_stream.hpp>
#include <heirloom/heirloom.hpp>

using boost::asio::ip::tcp;
namespace ssl = heirloom::boost_asio_ssl;  // in place of boost::asio::ssl

namespace {

void print(const heirloom::ConnectionInfo& info) {
  const heirloom::CipherSuite* suite = heirloom::find_cipher_suite(*info.cipher_suite);
  std::cout << "version:     " << heirloom::to_string(*info.version) << '\n'
            << "suite:       " << heirloom::cipher_suite_name(*suite, *info.version) << ", "
            << heirloom::to_string(suite->weakness) << ": " << suite->why << '\n';
  if (info.peer_chain.empty()) {
    return;
  }
  const auto& der = info.peer_chain.front();
  std::cout << "fingerprint: "
            << heirloom::format_fingerprint(heirloom::certificate_fingerprint(der)) << '\n';
  if (const auto certificate = heirloom::describe_certificate(der)) {
    std::cout << "subject:     " << certificate->subject << '\n'
              << "issuer:      " << certificate->issuer << '\n'
              << "key:         " << heirloom::to_string(certificate->key_algorithm) << ", "
              << certificate->key_bits << " bits\n";
  }
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 3) {
    std::cerr << "usage: boost_client HOST PORT\n";
    return 2;
  }
  heirloom::ClientOptions options;
  options.verifier = heirloom::accept_any_certificate();
  const auto config = heirloom::ClientConfig::build(std::move(options));
  if (!config) {
    std::cerr << config.error().text() << '\n';
    return 2;
  }

  boost::asio::io_context io;
  boost::system::error_code error;
  ssl::stream<tcp::socket> stream(io, config.value(), heirloom::PeerName{argv[1]});
  const auto endpoints = tcp::resolver(io).resolve(argv[1], argv[2], error);
  if (!error) {
    boost::asio::connect(stream.lowest_layer(), endpoints, error);
  }
  if (!error) {
    stream.handshake(ssl::stream_base::client, error);
  }
  if (error == ssl::errc::not_tls) {
    std::cerr << "no TLS there: " << error.message() << '\n';
    return 1;
  }
  if (error == ssl::errc::no_common_parameters) {
    std::cerr << "neither version nor suite in common: " << error.message() << '\n';
    return 1;
  }
  if (error) {
    std::cerr << error.message() << '\n';
    return 1;
  }
  print(stream.info());
  stream.shutdown(error);  // a box that just hangs up has told everything all the same
  return 0;
}

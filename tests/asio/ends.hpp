// The two kinds of ends that the scenarios put together: this project's stream, and Asio's
// ssl::stream over the system's libssl. Each kind makes a client's and a server's stream and knows
// its own word for a truncated connection; beyond that the scenarios treat both alike.
//
// Included after `net` (asio or boost::asio), `ssl` (its ssl namespace) and `adapter` (our
// namespace for it) are defined, and `error_code`.
#pragma once

#include "asio/support.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

namespace heirloom::asio_test {

using tcp = net::ip::tcp;

struct OurEnd {
  using Stream = adapter::stream<tcp::socket>;

  static Stream client(tcp::socket socket, Protocol protocol) {
    return Stream(std::move(socket), make_client_config(protocol), PeerName{kHost});
  }

  static Stream server(tcp::socket socket, Protocol protocol) {
    return Stream(std::move(socket), make_server_config(protocol));
  }

  static bool is_truncated(const error_code& error) { return error == Cause::truncated; }
};

struct OpenSslEnd {
  using Stream = ssl::stream<tcp::socket>;

  /// context allows TLS 1.0 only. `protocol` names a suite by number, OpenSSL wants its own names.
  static ssl::context context(Protocol protocol) {
    ssl::context context(ssl::context::tls);
    const CipherSuite* suite = find_cipher_suite(protocol.cipher_suite);
    const std::string list = std::string(suite->openssl_name) + ":@SECLEVEL=0";
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.native_handle(), TLS1_VERSION);
    SSL_CTX_set_cipher_list(context.native_handle(), list.c_str());
    return context;
  }

  static Stream client(tcp::socket socket, Protocol protocol) {
    ssl::context made = context(protocol);
    made.load_verify_file(certificate_file("ca.crt"));
    made.set_verify_mode(ssl::verify_peer);
    return Stream(std::move(socket), made);
  }

  static Stream server(tcp::socket socket, Protocol protocol) {
    ssl::context made = context(protocol);
    made.use_certificate_chain_file(certificate_file("rsa1024.chain"));
    made.use_private_key_file(certificate_file("rsa1024.key"), ssl::context::pem);
    return Stream(std::move(socket), made);
  }

  static bool is_truncated(const error_code& error) {
    return error == ssl::error::stream_truncated;
  }
};

// Starting operations. Handlers are std::function here, so that Asio's operations are compiled once
// for each stream and not once for each handler: it halves the time these tests take to compile.
using Done = std::function<void(error_code)>;
using Counted = std::function<void(error_code, std::size_t)>;

template <class S>
void start_handshake(S& stream, typename S::handshake_type role, Done done) {
  stream.async_handshake(role, std::move(done));
}

template <class S>
void start_shutdown(S& stream, Done done) {
  stream.async_shutdown(std::move(done));
}

template <class S>
void start_read_some(S& stream, net::mutable_buffer buffer, Counted done) {
  stream.async_read_some(buffer, std::move(done));
}

template <class S>
void start_write_some(S& stream, net::const_buffer buffer, Counted done) {
  stream.async_write_some(buffer, std::move(done));
}

template <class S>
void start_read(S& stream, net::mutable_buffer buffer, Counted done) {
  net::async_read(stream, buffer, std::move(done));
}

/// start_read_to_end reads until there is no more.
template <class S, class Container>
void start_read_to_end(S& stream, Container& data, Counted done) {
  net::async_read(stream, net::dynamic_buffer(data), std::move(done));
}

template <class S>
void start_write(S& stream, net::const_buffer buffer, Counted done) {
  net::async_write(stream, buffer, std::move(done));
}

/// SocketPair is two connected sockets over the loopback interface.
struct SocketPair {
  explicit SocketPair(net::io_context& io) : left(io), right(io) {
    tcp::acceptor acceptor(io, tcp::endpoint(net::ip::address_v4::loopback(), 0));
    left.connect(acceptor.local_endpoint());
    acceptor.accept(right);
  }

  tcp::socket left;
  tcp::socket right;
};

}  // namespace heirloom::asio_test

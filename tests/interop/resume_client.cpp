// A client that connects several times and offers each session to the next connection, which the
// program's subcommands never need. Public headers only. Takes and prints what the drivers do
// (docs/interop.md):
//
//     heirloom_resume_client port=N version=ssl3|tls1 suite=HEX send=FILE receive=FILE
//     connections=N
#include "heirloom/heirloom.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Options = std::map<std::string, std::string, std::less<>>;

[[noreturn]] void fail(const std::string& why) {
  std::printf("ERROR %s\n", why.c_str());
  std::exit(1);
}

Options parse_arguments(std::span<char*> words) {
  Options options;
  for (const std::string_view word : words) {
    const std::size_t at = word.find('=');
    if (at == std::string_view::npos) {
      fail("an argument is not name=value");
    }
    options.emplace(word.substr(0, at), word.substr(at + 1));
  }
  return options;
}

unsigned number(const std::string& text, int base) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) {
    fail("not a number: " + text);
  }
  return value;
}

int open_socket(const Options& options) {
  const int handle = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(number(options.at("port"), 10)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (handle < 0 ||
      ::connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("cannot connect");
  }
  return handle;
}

void send_outgoing(heirloom::Connection& connection, int handle) {
  while (!connection.outgoing().empty()) {
    const auto piece = connection.outgoing().front();
    const ssize_t sent = ::send(handle, piece.data(), piece.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      fail("cannot send");
    }
    connection.consume_outgoing(static_cast<std::size_t>(sent));
  }
}

/// receive_some reads once from the socket; false at its end.
bool receive_some(heirloom::Connection& connection, int handle) {
  const auto buffer = connection.receive_buffer(16384);
  const ssize_t count = ::recv(handle, buffer.data(), buffer.size(), 0);
  const auto result =
      count > 0 ? connection.received(static_cast<std::size_t>(count)) : connection.receive_end();
  if (!result) {
    fail(result.error().text());
  }
  return count > 0;
}

void write_all(heirloom::Connection& connection, int handle, std::span<const std::uint8_t> data) {
  while (!data.empty()) {
    const auto taken = connection.write(data);
    if (!taken) {
      fail(taken.error().text());
    }
    data = data.subspan(*taken);
    send_outgoing(connection, handle);
  }
}

std::vector<std::uint8_t> read_to_close(heirloom::Connection& connection, int handle) {
  std::vector<std::uint8_t> data;
  while (true) {
    while (!connection.plaintext().empty()) {
      const auto piece = connection.plaintext();
      data.insert(data.end(), piece.begin(), piece.end());
      connection.consume_plaintext(piece.size());
    }
    if (connection.info().close_notify_received || !receive_some(connection, handle)) {
      return data;
    }
  }
}

heirloom::SessionPtr converse(const std::shared_ptr<const heirloom::ClientConfig>& config,
                              const heirloom::SessionPtr& offered,
                              std::span<const std::uint8_t> request,
                              const Options& options) {
  const int handle = open_socket(options);
  auto connection = heirloom::Connection::client(config, {"localhost"}, offered);
  while (connection.phase() == heirloom::Phase::handshaking) {
    send_outgoing(connection, handle);
    if (!receive_some(connection, handle)) {
      fail("the peer closed during the handshake");
    }
  }
  send_outgoing(connection, handle);
  write_all(connection, handle, request);
  const auto reply = read_to_close(connection, handle);
  connection.close();
  send_outgoing(connection, handle);
  ::close(handle);
  std::ofstream(options.at("receive"), std::ios::binary | std::ios::app)
      .write(reinterpret_cast<const char*>(reply.data()),
             static_cast<std::streamsize>(reply.size()));
  const auto& info = connection.info();
  std::printf("RESULT version=%s suite=%04x resumed=%s received=%zu end=%s\n",
              *info.version == heirloom::ProtocolVersion::ssl30 ? "ssl3" : "tls1",
              static_cast<unsigned>(*info.cipher_suite),
              info.is_resumed ? "yes" : "no",
              reply.size(),
              info.close_notify_received ? "clean" : "truncated");
  return connection.session();
}

}  // namespace

int main(int count, char** words) {
  const Options options =
      parse_arguments(std::span(words, static_cast<std::size_t>(count)).subspan(1));
  std::ifstream file(options.at("send"), std::ios::binary);
  const std::vector<std::uint8_t> request{std::istreambuf_iterator<char>(file), {}};

  heirloom::ClientOptions client;
  client.verifier = heirloom::accept_any_certificate();
  client.policy.min_version = options.at("version") == "ssl3" ? heirloom::ProtocolVersion::ssl30
                                                              : heirloom::ProtocolVersion::tls10;
  client.policy.max_version = client.policy.min_version;
  client.policy.cipher_suites = {static_cast<std::uint16_t>(number(options.at("suite"), 16))};
  const auto config = heirloom::ClientConfig::build(std::move(client));
  if (!config) {
    fail(config.error().text());
  }
  heirloom::SessionPtr session;
  for (unsigned i = 0; i < number(options.at("connections"), 10); ++i) {
    session = converse(*config, session, request, options);
  }
  return 0;
}

// Our side of tests/interop/renegotiate: one connection that goes through more than one handshake.
// Public headers only.
//
//     heirloom_renegotiating_peer client|server port=N version=ssl3|tls1 suite=HEX starts=us|peer
//     handshakes=N [policy=only_secure|any] [session=yes] [demand=yes] [certificate=F key=F ca=F]
//
// A client sends a request of HTTP once it has had that many handshakes and reads the answer; a
// server does the opposite. Prints LISTENING PORT, then RESULT or ERROR.
#include "heirloom/heirloom.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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

std::string_view value(const Options& options, std::string_view name) {
  const auto found = options.find(name);
  return found == options.end() ? std::string_view() : std::string_view(found->second);
}

unsigned number(std::string_view text, int base) {
  unsigned read = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read, base);
  if (error != std::errc() || end != text.data() + text.size()) {
    fail("not a number: " + std::string(text));
  }
  return read;
}

int open_socket(const Options& options, std::string_view role) {
  const int handle = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(number(value(options, "port"), 10)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (role == "client") {
    if (handle < 0 || ::connect(handle, raw, sizeof address) != 0) {
      fail("cannot connect");
    }
    return handle;
  }
  socklen_t size = sizeof address;
  if (handle < 0 || ::bind(handle, raw, size) != 0 || ::listen(handle, 1) != 0 ||
      ::getsockname(handle, raw, &size) != 0) {
    fail("cannot listen");
  }
  std::printf("LISTENING %u\n", static_cast<unsigned>(ntohs(address.sin_port)));
  std::fflush(stdout);
  const int accepted = ::accept(handle, nullptr, nullptr);
  ::close(handle);
  return accepted;
}

/// Talk is one connection over one socket.
class Talk {
 public:
  Talk(heirloom::Connection connection, int handle)
      : connection_(std::move(connection)), handle_(handle) {}

  ~Talk() { ::close(handle_); }

  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

  [[nodiscard]] heirloom::Connection& connection() { return connection_; }

  /// wait_for reads and sends until it is true.
  template <class Condition>
  void wait_for(Condition condition, const char* what) {
    while (true) {
      send();
      take();
      note_events();
      if (condition()) {
        return;
      }
      if (!receive()) {
        fail(std::string("the peer closed while waiting for ") + what);
      }
    }
  }

  void wait_for_handshakes(std::size_t count) {
    wait_for(
        [&] {
          return connection_.phase() == heirloom::Phase::open &&
                 connection_.info().handshakes >= count;
        },
        "the end of a handshake");
  }

  void write(std::string_view text) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto taken = connection_.write({bytes, text.size()});
    if (!taken || *taken != text.size()) {
      fail("cannot write");
    }
    send();
  }

  [[nodiscard]] const std::string& heard() const { return heard_; }

  bool receive() {
    const auto buffer = connection_.receive_buffer(16384);
    const ssize_t count = ::recv(handle_, buffer.data(), buffer.size(), 0);
    const auto result = count > 0 ? connection_.received(static_cast<std::size_t>(count))
                                  : connection_.receive_end();
    if (!result) {
      send();
      fail(result.error().text());
    }
    return count > 0;
  }

  void send() {
    while (!connection_.outgoing().empty()) {
      const auto piece = connection_.outgoing().front();
      const ssize_t sent = ::send(handle_, piece.data(), piece.size(), MSG_NOSIGNAL);
      if (sent < 0) {
        fail("cannot send");
      }
      connection_.consume_outgoing(static_cast<std::size_t>(sent));
    }
  }

 private:
  void take() {
    while (!connection_.plaintext().empty()) {
      const auto piece = connection_.plaintext();
      heard_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
      connection_.consume_plaintext(piece.size());
    }
  }

  void note_events() {
    while (const auto event = connection_.next_event()) {
      if (event->kind == heirloom::Event::Kind::renegotiation_refused) {
        fail("refused");
      }
    }
  }

  heirloom::Connection connection_;
  int handle_;
  std::string heard_;
};

heirloom::Policy policy_of(const Options& options) {
  heirloom::Policy policy;
  const bool is_ssl = value(options, "version") == "ssl3";
  policy.min_version = is_ssl ? heirloom::ProtocolVersion::ssl30 : heirloom::ProtocolVersion::tls10;
  policy.max_version = policy.min_version;
  policy.cipher_suites = {static_cast<std::uint16_t>(number(value(options, "suite"), 16))};
  if (value(options, "policy") == "any") {
    policy.renegotiation = heirloom::Renegotiation::any;
  }
  return policy;
}

template <class T>
T require(heirloom::Result<T> result) {
  if (!result) {
    fail(result.error().text());
  }
  return std::move(result).value();
}

heirloom::Connection make(const Options& options, std::string_view role) {
  std::vector<heirloom::Credentials> credentials;
  if (!value(options, "key").empty()) {
    credentials.push_back(require(heirloom::load_credentials(
        std::string(value(options, "certificate")), std::string(value(options, "key")))));
  }
  if (role == "client") {
    heirloom::ClientOptions client;
    client.policy = policy_of(options);
    client.verifier = heirloom::accept_any_certificate();
    client.credentials = std::move(credentials);
    return heirloom::Connection::client(require(heirloom::ClientConfig::build(std::move(client))),
                                        {"localhost"});
  }
  heirloom::ServerOptions server;
  server.policy = policy_of(options);
  server.credentials = std::move(credentials);
  server.verifier = heirloom::accept_any_certificate();
  server.sessions = heirloom::make_memory_session_store();
  if (!value(options, "ca").empty()) {
    for (const auto& authority :
         require(heirloom::load_pem_certificates(std::string(value(options, "ca"))))) {
      server.certificate_authorities.push_back(
          require(heirloom::certificate_subject_name(authority)));
    }
  }
  return heirloom::Connection::server(require(heirloom::ServerConfig::build(std::move(server))));
}

heirloom::RenegotiationOptions renegotiation_of(const Options& options) {
  heirloom::RenegotiationOptions renegotiation;
  if (value(options, "session") == "yes") {
    renegotiation.session = heirloom::OfferSession::yes;
  }
  if (value(options, "demand") == "yes") {
    renegotiation.client_authentication = heirloom::ClientAuthentication::required;
  }
  return renegotiation;
}

void converse(Talk& talk, const Options& options, std::string_view role) {
  const std::size_t wanted = number(value(options, "handshakes"), 10);
  talk.wait_for_handshakes(1);
  while (value(options, "starts") == "us" && talk.connection().info().handshakes < wanted) {
    if (const auto begun = talk.connection().renegotiate(renegotiation_of(options)); !begun) {
      fail(begun.error().text());
    }
    talk.wait_for_handshakes(talk.connection().info().handshakes + 1);
  }
  talk.wait_for_handshakes(wanted);
  const std::string_view end = "\r\n\r\n";
  const auto has_message = [&] { return talk.heard().find(end) != std::string::npos; };
  if (role == "client") {
    talk.write("GET / HTTP/1.0\r\n\r\n");
    talk.wait_for([&] { return has_message() || talk.connection().info().close_notify_received; },
                  "the answer");
  } else {
    talk.wait_for(has_message, "the request");
    talk.write("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }
  talk.connection().close();
  talk.send();
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    fail("the role is missing");
  }
  const std::string_view role = words[1];
  const Options options =
      parse_arguments(std::span(words, static_cast<std::size_t>(count)).subspan(2));
  Talk talk(make(options, role), open_socket(options, role));
  converse(talk, options, role);
  const heirloom::ConnectionInfo& info = talk.connection().info();
  std::printf("RESULT version=%s handshakes=%zu secure=%s resumed=%s certificate=%s heard=%zu\n",
              *info.version == heirloom::ProtocolVersion::ssl30 ? "ssl3" : "tls1",
              info.handshakes,
              info.has_secure_renegotiation ? "yes" : "no",
              info.is_resumed ? "yes" : "no",
              info.peer_chain.empty() ? "no" : "yes",
              talk.heard().size());
  return 0;
}

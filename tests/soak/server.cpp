#include "soak/server.hpp"

#include "soak/vitals.hpp"
#include "soak/wire.hpp"
#include "support/test_pki.hpp"

#include <cstdio>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace heirloom::soak {

namespace {

/// kSessions is so few that the store is full, and evicts, soon after the beginning.
constexpr std::size_t kSessions = 256;

constexpr int kPatience = 60000;  // milliseconds in which nothing at all happens

std::shared_ptr<const ServerConfig> make_config() {
  ServerOptions options;
  options.policy = policy_of(ProtocolVersion::tls10);
  options.policy.min_version = ProtocolVersion::ssl30;
  options.credentials = {testing::pki_credentials("rsa1024")};
  options.sessions = make_memory_session_store({.max_entries = kSessions});
  options.ticket_keys = make_ticket_keys();
  auto config = ServerConfig::build(std::move(options));
  if (!config.has_value()) {
    fail(config.error().text());
  }
  return std::move(config).value();
}

int listen_on_loopback() {
  const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (handle < 0 || ::bind(handle, raw, size) != 0 || ::listen(handle, 64) != 0 ||
      ::getsockname(handle, raw, &size) != 0) {
    fail("cannot listen");
  }
  std::printf("%u\n", static_cast<unsigned>(ntohs(address.sin_port)));
  std::fflush(stdout);
  return handle;
}

class Server {
 public:
  Server() : config_(make_config()), listener_(listen_on_loopback()) {}

  /// round waits for something to happen and returns false when the input has ended.
  bool round() {
    std::vector<pollfd> waiting{{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                                {.fd = listener_, .events = POLLIN, .revents = 0}};
    for (const Wire& wire : wires_) {
      waiting.push_back({.fd = wire.handle(), .events = wire.events(), .revents = 0});
    }
    const int ready = ::poll(waiting.data(), waiting.size(), kPatience);
    if (ready < 0) {
      fail("cannot wait");
    }
    if (ready == 0 && is_asked_) {
      fail("a connection does not end");
    }
    auto at = waiting.begin() + 2;
    for (Wire& wire : wires_) {
      attend(wire, (at++)->revents);
    }
    wires_.remove_if([](const Wire& wire) { return wire.has_ended(); });
    if (waiting[1].revents != 0) {
      accept();
    }
    return waiting[0].revents == 0 || read_question();
  }

  /// answer_if_idle says how large the heap is, if that was asked and nobody is here.
  void answer_if_idle() {
    if (is_asked_ && wires_.empty()) {
      is_asked_ = false;
      std::printf("%zu\n", own_heap());
      std::fflush(stdout);
    }
  }

 private:
  static void attend(Wire& wire, short events) {
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) {
      wire.receive();
    }
    for (const char letter : wire.take()) {
      if (letter != kAskForRenegotiation) {
        wire.write({&letter, 1});
      } else if (const auto asked = wire.connection().renegotiate(); !asked.has_value()) {
        fail(asked.error().text());
      }
    }
    if (wire.connection().info().close_notify_received) {
      wire.connection().close();
    }
    if (!wire.has_ended()) {
      wire.send();
    }
  }

  void accept() {
    const int handle = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (handle >= 0) {
      wires_.emplace_back(Connection::server(config_), handle);
    }
  }

  bool read_question() {
    char line[64];
    const ssize_t count = ::read(STDIN_FILENO, line, sizeof line);
    is_asked_ = is_asked_ || count > 0;
    return count > 0;
  }

  std::shared_ptr<const ServerConfig> config_;
  int listener_;
  std::list<Wire> wires_;
  bool is_asked_ = false;
};

}  // namespace

void serve() {
  Server server;
  while (server.round()) {
    server.answer_if_idle();
  }
}

}  // namespace heirloom::soak

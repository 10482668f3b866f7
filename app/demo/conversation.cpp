#include "demo/conversation.hpp"

#include "common/describe.hpp"
#include "common/tcp.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include <poll.h>

namespace heirloom::app::demo {

namespace {

/// Side is one end: an engine, a socket, and what came through both.
struct Side {
  End end;
  Connection connection;
  TcpStreamPtr socket;
  Bytes sent;      ///< into the socket
  Bytes received;  ///< out of the socket
  Bytes data;      ///< application data that arrived
  bool has_ended = false;
};

struct Sockets {
  TcpStreamPtr client;
  TcpStreamPtr server;
};

/// connect_loopback gives both ends of a TCP connection on this machine.
Outcome<Sockets> connect_loopback(Deadline deadline) {
  auto listener = TcpListener::open({.host = "127.0.0.1", .port = 0});
  if (!listener) {
    return std::move(listener).error();
  }
  auto client = connect_tcp((*listener)->local(), AddressFamily::ipv4, deadline);
  if (!client) {
    return std::move(client).error();
  }
  // The connection is established, so there is nothing to wait for.
  const StopSignal never;
  TcpStreamPtr server = (*listener)->accept(never);
  return Sockets{.client = *std::move(client), .server = std::move(server)};
}

class Loop {
 public:
  Loop(const Script& script, Sockets sockets, Deadline deadline, Conversation& result)
      : client_{.end = End::client,
                .connection =
                    Connection::client(script.client, {.host = "demo.invalid"}, script.resume),
                .socket = std::move(sockets.client),
                .sent = {},
                .received = {},
                .data = {}},
        server_{.end = End::server,
                .connection = Connection::server(script.server),
                .socket = std::move(sockets.server),
                .sent = {},
                .received = {},
                .data = {}},
        deadline_(deadline),
        result_(result) {}

  [[nodiscard]] Side& client() noexcept { return client_; }

  [[nodiscard]] Side& server() noexcept { return server_; }

  /// run carries bytes until `is_done` says so; false, with the problem noted, if an engine fails,
  /// a socket breaks, or time runs out.
  bool run(const char* purpose, const std::function<bool()>& is_done) {
    for (;;) {
      if (is_done()) {
        return true;
      }
      if (!send_outgoing(client_) || !send_outgoing(server_)) {
        return false;
      }
      if (std::chrono::steady_clock::now() >= deadline_) {
        result_.problem = std::string("time ran out during ") + purpose;
        return false;
      }
      wait();
      if (!receive(client_) || !receive(server_)) {
        return false;
      }
    }
  }

  /// write stages as much as goes; the rest follows as the transport takes what is there.
  bool write(Side& from, const Bytes& data, Side& to, const char* purpose) {
    std::size_t written = 0;
    const auto is_done = [&] {
      if (written < data.size()) {
        const auto taken = from.connection.write(ByteView(data).subspan(written));
        written += taken ? *taken : 0;
      }
      return to.data.size() >= data.size();
    };
    if (!run(purpose, is_done)) {
      return false;
    }
    if (to.data != data) {
      result_.problem = std::string("the data of ") + purpose + " arrived changed";
      return false;
    }
    result_.data_bytes += data.size();
    to.data.clear();
    return true;
  }

  /// end_transport is FIN from that side, which the other must read as a clean end.
  bool end_transport(Side& from, Side& to) {
    static_cast<void>(from.socket->finish_writing(deadline_));
    return run("the end of TCP", [&] { return to.has_ended; });
  }

 private:
  bool broke(const Side& side, const std::string& reason) {
    result_.problem = "the " + std::string(to_string(side.end)) + " failed: " + reason;
    return false;
  }

  bool send_outgoing(Side& side) {
    while (!side.connection.outgoing().empty()) {
      const auto piece = side.connection.outgoing().front();
      const StreamOutcome outcome = side.socket->write(piece, Deadline{});
      const ByteView taken = piece.first(outcome.count);
      append(side.sent, taken);
      if (!taken.empty()) {
        note(side.end, taken);
      }
      side.connection.consume_outgoing(outcome.count);
      if (outcome.status == StreamStatus::timeout) {
        return true;  // the other side reads first
      }
      if (outcome.status != StreamStatus::ok) {
        return broke(side, outcome.reason);
      }
    }
    return true;
  }

  /// note keeps what went out; what follows without an answer joins it.
  void note(End from, ByteView bytes) {
    if (!result_.chunks.empty() && result_.chunks.back().from == from) {
      append(result_.chunks.back().bytes, bytes);
      return;
    }
    result_.chunks.push_back({.from = from,
                              .when = std::chrono::system_clock::now(),
                              .bytes = Bytes(bytes.begin(), bytes.end())});
  }

  void wait() const {
    std::array<pollfd, 2> entries{pollfd{client_.socket->readable_handle(), POLLIN, 0},
                                  pollfd{server_.socket->readable_handle(), POLLIN, 0}};
    entries[0].events = client_.has_ended ? short{0} : short{POLLIN};
    entries[1].events = server_.has_ended ? short{0} : short{POLLIN};
    static_cast<void>(::poll(entries.data(), entries.size(), poll_timeout(deadline_)));
  }

  bool receive(Side& side) {
    if (side.has_ended) {
      return true;
    }
    const auto buffer = side.connection.receive_buffer(65536);
    const StreamOutcome outcome = side.socket->read(buffer, Deadline{});
    Result<void> result;
    if (outcome.status == StreamStatus::ok) {
      append(side.received, buffer.first(outcome.count));
      result = side.connection.received(outcome.count);
    } else if (outcome.status == StreamStatus::end) {
      side.has_ended = true;
      result = side.connection.receive_end();
    } else if (outcome.status == StreamStatus::failed) {
      return broke(side, outcome.reason);
    }
    while (side.connection.next_event().has_value()) {
    }
    while (!side.connection.plaintext().empty()) {
      const auto window = side.connection.plaintext();
      append(side.data, window);
      side.connection.consume_plaintext(window.size());
    }
    if (!result) {
      static_cast<void>(send_outgoing(side));  // the alert, for the capture
      return broke(side, result.error().text());
    }
    return true;
  }

  Side client_;
  Side server_;
  Deadline deadline_;
  Conversation& result_;
};

/// disagreement says in what the finished handshake is not what it should be.
std::string disagreement(const Script& script, const ConnectionInfo& info, End end) {
  const Policy& policy = script.client->options().policy;
  const std::string who = "the " + std::string(to_string(end));
  if (info.version != policy.max_version) {
    return who + " has another version";
  }
  if (info.cipher_suite != policy.cipher_suites.front()) {
    return who + " has another cipher suite";
  }
  const bool should_resume = script.resume != nullptr;
  if (info.is_resumed != should_resume) {
    return who + (should_resume ? " did not resume the session" : " resumed a session");
  }
  return {};
}

bool shake_hands(Loop& loop, const Script& script, Conversation& result) {
  const auto started = std::chrono::steady_clock::now();
  const auto is_open = [&] {
    return loop.client().connection.phase() == Phase::open &&
           loop.server().connection.phase() == Phase::open;
  };
  if (!loop.run("the handshake", is_open)) {
    return false;
  }
  result.handshake = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - started);
  for (Side* const side : {&loop.client(), &loop.server()}) {
    result.problem = disagreement(script, side->connection.info(), side->end);
    if (!result.problem.empty()) {
      return false;
    }
  }
  result.temporary_key_bits = loop.client().connection.info().temporary_key_bits;
  result.session = loop.client().connection.session();
  return true;
}

bool close_both(Loop& loop, Conversation& result) {
  Side& client = loop.client();
  Side& server = loop.server();
  client.connection.close();
  const auto is_closed = [&] {
    return client.connection.info().close_notify_received &&
           server.connection.info().close_notify_received;
  };
  if (!loop.run("the close", is_closed) || !loop.end_transport(client, server) ||
      !loop.end_transport(server, client)) {
    return false;
  }
  if (client.sent != server.received || server.sent != client.received) {
    result.problem = "the wire changed what was sent";
    return false;
  }
  if (!client.data.empty() || !server.data.empty()) {
    result.problem = "more data arrived than were sent";
    return false;
  }
  return true;
}

}  // namespace

Conversation converse(const Script& script, Deadline deadline) {
  Conversation result;
  auto sockets = connect_loopback(deadline);
  if (!sockets) {
    result.problem = sockets.error().what;
    return result;
  }
  Loop loop(script, *std::move(sockets), deadline, result);
  static_cast<void>(shake_hands(loop, script, result) &&
                    loop.write(loop.client(), script.request, loop.server(), "the request") &&
                    loop.write(loop.server(), script.reply, loop.client(), "the reply") &&
                    close_both(loop, result));
  return result;
}

}  // namespace heirloom::app::demo

// connect_tcp: name resolution and the race over the addresses, on Asio.
#include "common/command_text.hpp"
#include "common/tcp.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <asio/connect.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

namespace heirloom::app {

namespace {

using asio::ip::tcp;

/// Lookup is shared between the caller and the thread that resolves: getaddrinfo cannot be
/// interrupted, so a caller whose deadline has passed leaves the thread to itself.
struct Lookup {
  std::mutex mutex;
  std::condition_variable done;
  bool is_done = false;
  std::error_code error;
  std::vector<tcp::endpoint> endpoints;
};

void look_up(const std::shared_ptr<Lookup>& lookup, const std::string& host, std::uint16_t port) {
  asio::io_context context;
  tcp::resolver resolver(context);
  std::error_code error;
  const auto found =
      resolver.resolve(host, std::to_string(port), tcp::resolver::numeric_service, error);
  const std::lock_guard lock(lookup->mutex);
  lookup->error = error;
  for (const auto& entry : found) {
    lookup->endpoints.push_back(entry.endpoint());
  }
  lookup->is_done = true;
  lookup->done.notify_all();
}

bool is_wanted(const tcp::endpoint& endpoint, AddressFamily family) {
  switch (family) {
    case AddressFamily::any:
      return true;
    case AddressFamily::ipv4:
      return endpoint.address().is_v4();
    case AddressFamily::ipv6:
      return endpoint.address().is_v6();
  }
  return false;
}

/// interleave alternates the families, keeping the resolver's order inside each (RFC 8305 §4).
std::vector<tcp::endpoint> interleave(const std::vector<tcp::endpoint>& endpoints) {
  std::vector<tcp::endpoint> first;
  std::vector<tcp::endpoint> second;
  for (const auto& endpoint : endpoints) {
    const bool is_first = endpoint.protocol() == endpoints.front().protocol();
    (is_first ? first : second).push_back(endpoint);
  }
  std::vector<tcp::endpoint> mixed;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) {
      mixed.push_back(first[i]);
    }
    if (i < second.size()) {
      mixed.push_back(second[i]);
    }
  }
  return mixed;
}

Outcome<std::vector<tcp::endpoint>> resolve(const HostPort& where,
                                            AddressFamily family,
                                            Deadline deadline) {
  std::vector<tcp::endpoint> endpoints;
  std::error_code not_literal;
  const auto literal = asio::ip::make_address(where.host, not_literal);
  if (!not_literal) {
    endpoints.emplace_back(literal, where.port);
  } else {
    auto lookup = std::make_shared<Lookup>();
    std::thread([lookup, host = where.host, port = where.port] {
      look_up(lookup, host, port);
    }).detach();
    std::unique_lock lock(lookup->mutex);
    if (!lookup->done.wait_until(lock, deadline, [&] { return lookup->is_done; })) {
      return Failure{ExitCode::network,
                     "the name server did not answer in time for \"" + where.host + "\"",
                     "the address instead of the name, or a longer --timeout",
                     "name_lookup_timeout"};
    }
    endpoints = lookup->endpoints;
  }
  const bool had_any = !endpoints.empty();
  std::erase_if(endpoints, [&](const auto& endpoint) { return !is_wanted(endpoint, family); });
  if (endpoints.empty()) {
    return Failure{ExitCode::network,
                   had_any ? "\"" + where.host + "\" has no address of the family asked for"
                           : "no address is known for the name \"" + where.host + "\"",
                   had_any ? "the same without -4 and -6" : "the address instead of the name",
                   "name_not_found"};
  }
  return interleave(endpoints);
}

/// Race tries one endpoint after the other, a quarter of a second apart, or at once after a
/// failure; the first that answers wins (RFC 8305 §5).
class Race {
 public:
  Race(asio::io_context& context, std::vector<tcp::endpoint> endpoints)
      : context_(context), endpoints_(std::move(endpoints)), timer_(context) {}

  void start_next() {
    if (next_ == endpoints_.size() || winner_.has_value()) {
      return;
    }
    const std::size_t index = next_++;
    auto socket = std::make_shared<tcp::socket>(context_);
    sockets_.push_back(socket);
    ++pending_;
    socket->async_connect(endpoints_[index], [this, socket](std::error_code error) {
      if (winner_.has_value()) {
        return;
      }
      if (!error) {
        winner_ = socket->release(error);
        context_.stop();
        return;
      }
      error_ = error;
      --pending_;
      start_next();
      if (pending_ == 0) {
        context_.stop();
      }
    });
    timer_.expires_after(std::chrono::milliseconds(250));
    timer_.async_wait([this](std::error_code error) {
      if (!error) {
        start_next();
      }
    });
  }

  [[nodiscard]] std::optional<int> winner() const { return winner_; }

  /// is_pending is true while an address has neither answered nor failed.
  [[nodiscard]] bool is_pending() const { return pending_ != 0; }

  /// error is the last failure.
  [[nodiscard]] std::error_code error() const { return error_; }

 private:
  asio::io_context& context_;
  std::vector<tcp::endpoint> endpoints_;
  asio::steady_timer timer_;
  std::vector<std::shared_ptr<tcp::socket>> sockets_;
  std::size_t next_ = 0;
  std::size_t pending_ = 0;
  std::optional<int> winner_;
  std::error_code error_;
};

/// NamedPort is a port of a service that is no web page, and the other one that it usually has.
struct NamedPort {
  std::uint16_t port;
  std::uint16_t other;
  std::string_view service;
};

constexpr std::array<NamedPort, 16> kNamedPorts = {{{21, 990, "FTP"},
                                                    {990, 21, "FTP"},
                                                    {25, 465, "SMTP"},
                                                    {465, 25, "SMTP"},
                                                    {110, 995, "POP3"},
                                                    {995, 110, "POP3"},
                                                    {119, 563, "NNTP"},
                                                    {563, 119, "NNTP"},
                                                    {143, 993, "IMAP"},
                                                    {993, 143, "IMAP"},
                                                    {389, 636, "LDAP"},
                                                    {636, 389, "LDAP"},
                                                    {5222, 5223, "XMPP"},
                                                    {5223, 5222, "XMPP"},
                                                    {5432, 5433, "PostgreSQL"},
                                                    {3306, 3307, "MySQL"}}};

/// another_port is what to try instead of one on which nothing listens.
std::string another_port(std::uint16_t port) {
  for (const NamedPort& known : kNamedPorts) {
    if (known.port == port) {
      return "the other usual port of " + std::string(known.service) + ": " +
             std::to_string(known.other);
    }
  }
  switch (port) {
    case 443:
      return "another port, such as 8443 or 4443";
    case 8443:
      return "another port, such as 443 or 4443";
    case 4443:
      return "another port, such as 443 or 8443";
    default:
      return "another port, such as 443, 8443 or 4443";
  }
}

Failure connect_failure(const HostPort& where, std::error_code error, bool has_timed_out) {
  const std::string place = to_string(where);
  if (has_timed_out || error == asio::error::timed_out) {
    return {ExitCode::network,
            "nothing answers at " + place + " (no reply to the TCP connection in time)",
            "ping " + shell_word(where.host) + ", or a longer --timeout",
            "connect_timeout"};
  }
  if (error == asio::error::connection_refused) {
    return {ExitCode::network,
            where.host + " is there, but nothing listens on port " + std::to_string(where.port),
            another_port(where.port),
            "connection_refused"};
  }
  if (error == asio::error::host_unreachable || error == asio::error::network_unreachable) {
    return {ExitCode::network,
            "there is no route to " + where.host + " (" + error.message() + ")",
            "ping " + shell_word(where.host),
            "unreachable"};
  }
  return {ExitCode::network,
          "cannot connect to " + place + ": " + error.message(),
          "ping " + shell_word(where.host),
          "connect_failed"};
}

}  // namespace

Outcome<TcpStreamPtr> connect_tcp(const HostPort& where, AddressFamily family, Deadline deadline) {
  auto endpoints = resolve(where, family, deadline);
  if (!endpoints) {
    return std::move(endpoints).error();
  }
  asio::io_context context;
  Race race(context, *std::move(endpoints));
  race.start_next();
  context.run_until(deadline);
  if (!race.winner().has_value()) {
    return connect_failure(where, race.error(), race.is_pending());
  }
  return std::make_unique<TcpStream>(*race.winner());
}

}  // namespace heirloom::app

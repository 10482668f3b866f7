#include "soak/client.hpp"

#include "soak/vitals.hpp"
#include "soak/wire.hpp"
#include "support/test_pki.hpp"

#include <string>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace heirloom::soak {

namespace {

constexpr int kPatience = 60000;  // milliseconds in which nothing at all happens

enum class Resumes : std::uint8_t { no, yes };

/// Renegotiates says who begins a second handshake, and whether it resumes the first one.
enum class Renegotiates : std::uint8_t { nobody, client, client_resuming, server };

/// Visit is one kind of connection.
struct Visit {
  Way way;
  Resumes resumes;
  Renegotiates renegotiates;
};

/// kRound has 16 handshakes in 12 connections: a quarter full, a half resumed, a quarter
/// renegotiated.
constexpr std::array kRound{
    Visit{Way::tls_with_ticket, Resumes::no, Renegotiates::client},
    Visit{Way::ssl30, Resumes::no, Renegotiates::server},
    Visit{Way::ssl30, Resumes::yes, Renegotiates::nobody},
    Visit{Way::tls_with_ticket, Resumes::yes, Renegotiates::nobody},
    Visit{Way::tls_with_ticket, Resumes::yes, Renegotiates::nobody},
    Visit{Way::ssl30, Resumes::yes, Renegotiates::nobody},
    Visit{Way::tls_with_id, Resumes::no, Renegotiates::client_resuming},
    Visit{Way::tls_with_id, Resumes::no, Renegotiates::server},
    Visit{Way::tls_with_id, Resumes::yes, Renegotiates::nobody},
    Visit{Way::tls_with_id, Resumes::yes, Renegotiates::nobody},
    Visit{Way::ssl30, Resumes::yes, Renegotiates::nobody},
    Visit{Way::tls_with_ticket, Resumes::yes, Renegotiates::nobody},
};

std::size_t handshakes_of(const Visit& visit) {
  return visit.renegotiates == Renegotiates::nobody ? 1 : 2;
}

std::shared_ptr<const ClientConfig> make_config(Way way) {
  ClientOptions options;
  options.policy = policy_of(way == Way::ssl30 ? ProtocolVersion::ssl30 : ProtocolVersion::tls10);
  if (way == Way::tls_with_ticket) {
    options.policy.extensions.add(Extension::session_ticket);
  }
  options.verifier =
      verify_with_pin({certificate_fingerprint(testing::pki_certificate("rsa1024"))});
  auto config = ClientConfig::build(std::move(options));
  if (!config.has_value()) {
    fail(config.error().text());
  }
  return std::move(config).value();
}

/// connect_to gives a socket that is reset when it is closed: a port that waits for late segments
/// cannot be used for a minute, and there are not enough of them.
int connect_to(std::uint16_t port) {
  const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const linger reset{.l_onoff = 1, .l_linger = 0};
  if (handle < 0 || ::setsockopt(handle, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) != 0 ||
      ::connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("cannot connect");
  }
  return handle;
}

}  // namespace

/// Visitor goes through one connection: handshake, perhaps another one, data there and back, end.
class Visitor {
 public:
  Visitor(const Visit& visit, Connection connection, std::uint16_t port)
      : visit_(visit), wire_(std::move(connection), connect_to(port)) {
    wire_.send();
  }

  [[nodiscard]] Wire& wire() { return wire_; }

  [[nodiscard]] const Visit& visit() const { return visit_; }

  [[nodiscard]] bool is_done() const { return step_ == Step::done; }

  /// go_on does what is next after something has happened.
  void go_on(Tally& tally) {
    heard_ += wire_.take();
    const ConnectionInfo& info = wire_.connection().info();
    const bool is_open = wire_.connection().phase() == Phase::open;
    if (step_ == Step::first && is_open) {
      count(tally);
      is_open_once();
    } else if (step_ == Step::second && is_open && info.handshakes == 2) {
      ++tally.renegotiated;
      speak();
    } else if (step_ == Step::echo && heard_ == kText) {
      wire_.connection().close();
      step_ = Step::end;
    } else if (step_ == Step::end && info.close_notify_received) {
      step_ = Step::done;
      return;
    } else if (wire_.has_ended()) {
      fail("the server has closed a connection too early");
    }
    wire_.send();
  }

 private:
  enum class Step : std::uint8_t { first, second, echo, end, done };

  static constexpr std::string_view kText = "what a device and its keeper say to each other";

  void count(Tally& tally) {
    if (!wire_.connection().info().is_resumed) {
      ++tally.full;
    } else if (visit_.way == Way::tls_with_ticket) {
      ++tally.by_ticket;
    } else {
      ++tally.by_id;
    }
  }

  void is_open_once() {
    step_ = Step::second;
    switch (visit_.renegotiates) {
      case Renegotiates::nobody:
        speak();
        return;
      case Renegotiates::server:
        wire_.write({&kAskForRenegotiation, 1});
        return;
      case Renegotiates::client:
        renegotiate(OfferSession::no);
        return;
      case Renegotiates::client_resuming:
        renegotiate(OfferSession::yes);
        return;
    }
  }

  void renegotiate(OfferSession session) {
    if (const auto begun = wire_.connection().renegotiate({.session = session});
        !begun.has_value()) {
      fail(begun.error().text());
    }
  }

  void speak() {
    wire_.write(kText);
    step_ = Step::echo;
  }

  Visit visit_;
  Wire wire_;
  Step step_ = Step::first;
  std::string heard_;
};

Client::Client(std::uint16_t port, std::size_t connections)
    : port_(port), connections_(connections) {
  for (std::size_t way = 0; way < kWays; ++way) {
    configs_[way] = make_config(static_cast<Way>(way));
  }
}

Client::~Client() = default;

void Client::begin() {
  const Visit& visit = kRound[next_++ % kRound.size()];
  const auto way = static_cast<std::size_t>(visit.way);
  begun_ += handshakes_of(visit);
  visitors_.emplace_back(
      visit,
      Connection::client(configs_[way],
                         {.host = "localhost"},
                         visit.resumes == Resumes::yes ? sessions_[way] : nullptr),
      port_);
}

void Client::round() {
  std::vector<pollfd> waiting;
  for (Visitor& visitor : visitors_) {
    waiting.push_back(
        {.fd = visitor.wire().handle(), .events = visitor.wire().events(), .revents = 0});
  }
  if (::poll(waiting.data(), waiting.size(), kPatience) <= 0) {
    fail("nothing happens any more");
  }
  auto at = waiting.begin();
  for (Visitor& visitor : visitors_) {
    const short events = (at++)->revents;
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) {
      visitor.wire().receive();
    }
    if (events != 0) {
      visitor.go_on(tally_);
    }
    if (visitor.is_done()) {
      sessions_[static_cast<std::size_t>(visitor.visit().way)] =
          visitor.wire().connection().session();
    }
  }
  visitors_.remove_if([](const Visitor& visitor) { return visitor.is_done(); });
}

void Client::run(std::size_t handshakes) {
  while (begun_ < handshakes || !visitors_.empty()) {
    while (begun_ < handshakes && visitors_.size() < connections_) {
      begin();
    }
    round();
  }
}

}  // namespace heirloom::soak

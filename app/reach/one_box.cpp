#include "reach/one_box.hpp"

#include "common/session_files.hpp"
#include "common/target.hpp"
#include "common/wait.hpp"
#include "reach/remarks.hpp"

#include <array>
#include <utility>

namespace heirloom::app {

namespace {

BoxFinder::Job job_for(const ReachOptions& options, const ReachTarget& target) {
  BoxFinder::Job job;
  job.where = target.where;
  job.command = target.command;
  job.asking = options.format == OutputFormat::text ? BoxFinder::Asking::at_terminal
                                                    : BoxFinder::Asking::never;
  return job;
}

}  // namespace

/// Page is what the bridge to a page consists of.
struct OneBox::Page {
  Page(OneBox& owner, http::BoxOrigin origin, http::LocalOrigin local)
      : remarks(owner.report_, owner.finder_.target()),
        pool(*owner.link_, {}),
        box{std::move(origin),
            std::move(local),
            pool,
            remarks,
            {},
            &owner.shared_.stop,
            owner.finder_.target(),
            owner.target_.command},
        bridge(box, std::move(owner.listeners_.sockets), owner.secure()) {}

  Remarks remarks;
  http::BoxPool pool;
  http::Box box;
  http::Bridge bridge;
};

OneBox::~OneBox() = default;

OneBox::OneBox(const Shared& shared, ReachTarget target, Report report)
    : shared_(shared),
      target_(std::move(target)),
      report_(std::move(report)),
      finder_(shared.options.box, shared.setup, job_for(shared.options, target_), report_) {}

Outcome<bool> OneBox::open() {
  using Step = Outcome<bool> (OneBox::*)();
  constexpr std::array<Step, 5> kSteps = {
      &OneBox::read_pins, &OneBox::listen, &OneBox::find, &OneBox::judge, &OneBox::remember};
  for (const Step step : kSteps) {
    Outcome<bool> done = (this->*step)();
    if (!done.has_value()) {
      return done;
    }
    if (shared_.stop.is_stopped()) {
      return Failure{ExitCode::ok, "interrupted", "", "stopped"};
    }
  }
  return true;
}

Outcome<bool> OneBox::read_pins() {
  return finder_.read_pins();
}

Outcome<bool> OneBox::find() {
  return finder_.find();
}

Outcome<bool> OneBox::judge() {
  return finder_.judge();
}

Outcome<bool> OneBox::remember() {
  return finder_.remember(listeners_.port);
}

std::string OneBox::label() const {
  return http::box_label(target_.where.host, target_.where.port);
}

Outcome<bool> OneBox::listen() {
  const std::uint16_t wished = finder_.pin().has_value() ? finder_.pin()->port : std::uint16_t{0};
  Outcome<http::Listeners> opened = http::open_listeners(target_.listen, wished);
  if (!opened.has_value()) {
    return opened.error();
  }
  listeners_ = *std::move(opened);
  if (listeners_.took_another_port) {
    report_.remark("port_taken",
                   "port " + std::to_string(wished) + " of last time is in use, so the URL is new");
  }
  if (!listeners_.outside_host.empty()) {
    const std::string place = listeners_.outside_host + " port " + std::to_string(listeners_.port);
    report_.remark("listening_outside",
                   "everybody who can reach " + place + " can use the box, " +
                       (shared_.options.tls ? "and no name but localhost is in the certificate"
                                            : "without encryption"));
  }
  if (shared_.authority == nullptr) {
    return true;
  }
  tls_ = std::make_unique<LocalTls>(shared_.authority, label());
  return tls_->renew();
}

OneBox::Stopped OneBox::serve() {
  report_.box(finder_.target(), finder_.facts(), target_.where.host);
  link_ = finder_.make_link();
  return target_.kind == ReachTarget::Kind::page ? serve_page() : serve_bytes();
}

Outcome<bool> OneBox::keep_session() const {
  return write_session(shared_.options.box.protocol.session, link_->latest().engine);
}

http::Secure OneBox::secure() {
  if (tls_ == nullptr) {
    return {};
  }
  return [this](const std::shared_ptr<TcpStream>& stream) { return tls_->secure(stream); };
}

OneBox::Stopped OneBox::serve_page() {
  using Scheme = http::LocalOrigin::Scheme;
  http::BoxOrigin origin{target_.where.host, target_.where.port, {}};
  if (finder_.facts().address != target_.where.host) {
    origin.aliases.push_back(finder_.facts().address);
  }
  http::LocalOrigin local{label(),
                          listeners_.port,
                          listeners_.outside_host,
                          tls_ == nullptr ? Scheme::http : Scheme::https};
  const std::string url = local.text() + target_.path;
  page_ = std::make_unique<Page>(*this, std::move(origin), std::move(local));
  page_->pool.adopt(finder_.take_stream());
  report_.listening(url);
  const Stopped stopped = page_->bridge.run(shared_.stop);
  report_.summary(link_->count(), page_->remarks.requests());
  return stopped;
}

/// serve_bytes: the connection that is open has shown what had to be known. It is ended, because a
/// console may allow one session only, and may have begun one with it.
OneBox::Stopped OneBox::serve_bytes() {
  close_politely(*finder_.take_stream(), std::chrono::milliseconds(500));
  const std::string host = listeners_.outside_host.empty() ? "127.0.0.1" : listeners_.outside_host;
  bytes_ = std::make_unique<RawBridge>(*link_, report_, std::move(listeners_.sockets), secure());
  report_.listening_for_bytes(to_string(HostPort{host, listeners_.port}),
                              tls_ == nullptr ? "tcp" : "tls");
  const Stopped stopped = bytes_->run(shared_.stop);
  report_.summary(link_->count(), std::nullopt);
  return stopped;
}

}  // namespace heirloom::app

#include "reach/run.hpp"

#include "common/target.hpp"
#include "http/bridge.hpp"
#include "http/listeners.hpp"
#include "ladder/box_finder.hpp"
#include "reach/command.hpp"
#include "reach/remarks.hpp"

#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

namespace heirloom::app {

namespace {

/// Reach is one run of the command, step by step.
class Reach {
 public:
  Reach(const ReachOptions& options, const Context& context)
      : options_(options), report_(options.format, context.verbosity) {}

  ExitCode run();

 private:
  Outcome<bool> prepare();
  Outcome<bool> read_pins();
  Outcome<bool> listen();
  Outcome<bool> find_box();
  Outcome<bool> judge_box();
  Outcome<bool> remember();
  ExitCode serve();
  ExitCode fail(const Failure& failure) const;

  const ReachOptions& options_;
  Report report_;
  StopSignal stop_;
  Url url_;
  std::unique_ptr<BoxFinder> finder_;
  http::Listeners listeners_;
};

ExitCode Reach::fail(const Failure& failure) const {
  if (failure.cause != "stopped") {
    print_failure(failure, options_.format);
  }
  return failure.code;
}

Outcome<bool> Reach::prepare() {
  Outcome<Url> url = understand_url(options_.url);
  if (!url.has_value()) {
    return url.error();
  }
  url_ = *std::move(url);
  Outcome<LadderSetup> setup = build_ladder_setup(options_.box);
  if (!setup.has_value()) {
    return setup.error();
  }
  setup->stop = &stop_;
  BoxFinder::Job job;
  job.where = HostPort{url_.host, url_.port};
  job.command = command_line(options_, url_);
  job.asking = options_.format == OutputFormat::text ? BoxFinder::Asking::at_terminal
                                                     : BoxFinder::Asking::never;
  finder_ = std::make_unique<BoxFinder>(options_.box, *std::move(setup), std::move(job), report_);
  return true;
}

Outcome<bool> Reach::read_pins() {
  return finder_->read_pins();
}

Outcome<bool> Reach::find_box() {
  return finder_->find();
}

Outcome<bool> Reach::judge_box() {
  return finder_->judge();
}

Outcome<bool> Reach::remember() {
  return finder_->remember(listeners_.port);
}

Outcome<bool> Reach::listen() {
  const std::uint16_t wished = finder_->pin().has_value() ? finder_->pin()->port : std::uint16_t{0};
  Outcome<http::Listeners> opened = http::open_listeners(options_.listen, wished);
  if (!opened.has_value()) {
    return opened.error();
  }
  listeners_ = *std::move(opened);
  if (listeners_.took_another_port) {
    report_.remark("port_taken",
                   "port " + std::to_string(wished) + " of last time is in use, so the URL is new");
  }
  if (!listeners_.outside_host.empty()) {
    report_.remark("listening_outside",
                   "everybody who can reach " + listeners_.outside_host + " port " +
                       std::to_string(listeners_.port) + " can use the box, without encryption");
  }
  return true;
}

ExitCode Reach::serve() {
  http::BoxOrigin origin{url_.host, url_.port, {}};
  if (finder_->facts().address != url_.host) {
    origin.aliases.push_back(finder_->facts().address);
  }
  http::LocalOrigin local{
      http::box_label(url_.host, url_.port), listeners_.port, listeners_.outside_host};
  const std::string url = "http://" + local.authority() + url_.path;
  const std::unique_ptr<BoxLink> link = finder_->make_link();
  Remarks remarks(report_, finder_->target());
  http::BoxPool pool(*link, {});
  pool.adopt(finder_->take_stream());
  http::Box box{std::move(origin), std::move(local), pool, remarks, {}, &stop_};
  http::Bridge bridge(box, std::move(listeners_.sockets));
  report_.listening(url);
  if (bridge.run(stop_) == http::Bridge::Stopped::with_threads_left) {
    std::_Exit(static_cast<int>(ExitCode::ok));  // they still use what would be destroyed
  }
  return ExitCode::ok;
}

ExitCode Reach::run() {
  stop_on_signals(stop_);
  using Step = Outcome<bool> (Reach::*)();
  constexpr std::array<Step, 6> kSteps = {&Reach::prepare,
                                          &Reach::read_pins,
                                          &Reach::listen,
                                          &Reach::find_box,
                                          &Reach::judge_box,
                                          &Reach::remember};
  for (const Step step : kSteps) {
    const Outcome<bool> done = (this->*step)();
    if (!done.has_value()) {
      return fail(done.error());
    }
    if (stop_.is_stopped()) {
      return ExitCode::ok;
    }
  }
  report_.box(finder_->target(), finder_->facts(), url_.host);
  return serve();
}

}  // namespace

ExitCode run_reach(const ReachOptions& options, const Context& context) {
  return Reach(options, context).run();
}

}  // namespace heirloom::app

#include "reach/run.hpp"

#include "common/fd_stream.hpp"
#include "common/files.hpp"
#include "common/target.hpp"
#include "common/wait.hpp"
#include "http/bridge.hpp"
#include "http/listeners.hpp"
#include "ladder/box_link.hpp"
#include "ladder/climb.hpp"
#include "ladder/diagnosis.hpp"
#include "ladder/identity.hpp"
#include "ladder/report.hpp"
#include "pins/pin_file.hpp"
#include "reach/command.hpp"
#include "reach/remarks.hpp"

#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>

#include <unistd.h>

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
  Outcome<bool> load_credentials_of_options();
  Outcome<bool> read_pins();
  Outcome<bool> listen();
  Outcome<bool> find_box();
  Outcome<bool> judge_box();
  Outcome<bool> ask_person(const Failure& if_refused);
  Outcome<bool> remember();
  ExitCode serve();
  ExitCode fail(const Failure& failure) const;
  [[nodiscard]] Situation situation() const;
  [[nodiscard]] ClimbPlan plan() const;
  [[nodiscard]] std::string version_limit(ProtocolVersion version) const;

  const ReachOptions& options_;
  Report report_;
  StopSignal stop_;
  Url url_;
  std::string command_;
  std::string target_;
  LadderSetup setup_;
  std::vector<std::string> pins_;            ///< --pin, in the form of the pin file
  std::vector<std::string> accept_changed_;  ///< --accept-changed, likewise
  std::optional<PinFile> pin_file_;
  std::optional<Pin> pin_;
  bool may_signal_ = true;
  http::Listeners listeners_;
  std::optional<BoxConnected> box_;
  Pin::Trust trust_ = Pin::Trust::accepted;
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
  command_ = command_line(options_, url_);
  setup_.where = HostPort{url_.host, url_.port};
  target_ = to_string(setup_.where);
  Outcome<Policy> policy = build_policy(options_.protocol);
  if (!policy.has_value()) {
    return policy.error();
  }
  setup_.policy = *std::move(policy);
  Outcome<std::shared_ptr<KeyLog>> key_log = open_requested_key_log(options_.protocol);
  if (!key_log.has_value()) {
    return key_log.error();
  }
  setup_.key_log = *std::move(key_log);
  const Outcome<bool> loaded = load_credentials_of_options();
  if (!loaded.has_value()) {
    return loaded.error();
  }
  auto pins = normal_fingerprints("--pin", options_.pins);
  auto changed = normal_fingerprints("--accept-changed", options_.accept_changed);
  if (!pins.has_value() || !changed.has_value()) {
    return pins.has_value() ? changed.error() : pins.error();
  }
  pins_ = *std::move(pins);
  accept_changed_ = *std::move(changed);
  setup_.family = options_.family;
  setup_.connect_time =
      std::chrono::milliseconds(static_cast<std::int64_t>(options_.timeout * 1000));
  setup_.stop = &stop_;
  return true;
}

/// load_credentials_of_options reads the files for our engine; libssl reads them again by name.
Outcome<bool> Reach::load_credentials_of_options() {
  if (options_.credentials.certificate.empty()) {
    return true;
  }
  Outcome<Credentials> credentials = load_credential_files(options_.credentials);
  if (!credentials.has_value()) {
    return credentials.error();
  }
  setup_.credentials = *std::move(credentials);
  setup_.certificate_file = options_.credentials.certificate;
  setup_.key_file = options_.credentials.key;
  if (!options_.credentials.pass_file.empty()) {
    Outcome<std::string> passphrase = read_first_line(options_.credentials.pass_file);
    if (!passphrase.has_value()) {
      return passphrase.error();
    }
    setup_.passphrase = *std::move(passphrase);
  }
  return true;
}

/// read_pins finds what is known of the box. A line about it that cannot be read must not count as
/// no line: that would trust anew.
Outcome<bool> Reach::read_pins() {
  Outcome<PinFile> file = PinFile::at_default_place();
  if (!file.has_value()) {
    return file.error();
  }
  pin_file_ = *std::move(file);
  const Outcome<bool> writable = pin_file_->check_writable();
  if (!writable.has_value()) {
    return writable.error();
  }
  const Outcome<PinList> list = pin_file_->load();
  if (!list.has_value()) {
    return list.error();
  }
  for (const PinList::Problem& problem : list->problems()) {
    const std::string place = pin_file_->path().string() + ", line " + std::to_string(problem.line);
    if (problem.box == target_) {
      return Failure{ExitCode::local,
                     place + " is about " + target_ + " and cannot be used: " + problem.what,
                     "an editor on that line; without it the box counts as new",
                     "pin_malformed"};
    }
    report_.remark("pin_malformed", place + " is left alone: " + problem.what);
  }
  const Pin* const known = list->find(target_);
  if (known != nullptr) {
    pin_ = *known;
  }
  may_signal_ =
      !options_.no_fallback_signal && (known == nullptr || known->signal == Pin::Signal::on);
  return true;
}

std::string Reach::version_limit(ProtocolVersion version) const {
  return version_word(to_string(version));
}

ClimbPlan Reach::plan() const {
  const ProtocolOptions& protocol = options_.protocol;
  Restrictions restrictions;
  restrictions.no_extensions = protocol.no_extensions;
  restrictions.needs_our_engine = protocol.no_extensions || !protocol.max.empty() ||
                                  !protocol.suites.empty() || protocol.preset == "strict";
  restrictions.allows_tls10 =
      version_rank(version_limit(setup_.policy.max_version)) >= version_rank("tls1.0");
  restrictions.allows_ssl30 =
      version_rank(version_limit(setup_.policy.min_version)) <= version_rank("ssl3.0");
  ClimbPlan result;
  result.rungs = plan_rungs(restrictions);
  result.may_signal = may_signal_;
  if (pin_.has_value()) {
    result.remembered = parse_rung(pin_->hello);
  }
  return result;
}

Situation Reach::situation() const {
  const std::string host = to_string(HostPort{url_.host, 443});
  Situation result;
  result.target = target_;
  result.host = host.substr(0, host.size() - 4);
  result.command = command_;
  result.allows_null = !options_.protocol.allow.empty() || options_.protocol.preset == "museum";
  result.has_certificate = !options_.credentials.certificate.empty();
  result.ssl30_was_ruled_out = !options_.protocol.min.empty();
  return result;
}

Outcome<bool> Reach::find_box() {
  Outcome<Climb> climbed = climb(
      plan(),
      [this](Rung rung, bool sends_signal) { return attempt_rung(rung, sends_signal, setup_); },
      [this](const RungResult& result) { report_.tried(result); });
  if (!climbed.has_value()) {
    return climbed.error();
  }
  if (!climbed->box.has_value()) {
    const Failure failure = diagnose(climbed->results, situation());
    if (climbed->results.size() > 1) {
      report_.ladder(climbed->results);
    }
    return failure;
  }
  box_ = std::move(climbed->box);
  return true;
}

Outcome<bool> Reach::judge_box() {
  IdentityQuestion question;
  question.target = target_;
  question.command = command_;
  question.certificate = fingerprint_of(box_->facts.chain);
  question.is_verified = box_->facts.is_verified;
  question.version = box_->facts.version;
  question.pin = pin_.has_value() ? &*pin_ : nullptr;
  question.is_public_address = is_public_address(box_->facts.address);
  question.may_ask = options_.format == OutputFormat::text && is_terminal(STDIN_FILENO) &&
                     is_terminal(STDERR_FILENO);
  question.accept_new = options_.accept_new;
  question.accept_lower = options_.accept_lower;
  question.pins = pins_;
  question.accept_changed = accept_changed_;
  const IdentityVerdict verdict = judge_identity(question);
  trust_ = verdict.trust;
  switch (verdict.kind) {
    case IdentityVerdict::Kind::accepted:
      return true;
    case IdentityVerdict::Kind::ask:
      return ask_person(verdict.failure);
    case IdentityVerdict::Kind::refused:
      report_.certificate(box_->facts, url_.host);
      return verdict.failure;
  }
  return verdict.failure;
}

Outcome<bool> Reach::ask_person(const Failure& if_refused) {
  report_.certificate(box_->facts, url_.host);
  print_line("Is this the box you mean? Accept and remember the certificate? [y/N]");
  FdStream terminal(STDIN_FILENO, STDOUT_FILENO);
  if (wait_for_input(terminal, stop_, in(std::chrono::hours(1))) != Waited::ready) {
    return Failure{ExitCode::ok, "interrupted", "", "stopped"};
  }
  std::array<std::uint8_t, 64> line{};
  const StreamOutcome got = terminal.read(line, in(std::chrono::seconds(1)));
  const bool is_yes = got.count > 0 && (line[0] == 'y' || line[0] == 'Y');
  return is_yes ? Outcome<bool>(true) : Outcome<bool>(if_refused);
}

Outcome<bool> Reach::remember() {
  const BoxFacts& facts = box_->facts;
  Pin pin;
  pin.box = target_;
  pin.version = facts.version;
  pin.suite = facts.suite;
  pin.hello = rung_word(facts.rung);
  pin.certificate = fingerprint_of(facts.chain);
  pin.trust = trust_;
  pin.port = listeners_.port;
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  pin.first_seen = format_utc(now);
  pin.last_seen = pin.first_seen;
  pin.signal = may_signal_ ? Pin::Signal::on : Pin::Signal::off;
  if (pin_.has_value() && pin_->suite != pin.suite && !pin_->suite.empty()) {
    report_.remark("suite_changed",
                   target_ + " used to choose " + pin_->suite + " and now chooses " + pin.suite);
  }
  return pin_file_->put(pin);
}

Outcome<bool> Reach::listen() {
  const std::uint16_t wished = pin_.has_value() ? pin_->port : std::uint16_t{0};
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
  if (box_->facts.address != url_.host) {
    origin.aliases.push_back(box_->facts.address);
  }
  http::LocalOrigin local{
      http::box_label(url_.host, url_.port), listeners_.port, listeners_.outside_host};
  const std::string url = "http://" + local.authority() + url_.path;
  BoxLink link(setup_,
               {box_->facts.rung,
                may_signal_ && sends_fallback_signal(box_->facts.rung, plan().rungs),
                trust_,
                fingerprint_of(box_->facts.chain),
                box_->facts.version,
                command_},
               report_);
  Remarks remarks(report_, target_);
  http::BoxPool pool(link, {});
  link.first(*box_);
  pool.adopt(std::move(box_->stream));
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
  report_.box(target_, box_->facts, url_.host);
  return serve();
}

}  // namespace

ExitCode run_reach(const ReachOptions& options, const Context& context) {
  return Reach(options, context).run();
}

}  // namespace heirloom::app

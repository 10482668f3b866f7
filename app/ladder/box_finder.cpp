#include "ladder/box_finder.hpp"

#include "common/fd_stream.hpp"
#include "common/output.hpp"
#include "common/permit.hpp"
#include "common/suite_list.hpp"
#include "common/wait.hpp"
#include "ladder/diagnosis.hpp"
#include "ladder/identity.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <mutex>
#include <utility>

#include <unistd.h>

namespace heirloom::app {

namespace {

Failure stopped() {
  return {ExitCode::ok, "interrupted", "", "stopped"};
}

}  // namespace

BoxFinder::BoxFinder(const BoxOptions& options, LadderSetup setup, Job job, const Report& report)
    : options_(options),
      setup_(std::move(setup)),
      job_(std::move(job)),
      report_(report),
      target_(to_string(job_.where)) {
  setup_.where = job_.where;
}

BoxFinder::~BoxFinder() {
  if (box_.has_value() && box_->stream != nullptr) {
    close_politely(*box_->stream, std::chrono::milliseconds(100));
  }
}

Outcome<bool> BoxFinder::open() {
  using Step = Outcome<bool> (BoxFinder::*)();
  constexpr std::array<Step, 3> kSteps = {
      &BoxFinder::read_pins, &BoxFinder::find, &BoxFinder::judge};
  for (const Step step : kSteps) {
    const Outcome<bool> done = (this->*step)();
    if (!done.has_value()) {
      return done.error();
    }
    if (setup_.stop != nullptr && setup_.stop->is_stopped()) {
      return stopped();
    }
  }
  return remember();
}

Outcome<bool> BoxFinder::read_pins() {
  auto pins = normal_fingerprints("--pin", options_.pins);
  auto changed = normal_fingerprints("--accept-changed", options_.accept_changed);
  if (!pins.has_value() || !changed.has_value()) {
    return pins.has_value() ? changed.error() : pins.error();
  }
  pins_ = *std::move(pins);
  accept_changed_ = *std::move(changed);
  Outcome<PinFile> file = PinFile::at_default_place();
  if (!file.has_value()) {
    return file.error();
  }
  pin_file_ = *std::move(file);
  if (job_.trusting == Trusting::as_remembered) {
    const Outcome<bool> writable = pin_file_->check_writable();
    if (!writable.has_value()) {
      return writable.error();
    }
  }
  return read_pin_file(*pin_file_);
}

/// read_pin_file: a line about the box that cannot be read must not count as no line, which would
/// trust anew.
Outcome<bool> BoxFinder::read_pin_file(const PinFile& file) {
  const Outcome<PinList> list = file.load();
  if (!list.has_value()) {
    return list.error();
  }
  Outcome<bool> readable = file.check_readable_about(*list, target_);
  if (!readable.has_value()) {
    return readable;
  }
  if (const auto& problems = list->problems(); !problems.empty()) {
    const std::string place =
        file.path().string() + ", line " + std::to_string(problems.front().line);
    const std::string more = problems.size() == 1
                                 ? ""
                                 : " (the first of " + std::to_string(problems.size()) +
                                       " such lines, which heirloom pins list shows)";
    report_.remark("pin_malformed", place + " is left alone: " + problems.front().what + more);
  }
  const Pin* const known = list->find(target_);
  if (known != nullptr) {
    pin_ = *known;
    if (options_.protocol.suites.empty()) {
      allow_weaknesses(setup_.policy, known->allow);
    }
  }
  may_signal_ =
      !options_.no_fallback_signal && (known == nullptr || known->signal == Pin::Signal::on);
  return true;
}

ClimbPlan BoxFinder::plan() const {
  ClimbPlan result;
  result.rungs = plan_rungs(restrictions_of(options_, setup_.policy));
  result.may_signal = may_signal_;
  if (pin_.has_value()) {
    result.remembered = parse_rung(pin_->hello);
  }
  return result;
}

Outcome<RungAttempt> BoxFinder::attempt(Rung rung, bool sends_signal) const {
  Resumable resume = job_.resume;
  if (resume.engine == nullptr) {
    resume.engine = setup_.session;
  }
  Outcome<ResumingAttempt> made = attempt_resuming(rung, sends_signal, setup_, resume);
  return made.has_value() ? Outcome<RungAttempt>(std::move(made->attempt))
                          : Outcome<RungAttempt>(made.error());
}

Outcome<bool> BoxFinder::find() {
  Outcome<Climb> climbed = climb(
      plan(),
      [this](Rung rung, bool sends_signal) { return attempt(rung, sends_signal); },
      [this](const RungResult& result) { report_.tried(result); });
  if (!climbed.has_value()) {
    return climbed.error();
  }
  if (climbed->box.has_value()) {
    box_ = std::move(climbed->box);
    return true;
  }
  Situation situation;
  situation.target = target_;
  situation.host = target_.substr(0, target_.rfind(':'));
  situation.command = job_.command;
  situation.not_allowed = other_allowances(setup_.policy);
  situation.has_certificate = !options_.credentials.certificates.empty();
  situation.is_strict = options_.protocol.preset == "strict";
  situation.has_min = !options_.protocol.min.empty();
  situation.ssl30_was_ruled_out = !restrictions_of(options_, setup_.policy).allows_ssl30;
  const Failure failure = diagnose(climbed->results, situation);
  if (climbed->results.size() > 1) {
    report_.ladder(climbed->results);
  }
  return failure;
}

bool BoxFinder::may_ask() const {
  return job_.asking == Asking::at_terminal && is_terminal(STDIN_FILENO) &&
         is_terminal(STDERR_FILENO);
}

Outcome<bool> BoxFinder::judge() {
  IdentityQuestion question;
  question.target = target_;
  question.command = job_.command;
  question.certificate = fingerprint_of(box_->facts.chain);
  question.is_verified = box_->facts.is_verified;
  question.is_revoked = box_->facts.is_revoked;
  question.version = box_->facts.version;
  question.pin = pin_.has_value() ? &*pin_ : nullptr;
  question.is_public_address = is_public_address(box_->facts.address);
  question.may_ask = may_ask();
  question.accept_new = options_.accept_new;
  question.accept_once = job_.trusting == Trusting::anything_once;
  question.accept_lower = options_.accept_lower;
  const auto allowed = split_list(options_.protocol.allow);
  question.allows_anonymous = std::ranges::find(allowed, "anon") != allowed.end();
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
      report_.certificate(box_->facts, job_.where.host);
      return verdict.failure;
  }
  return verdict.failure;
}

Outcome<bool> BoxFinder::ask_person(const Failure& if_refused) {
  static std::mutex one_question;
  const std::lock_guard lock(one_question);
  report_.certificate(box_->facts, job_.where.host);
  print_line("Is this " + target_ + "? Accept and remember the certificate? [y/N]");
  FdStream terminal(STDIN_FILENO, STDOUT_FILENO);
  static const StopSignal never;
  const StopSignal& stop = setup_.stop == nullptr ? never : *setup_.stop;
  if (wait_for_input(terminal, stop, in(std::chrono::hours(1))) != Waited::ready) {
    return stopped();
  }
  std::array<std::uint8_t, 64> line{};
  const StreamOutcome got = terminal.read(line, in(std::chrono::seconds(1)));
  const bool is_yes = got.count > 0 && (line[0] == 'y' || line[0] == 'Y');
  return is_yes ? Outcome<bool>(true) : Outcome<bool>(if_refused);
}

Outcome<bool> BoxFinder::remember(std::uint16_t local_port) {
  const BoxFacts& facts = box_->facts;
  if (job_.trusting == Trusting::anything_once || facts.chain.empty()) {
    return true;  // without a certificate there is nothing to know the box by
  }
  Pin pin;
  pin.box = target_;
  pin.version = facts.version;
  pin.suite = facts.suite;
  pin.hello = rung_word(facts.rung);
  pin.certificate = fingerprint_of(facts.chain);
  pin.trust = trust_;
  pin.port = local_port != 0 || !pin_.has_value() ? local_port : pin_->port;
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  pin.first_seen = format_utc(now);
  pin.last_seen = pin.first_seen;
  // The rung is tried alone next time, when nothing shows that it must go without.
  const bool goes_without = would_signal(facts.rung, plan().rungs) && !facts.sends_signal;
  pin.signal = may_signal_ && !goes_without ? Pin::Signal::on : Pin::Signal::off;
  if (pin_.has_value() && pin_->suite != pin.suite && !pin_->suite.empty()) {
    report_.remark("suite_changed",
                   target_ + " used to choose " + pin_->suite + " and now chooses " + pin.suite);
  }
  return pin_file_->remember(pin, facts.chain, pin_);
}

std::unique_ptr<BoxLink> BoxFinder::make_link() {
  const BoxFacts& facts = box_->facts;
  BoxLink::Agreed agreed{facts.rung,
                         facts.sends_signal,
                         trust_,
                         fingerprint_of(facts.chain),
                         facts.version,
                         job_.command};
  auto link = std::make_unique<BoxLink>(setup_, std::move(agreed), report_);
  link->first(*box_);
  return link;
}

}  // namespace heirloom::app

#include "check/run.hpp"

#include "check/examine.hpp"
#include "check/print.hpp"
#include "check/verdict_lines.hpp"
#include "check/verdicts.hpp"
#include "common/command_text.hpp"
#include "common/join.hpp"
#include "common/modern_tls.hpp"
#include "common/target.hpp"
#include "common/wait.hpp"
#include "pins/pin_file.hpp"

#include <algorithm>
#include <cstdio>

namespace heirloom::app {

namespace {

using std::chrono::milliseconds;

/// LadderHandshaker makes the connections of `reach`, and closes them at once.
class LadderHandshaker final : public Handshaker {
 public:
  explicit LadderHandshaker(const LadderSetup& setup) : setup_(setup) {}

  Outcome<RungAttempt> climb(Rung rung, SessionPtr resume) override {
    Outcome<RungAttempt> attempt = attempt_rung(rung, false, setup_, {std::move(resume), nullptr});
    if (attempt.has_value() && attempt->box.has_value()) {
      // A session must not be resumed after an end without close_notify (RFC 2246 §7.2.1).
      close_politely(*attempt->box->stream, milliseconds(500));
      attempt->box->stream.reset();
    }
    return attempt;
  }

  Tested shake_hands(CheckVersion version) override {
    Outcome<TcpStreamPtr> transport =
        connect_tcp(setup_.where, setup_.family, in(setup_.connect_time));
    if (!transport.has_value()) {
      return {Tested::State::unknown, transport.error().what};
    }
    ModernTlsOptions options;
    options.security = ModernTlsOptions::Security::everything;
    options.server_name = setup_.where.host;
    options.max_version = row(version).number;
    options.silence = setup_.silence;
    options.certificate_file = setup_.certificate_file;
    options.key_file = setup_.key_file;
    options.passphrase = setup_.passphrase;
    options.key_log = setup_.key_log;
    const ModernTlsReport report =
        ModernTlsStream::connect(*std::move(transport), options, in(setup_.handshake_time));
    if (report.stream == nullptr) {
      return {Tested::State::no, report.reason};
    }
    const ModernTlsInfo& info = report.stream->info();
    close_politely(*report.stream, milliseconds(500));
    return {info.version_number == row(version).number ? Tested::State::yes : Tested::State::no,
            info.cipher + " (" + info.openssl_cipher + ")"};
  }

 private:
  const LadderSetup& setup_;
};

/// read_pin only looks: nothing is remembered.
void read_pin(Examination& examination) {
  const Outcome<PinFile> file = PinFile::at_default_place();
  if (!file.has_value()) {
    examination.pin_problem = file.error().what;
    return;
  }
  const Outcome<PinList> list = file->load();
  if (!list.has_value()) {
    examination.pin_problem = list.error().what;
    return;
  }
  const Pin* const known = list->find(examination.target);
  if (known != nullptr) {
    examination.pin = *known;
    return;
  }
  for (const PinList::Problem& problem : list->problems()) {
    if (problem.box == examination.target) {
      examination.pin_problem = file->path().string() + ", line " + std::to_string(problem.line) +
                                " cannot be used: " + problem.what;
    }
  }
}

void print_out(const std::string& text) {
  // A reader that is gone changes nothing for the check.
  static_cast<void>(std::fputs(text.c_str(), stdout));
  static_cast<void>(std::fflush(stdout));
}

/// Tally is what becomes of several boxes in one exit code.
struct Tally {
  std::size_t boxes = 0;
  std::vector<ExitCode> unreachable;
  std::size_t incomplete = 0;

  [[nodiscard]] ExitCode code() const {
    if (unreachable.size() == boxes) {
      const bool was_answered =
          std::ranges::find(unreachable, ExitCode::handshake) != unreachable.end();
      return was_answered ? ExitCode::handshake : unreachable.front();
    }
    return unreachable.empty() && incomplete == 0 ? ExitCode::ok : ExitCode::incomplete;
  }
};

/// Checker is one run of the command.
class Checker {
 public:
  Checker(const CheckOptions& options, const Context& context)
      : options_(options), verbosity_(context.verbosity) {}

  ExitCode run();

 private:
  void check(const HostPort& where);
  Failure incomplete(const std::string& target, const std::string& command) const;
  Failure hit_limit(const std::string& target, const std::string& command) const;

  ExitCode fail(const Failure& failure) const { return app::fail(failure, options_.format); }

  const CheckOptions& options_;
  int verbosity_;
  LadderSetup setup_;
  Tally tally_;
  std::size_t printed_ = 0;
};

Failure Checker::incomplete(const std::string& target, const std::string& command) const {
  return {ExitCode::incomplete,
          "not everything about " + target +
              " could be tested; the lines above that say so have the reasons",
          command + " --timeout 30",
          "check_incomplete"};
}

Failure Checker::hit_limit(const std::string& target, const std::string& command) const {
  return {
      ExitCode::incomplete,
      "not everything about " + target + " could be tested with " +
          std::to_string(options_.max_connections) + " connections",
      command + " --max-connections " +
          std::to_string(std::max(CheckOptions{}.max_connections, options_.max_connections * 2)),
      "check_limit"};
}

/// boxes_of is what to check instead of what was refused: "10.0.0.5 10.0.0.6".
std::string boxes_of(const CheckOptions& options) {
  std::vector<std::string> named = options.targets.empty() ? options.tcp : options.targets;
  std::ranges::transform(named, named.begin(), shell_word);
  return named.empty() ? "10.0.0.5" : join(named, " ");
}

void Checker::check(const HostPort& where) {
  const std::string target = to_string(where);
  const std::string command = "heirloom reach --check " + shell_word(target);
  if (verbosity_ >= 0 && options_.format == OutputFormat::text) {
    print_line("checking " + target + ", one connection at a time");
  }
  setup_.where = where;
  TcpProber prober(
      {where, setup_.family, setup_.connect_time, setup_.silence, setup_.connect_time / 10});
  Interview interview(prober, options_.max_connections);
  LadderHandshaker handshaker(setup_);
  Examination examination = examine(where, interview, handshaker, command);
  read_pin(examination);
  const std::vector<CheckLine> lines = verdicts(examination);
  ++tally_.boxes;
  if (options_.format == OutputFormat::json) {
    print_out(format_report_json(examination, lines) + "\n");
  } else {
    print_out((printed_ == 0 ? "" : "\n") + format_report(examination, lines));
  }
  ++printed_;
  if (examination.failure.has_value()) {
    tally_.unreachable.push_back(examination.failure->code);
    print_failure(*examination.failure, options_.format);
  } else if (is_incomplete(lines)) {
    ++tally_.incomplete;
    print_failure(
        interview.has_hit_limit() ? hit_limit(target, command) : incomplete(target, command),
        options_.format);
  }
}

ExitCode Checker::run() {
  if (!options_.refused.empty()) {
    return fail({ExitCode::usage,
                 options_.refused.front() +
                     " makes no sense with --check, which tries everything, serves nothing and "
                     "remembers nothing",
                 "heirloom reach --check " + boxes_of(options_),
                 "check_option"});
  }
  if (options_.targets.empty()) {
    return fail({ExitCode::usage,
                 "--check does not know which box to check",
                 "heirloom reach --check 10.0.0.5",
                 "check_target"});
  }
  Outcome<LadderSetup> setup = build_ladder_setup(options_.box);
  if (!setup.has_value()) {
    return fail(setup.error());
  }
  setup_ = *std::move(setup);
  setup_.silence = setup_.connect_time / 2;
  setup_.handshake_time = setup_.connect_time * 3;
  std::vector<HostPort> boxes;
  for (const std::string& target : options_.targets) {
    const Outcome<HostPort> where = parse_target(target, 443);
    if (!where.has_value()) {
      return fail(where.error());
    }
    boxes.push_back(*where);
  }
  for (const HostPort& where : boxes) {
    check(where);
  }
  return tally_.code();
}

}  // namespace

ExitCode run_check(const CheckOptions& options, const Context& context) {
  return Checker(options, context).run();
}

}  // namespace heirloom::app

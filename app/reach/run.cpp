#include "reach/run.hpp"

#include "common/session_options.hpp"
#include "common/thread_end.hpp"
#include "reach/command.hpp"
#include "reach/one_box.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace heirloom::app {

namespace {

/// Run is the command with all its boxes.
class Run {
 public:
  Run(const ReachOptions& options, const Context& context) : options_(options), context_(context) {}

  ExitCode run();

 private:
  Outcome<bool> prepare();
  [[nodiscard]] Outcome<bool> check_session_options(const LadderSetup& setup) const;
  ExitCode run_box(OneBox& box);

  const ReachOptions& options_;
  const Context& context_;
  StopSignal stop_;
  std::vector<ReachTarget> targets_;
  std::unique_ptr<OneBox::Shared> shared_;
  std::atomic<bool> has_threads_left_{false};
};

Outcome<bool> Run::prepare() {
  Outcome<std::vector<ReachTarget>> targets = understand_targets(options_);
  if (!targets.has_value()) {
    return targets.error();
  }
  targets_ = *std::move(targets);
  Outcome<LadderSetup> setup = build_ladder_setup(options_.box);
  if (!setup.has_value()) {
    return setup.error();
  }
  setup->stop = &stop_;
  const Outcome<bool> fits = check_session_options(*setup);
  if (!fits.has_value()) {
    return fits.error();
  }
  warn_of_compression(setup->policy, options_.format);
  std::shared_ptr<const LocalAuthority> authority;
  if (options_.tls) {
    const Outcome<std::filesystem::path> folder = LocalAuthority::default_folder();
    if (!folder.has_value()) {
      return folder.error();
    }
    Outcome<LocalAuthority> opened = LocalAuthority::load_or_make(*folder);
    if (!opened.has_value()) {
      return opened.error();
    }
    authority = std::make_shared<const LocalAuthority>(*std::move(opened));
    if (authority->is_new()) {
      Report(options_.format, context_.verbosity)
          .remark("ca_made",
                  "a local authority was made; browsers have to be told to trust " +
                      authority->certificate_file().string() + " (heirloom ca says how)");
    }
  }
  shared_ = std::make_unique<OneBox::Shared>(
      OneBox::Shared{options_, *std::move(setup), stop_, std::move(authority)});
  return true;
}

/// check_session_options: a session file is about one box.
Outcome<bool> Run::check_session_options(const LadderSetup& setup) const {
  const bool has_page = std::ranges::any_of(
      targets_, [](const ReachTarget& each) { return each.kind == ReachTarget::Kind::page; });
  if (targets_.size() > 1 && !options_.box.protocol.session.session_out.empty()) {
    return Failure{ExitCode::usage,
                   "--session-out is one file, and there are several boxes",
                   targets_.front().command,
                   "session_out_shared"};
  }
  return has_page ? check_http_protocols(setup) : Outcome<bool>(true);
}

ExitCode Run::run_box(OneBox& box) {
  const Outcome<bool> opened = box.open();
  if (!opened.has_value()) {
    if (opened.error().cause != "stopped") {
      box.report().failed(opened.error());
    }
    return opened.error().code;
  }
  if (box.serve() == OneBox::Stopped::with_threads_left) {
    has_threads_left_ = true;
  }
  const Outcome<bool> kept = box.keep_session();
  if (!kept.has_value()) {
    box.report().failed(kept.error());
    return kept.error().code;
  }
  return ExitCode::ok;
}

ExitCode Run::run() {
  stop_on_signals(stop_);
  const Outcome<bool> prepared = prepare();
  if (!prepared.has_value()) {
    print_failure(prepared.error(), options_.format);
    return prepared.error().code;
  }
  const auto naming = targets_.size() > 1 ? Naming::with_target : Naming::plain;
  const Report report(options_.format, context_.verbosity);
  std::vector<std::unique_ptr<OneBox>> boxes;
  for (const ReachTarget& target : targets_) {
    boxes.push_back(
        std::make_unique<OneBox>(*shared_, target, report.about(to_string(target.where), naming)));
  }
  // All but the first have a thread of their own, so that a slow box holds up no other.
  std::vector<ExitCode> codes(boxes.size(), ExitCode::internal);
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < boxes.size(); ++i) {
    threads.emplace_back([this, &boxes, &codes, i] {
      codes[i] = run_box(*boxes[i]);
      release_thread_state();
    });
  }
  codes[0] = run_box(*boxes[0]);
  for (std::thread& thread : threads) {
    thread.join();
  }
  const bool any_worked = std::find(codes.begin(), codes.end(), ExitCode::ok) != codes.end();
  const ExitCode code = any_worked ? ExitCode::ok : *std::max_element(codes.begin(), codes.end());
  if (has_threads_left_) {
    std::_Exit(static_cast<int>(code));  // they still use what would be destroyed
  }
  return code;
}

}  // namespace

ExitCode run_reach(const ReachOptions& options, const Context& context) {
  return Run(options, context).run();
}

}  // namespace heirloom::app

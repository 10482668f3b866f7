// heirloom demo: for the newcomer who owns no old device. Both ends in one process, every suite of
// the library, a capture that Wireshark decrypts; or one suite, explained.
#include "heirloom/cipher_suite.hpp"

#include "commands.hpp"
#include "common/output.hpp"
#include "demo/capture_files.hpp"
#include "demo/explanation.hpp"
#include "demo/performance.hpp"
#include "demo/report.hpp"
#include "demo/words.hpp"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

namespace heirloom::app {

namespace {

namespace stage = demo;

struct DemoOptions {
  std::string suite;  ///< empty: all of them
  std::string version;
  std::string directory;  ///< empty: directory_for
  bool force = false;
  double timeout = 10;
  OutputFormat format = OutputFormat::text;
};

/// choose_scenes is all of them, or the one that is named, at its highest version if none is.
Outcome<std::vector<stage::Scene>> choose_scenes(const DemoOptions& options) {
  if (options.suite.empty() && options.version.empty()) {
    return stage::all_scenes();
  }
  std::optional<ProtocolVersion> version;
  if (!options.version.empty()) {
    version = parse_version(options.version);
    if (!version.has_value()) {
      return Failure{ExitCode::usage,
                     "--version does not know \"" + options.version + "\"",
                     "--version ssl3 or tls1",
                     "option_invalid"};
    }
  }
  if (options.suite.empty()) {
    auto scenes = stage::all_scenes();
    std::erase_if(scenes, [&](const stage::Scene& scene) { return scene.version != *version; });
    return scenes;
  }
  const CipherSuite* const suite = find_cipher_suite(options.suite);
  if (suite == nullptr) {
    return Failure{ExitCode::usage,
                   "there is no cipher suite \"" + options.suite + "\" here",
                   "heirloom suites",
                   "suite_unknown"};
  }
  if (!version.has_value()) {
    version = suite->versions.tls10 ? ProtocolVersion::tls10 : ProtocolVersion::ssl30;
  }
  if (!suite->versions.contains(*version)) {
    return Failure{
        ExitCode::usage,
        std::string(suite->openssl_name) + " does not exist at " + std::string(to_string(*version)),
        "heirloom demo " + std::string(suite->openssl_name),
        "suite_not_at_version"};
  }
  return std::vector<stage::Scene>{{.suite = suite, .version = *version}};
}

/// directory_for is where the files go if nobody says: what explains one suite has a place of its
/// own, so that the whole demonstration is not in its way.
std::string directory_for(const DemoOptions& options, const std::vector<stage::Scene>& scenes) {
  std::string directory = "heirloom-demo";
  if (!options.suite.empty()) {
    const stage::Scene& scene = scenes.front();
    directory += "/" + std::string(scene.suite->openssl_name) + "-" + stage::version_word(scene);
  }
  return directory;
}

/// Screen writes to standard output and remembers whether that worked.
class Screen {
 public:
  void write(const std::string& text) {
    has_failed_ = has_failed_ || std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
                  std::fflush(stdout) != 0;
  }

  [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }

 private:
  bool has_failed_ = false;
};

/// Show plays the chosen scenes, prints them and writes them down.
class Show {
 public:
  Show(const DemoOptions& options, const Context& context, std::vector<stage::Scene> scenes)
      : options_(options),
        is_quiet_(context.verbosity < 0),
        table_(scenes),
        performance_{.scenes = std::move(scenes)} {}

  ExitCode run();

 private:
  [[nodiscard]] bool is_explained() const noexcept { return !options_.suite.empty(); }

  [[nodiscard]] bool is_json() const noexcept { return options_.format == OutputFormat::json; }

  void announce();
  void show(const stage::Appearance& appearance);
  ExitCode conclude(const stage::Tally& tally, stage::CaptureFiles& files);

  const DemoOptions& options_;
  bool is_quiet_;
  stage::Table table_;
  stage::Performance performance_;
  stage::Notebook notebook_;
  Screen screen_;
};

ExitCode Show::run() {
  const auto overwrite = options_.force ? stage::Overwrite::allowed : stage::Overwrite::never;
  const std::string directory = options_.directory.empty()
                                    ? directory_for(options_, performance_.scenes)
                                    : options_.directory;
  auto files = stage::CaptureFiles::open(directory, overwrite);
  if (!files) {
    return fail(files.error(), options_.format);
  }
  performance_.patience =
      std::chrono::microseconds(static_cast<std::int64_t>(options_.timeout * 1e6));
  performance_.on_appearance = [&](const stage::Appearance& appearance) {
    (*files)->add(appearance.conversation, appearance.key_log_lines, title(appearance));
    show(appearance);
  };
  if (is_explained()) {
    performance_.data = stage::Data::brief;
    performance_.watchers = [&] { return notebook_.open_page(); };
  }
  announce();
  return conclude(perform(performance_), **files);
}

void Show::announce() {
  if (is_json() || is_quiet_) {
    return;
  }
  if (is_explained()) {
    screen_.write(stage::foreword(performance_.scenes.front()));
    return;
  }
  screen_.write("A client and a server in this process, over TCP on 127.0.0.1: " +
                std::to_string(performance_.scenes.size()) +
                " combinations of suite and version,\na full handshake and a resumed one each, "
                "data both ways.\n\n" +
                table_.heading());
}

void Show::show(const stage::Appearance& appearance) {
  if (is_explained()) {
    const auto steps = stage::explain(notebook_, appearance);
    if (is_json()) {
      screen_.write(stage::steps_json(steps, appearance));
    } else if (!is_quiet_) {
      screen_.write(stage::steps_text(steps, appearance));
    }
  }
  if (is_json()) {
    screen_.write(appearance_json(appearance));
  } else if (!is_quiet_ || !appearance.has_passed()) {
    screen_.write((is_explained() ? table_.heading() : "") + table_.row(appearance));
  }
}

ExitCode Show::conclude(const stage::Tally& tally, stage::CaptureFiles& files) {
  auto finished = files.finish();
  if (!finished) {
    return fail(finished.error(), options_.format);
  }
  const stage::Files where{.capture = files.capture(), .key_log = files.key_log()};
  if (is_json()) {
    screen_.write(summary_json(tally, where));
  } else if (!is_quiet_) {
    screen_.write(summary_text(tally, where));
  }
  if (tally.failed != 0) {
    return fail({ExitCode::handshake,
                 std::to_string(tally.failed) + " of " +
                     std::to_string(tally.passed + tally.failed) + " connections failed",
                 "heirloom demo --timeout 60, if this machine is busy",
                 "demo_failed"},
                options_.format);
  }
  if (screen_.has_failed()) {
    return fail({ExitCode::local, "cannot write to standard output", "", "standard_stream"},
                options_.format);
  }
  return ExitCode::ok;
}

ExitCode run_demo(const DemoOptions& options, const Context& context) {
  auto scenes = choose_scenes(options);
  if (!scenes) {
    return fail(scenes.error(), options.format);
  }
  return Show(options, context, *std::move(scenes)).run();
}

}  // namespace

void add_demo(CLI::App& root, Context& context) {
  auto options = std::make_shared<DemoOptions>();
  CLI::App* const command = root.add_subcommand(
      "demo", "every suite between two ends in this process, with a capture for Wireshark");
  command->add_option(
      "suite", options->suite, "explain this one: IANA or OpenSSL name, or hexadecimal");
  command
      ->add_option(
          "--version", options->version, "of the protocol; default: both, or the higher one")
      ->type_name("{ssl3,tls1}");
  command->add_option("-o,--output",
                      options->directory,
                      "directory for the capture and key log; default: heirloom-demo");
  command->add_flag("--force", options->force, "replace an earlier capture");
  command->add_option("--timeout", options->timeout, "seconds that one connection may take")
      ->check(CLI::Range(0.000001, 86400.0))
      ->capture_default_str();
  command->add_flag_callback(
      "--json",
      [options] { options->format = OutputFormat::json; },
      "a JSON object per connection and a summary, one a line");
  command->callback([&context, options] {
    context.run = [&context, options] { return run_demo(*options, context); };
  });
}

}  // namespace heirloom::app

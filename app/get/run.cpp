#include "get/run.hpp"

#include "common/files.hpp"
#include "common/output.hpp"
#include "common/session_files.hpp"
#include "common/session_options.hpp"
#include "get/data.hpp"
#include "get/exit.hpp"
#include "get/fetch.hpp"
#include "get/password.hpp"
#include "get/sink.hpp"
#include "get/usage.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace heirloom::app::get {

namespace {

/// Run is one run of the command, step by step.
class Run {
 public:
  Run(const GetOptions& options, const Context& context)
      : options_(options),
        is_silent_(options.silent && !options.show_error),
        report_(
            OutputFormat::text,
            is_silent_ ? Report::kSilent : (options.verbose || context.verbosity > 0 ? 1 : -1)) {}

  ExitCode run();

 private:
  Outcome<bool> prepare();
  Outcome<bool> read_headers();
  Outcome<LadderSetup> build_setup() const;
  [[nodiscard]] Outcome<bool> check_protocols() const;
  Outcome<std::string> choose_path(std::size_t index) const;
  ExitCode fetch_one(Shared& shared, std::size_t index);
  ExitCode fail(const Failure& failure) const;

  const GetOptions& options_;
  bool is_silent_;
  Report report_;
  std::optional<Login> login_;
  std::vector<std::string> headers_;
  std::string data_;
  LadderSetup setup_;
  std::string write_out_;
};

ExitCode Run::fail(const Failure& failure) const {
  if (!is_silent_) {
    print_failure(failure);
  }
  return failure.code;
}

Outcome<bool> Run::read_headers() {
  for (const std::string& line : options_.headers) {
    if (!line.starts_with('@')) {
      headers_.push_back(line);
      continue;
    }
    const auto lines = read_lines_of(line.substr(1));
    if (!lines.has_value()) {
      return lines.error();
    }
    for (const std::string& own : *lines) {
      if (Outcome<bool> fits = check_header(own); !fits.has_value()) {
        return fits;
      }
    }
    headers_.insert(headers_.end(), lines->begin(), lines->end());
  }
  return true;
}

/// build_setup reads what the ladder needs; its files have numbers of their own at curl.
Outcome<LadderSetup> Run::build_setup() const {
  if (!options_.authorities.empty()) {
    const auto authorities = load_authorities(options_.authorities);
    if (!authorities.has_value()) {
      Failure wrong = authorities.error();
      wrong.code = exit_code(CurlExit::authorities);
      return wrong;
    }
  }
  if (const auto trust = build_trust(options_.box.path, Policy::device()); !trust.has_value()) {
    Failure wrong = trust.error();
    wrong.code = exit_code(CurlExit::revocation_lists);
    return wrong;
  }
  if (const auto credentials = load_credential_files(options_.box.credentials);
      !credentials.has_value()) {
    Failure wrong = credentials.error();
    wrong.code = exit_code(CurlExit::local_certificate);
    return wrong;
  }
  if (const auto key_log = open_requested_key_log(options_.box.protocol); !key_log.has_value()) {
    Failure wrong = key_log.error();
    wrong.code = exit_code(CurlExit::write);
    return wrong;
  }
  Outcome<LadderSetup> setup = build_ladder_setup(options_.box);
  if (!setup.has_value()) {
    return to_curl(setup.error());
  }
  setup->authorities_file = options_.authorities;
  return setup;
}

/// check_protocols looks at --alpn for pages; what is passed as bytes may be anything.
Outcome<bool> Run::check_protocols() const {
  const bool has_page =
      options_.starttls.empty() && std::ranges::any_of(options_.urls, [](const std::string& url) {
        const Outcome<Target> target = parse_location(url, PathForm::resolved);
        return target.has_value() && target->is_web();
      });
  return has_page ? check_http_protocols(setup_) : Outcome<bool>(true);
}

Outcome<bool> Run::prepare() {
  Outcome<std::string> data = join_data(options_.data);
  if (!data.has_value()) {
    return data.error();
  }
  data_ = *std::move(data);
  Outcome<bool> read = read_headers();
  if (!read.has_value()) {
    return read;
  }
  write_out_ = options_.write_out;
  if (write_out_.starts_with('@')) {
    Outcome<std::string> format = join_data({{DataPiece::Kind::binary, write_out_}});
    if (!format.has_value()) {
      return format.error();
    }
    write_out_ = *std::move(format);
  }
  for (const std::string& name : unknown_variables(write_out_)) {
    if (!options_.silent) {
      print_line("note: -w knows no %{" + escape_text(name) + "}; heirloom-get(1) lists them.");
    }
  }
  Outcome<LadderSetup> setup = build_setup();
  if (!setup.has_value()) {
    return setup.error();
  }
  setup_ = *std::move(setup);
  const Outcome<bool> spoken = check_protocols();
  if (!spoken.has_value()) {
    return to_curl(spoken.error());
  }
  if (!options_.silent) {
    warn_of_compression(setup_.policy, OutputFormat::text);
  }
  Outcome<std::optional<Login>> login = find_login(options_);
  if (!login.has_value()) {
    return login.error();
  }
  login_ = *std::move(login);
  return true;
}

/// choose_path is the -o or -O that belongs to that URL; an empty path is standard output.
Outcome<std::string> Run::choose_path(std::size_t index) const {
  if (index >= options_.places.size()) {
    return std::string();
  }
  const Place& place = options_.places[index];
  if (place.kind == Place::Kind::file) {
    return place.path;
  }
  const Outcome<Target> target = parse_location(options_.urls[index], PathForm::resolved);
  if (!target.has_value()) {
    return target.error();
  }
  const std::string name = remote_name(*target);
  if (name.empty()) {
    return Failure{exit_code(CurlExit::write),
                   "the URL names no file, so -O has no name for the answer",
                   "-o FILE",
                   "remote_name_missing"};
  }
  return name;
}

ExitCode Run::fetch_one(Shared& shared, std::size_t index) {
  const Outcome<std::string> path = choose_path(index);
  if (!path.has_value()) {
    return fail(path.error());
  }
  Sink sink(*path);
  Fetch fetch(shared, sink, static_cast<int>(index));
  const Outcome<bool> done = fetch.run(options_.urls[index]);
  const ExitCode code = done.has_value() ? ExitCode::ok : fail(done.error());
  if (!write_out_.empty()) {
    const WrittenOut text = write_out(write_out_, fetch.statistics());
    static_cast<void>(std::fputs(text.to_stdout.c_str(), stdout));
    static_cast<void>(std::fputs(text.to_stderr.c_str(), stderr));
    static_cast<void>(std::fflush(stdout));
  }
  return code;
}

ExitCode Run::run() {
  const Outcome<bool> fits = check_usage(options_);
  if (!fits.has_value()) {
    print_failure(fits.error());  // even with -s: curl too says what it does not understand
    return fits.error().code;
  }
  if (!options_.silent) {
    for (const std::string& note : usage_notes(options_)) {
      print_line("note: " + note);
    }
  }
  const Outcome<bool> prepared = prepare();
  if (!prepared.has_value()) {
    return fail(prepared.error());
  }
  const auto say = [this](const std::string& line) {
    if (options_.verbose) {
      print_line("* " + escape_text(line));
    }
  };
  Dialer dialer(options_, std::move(setup_), report_, say);
  std::optional<Sink> header_sink;
  if (!options_.dump_header.empty()) {
    header_sink.emplace(options_.dump_header, "-D");
  }
  Shared shared{options_,
                dialer,
                login_,
                headers_,
                data_,
                header_sink.has_value() ? &*header_sink : nullptr,
                say};
  ExitCode code = ExitCode::ok;
  for (std::size_t i = 0; i < options_.urls.size(); ++i) {
    const ExitCode one = fetch_one(shared, i);
    code = one == ExitCode::ok ? code : one;
  }
  if (code == ExitCode::ok) {
    const Outcome<bool> kept = write_session(options_.box.protocol.session, dialer.latest());
    code = kept.has_value() ? code : fail(to_curl(kept.error()));
  }
  return code;
}

}  // namespace

ExitCode run_get(const GetOptions& options, const Context& context) {
  return Run(options, context).run();
}

}  // namespace heirloom::app::get

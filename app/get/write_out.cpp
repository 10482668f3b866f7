#include "get/write_out.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>

#include <fmt/format.h>

namespace heirloom::app::get {

namespace {

Variable text(std::string_view name, const std::string& value) {
  return {name, value, false};
}

template <class Number>
Variable number(std::string_view name, Number value) {
  return {name, std::to_string(value), true};
}

Variable time(std::string_view name, double seconds) {
  return {name, fmt::format("{:.6f}", seconds), true};
}

std::string quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string as_json(const Statistics& statistics) {
  std::string out;
  for (const Variable& variable : write_out_variables(statistics)) {
    const bool is_null = !variable.is_number && variable.text.empty();
    out += out.empty() ? "{" : ",";
    out += quoted(variable.name) + ":";
    // A JSON number has no leading zeros: "000" of http_code is 0.
    const bool is_code = variable.name.ends_with("_code") && variable.is_number;
    out += is_null              ? "null"
           : is_code            ? std::to_string(std::stoi(variable.text))
           : variable.is_number ? variable.text
                                : quoted(variable.text);
  }
  return out + "}";
}

double speed(std::uint64_t bytes, double seconds) {
  return seconds > 0 ? static_cast<double>(bytes) / seconds : 0;
}

}  // namespace

std::vector<Variable> write_out_variables(const Statistics& s) {
  const std::string code = fmt::format("{:03}", s.response_code);
  return {
      text("content_type", s.content_type),
      text("errormsg", s.error_message),
      number("exitcode", s.exit_code),
      text("filename_effective", s.filename_effective),
      {"http_code", code, true},
      text("http_version", s.http_version),
      text("local_ip", s.local_ip),
      number("local_port", s.local_port),
      text("method", s.method),
      number("num_connects", s.connects),
      number("num_headers", s.headers),
      number("num_redirects", s.redirects),
      text("redirect_url", s.redirect_url),
      text("remote_ip", s.remote_ip),
      number("remote_port", s.remote_port),
      {"response_code", code, true},
      text("scheme", s.scheme),
      number("size_download", s.size_download),
      number("size_header", s.size_header),
      number("size_request", s.size_request),
      number("size_upload", s.size_upload),
      number("speed_download", static_cast<std::uint64_t>(speed(s.size_download, s.time_total))),
      number("speed_upload", static_cast<std::uint64_t>(speed(s.size_upload, s.time_total))),
      number("ssl_verify_result", s.ssl_verify_result),
      time("time_appconnect", s.time_app_connect),
      time("time_connect", s.time_connect),
      time("time_namelookup", 0),
      time("time_pretransfer", s.time_pre_transfer),
      time("time_redirect", s.time_redirect),
      time("time_starttransfer", s.time_start_transfer),
      time("time_total", s.time_total),
      text("url", s.url),
      text("url_effective", s.url_effective),
      number("urlnum", s.url_number),
      text("tls_version", s.tls_version),
      text("tls_suite", s.tls_suite),
      text("tls_strength", s.tls_strength),
      text("certificate", s.certificate),
      number("num_resumed", s.resumed),
  };
}

namespace {

/// Expander walks through a format once.
class Expander {
 public:
  Expander(std::string_view format, const Statistics& statistics)
      : rest_(format), statistics_(statistics) {}

  WrittenOut run() {
    while (!rest_.empty()) {
      step();
    }
    return out_;
  }

  [[nodiscard]] const std::vector<std::string>& unknown() const noexcept { return unknown_; }

 private:
  void put(std::string_view bytes) { (to_stderr_ ? out_.to_stderr : out_.to_stdout) += bytes; }

  void step() {
    if (rest_.starts_with("%%")) {
      put("%");
      rest_.remove_prefix(2);
    } else if (const std::size_t end = rest_.find('}');
               rest_.starts_with("%{") && end != std::string_view::npos) {
      variable(rest_.substr(2, end - 2));
      rest_.remove_prefix(end + 1);
    } else if (rest_.starts_with('\\') && rest_.size() > 1) {
      escape(rest_[1]);
      rest_.remove_prefix(2);
    } else {
      put(rest_.substr(0, 1));
      rest_.remove_prefix(1);
    }
  }

  void escape(char letter) {
    constexpr std::array<std::pair<char, std::string_view>, 3> kEscapes = {
        {{'n', "\n"}, {'r', "\r"}, {'t', "\t"}}};
    for (const auto& [known, meaning] : kEscapes) {
      if (letter == known) {
        put(meaning);
        return;
      }
    }
    put("\\");
    put({&letter, 1});
  }

  void variable(std::string_view name) {
    if (name == "stderr" || name == "stdout") {
      to_stderr_ = name == "stderr";
      return;
    }
    if (name == "json") {
      put(as_json(statistics_));
      return;
    }
    const auto all = write_out_variables(statistics_);
    const auto found = std::ranges::find(all, name, &Variable::name);
    if (found == all.end()) {
      put(fmt::format("%{{{}}}", name));  // shown as it is, so that the slip is seen
      unknown_.emplace_back(name);
      return;
    }
    put(found->text);
  }

  std::string_view rest_;
  const Statistics& statistics_;
  WrittenOut out_;
  bool to_stderr_ = false;
  std::vector<std::string> unknown_;
};

}  // namespace

WrittenOut write_out(std::string_view format, const Statistics& statistics) {
  return Expander(format, statistics).run();
}

std::vector<std::string> unknown_variables(std::string_view format) {
  const Statistics nothing;
  Expander expander(format, nothing);
  static_cast<void>(expander.run());
  return expander.unknown();
}

}  // namespace heirloom::app::get

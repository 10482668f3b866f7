#include "http/head_bytes.hpp"

#include "common/letter_case.hpp"
#include "http/message.hpp"

#include <algorithm>
#include <vector>

namespace heirloom::app::http {

namespace {

using namespace std::string_view_literals;

/// is_token is RFC 9110 §5.6.2.
bool is_token(std::string_view text) noexcept {
  const auto is_token_character = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           "!#$%&'*+-.^_`|~"sv.find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

/// begins_like_transfer_encoding: http_parser remembers that a name has begun so, whatever it goes
/// on with, and then takes all that follows for the body.
bool begins_like_transfer_encoding(std::string_view name) {
  constexpr std::string_view kName = "Transfer-Encoding";
  return name.size() > kName.size() && equals_ignoring_case(name.substr(0, kName.size()), kName);
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text.substr(0, 40)) {
    result += c >= ' ' && c <= '~' ? c : '?';
  }
  return result + "\"";
}

/// Normaliser collects the lines of one head.
class Normaliser {
 public:
  explicit Normaliser(MessageKind kind) : kind_(kind) {}

  std::optional<Malformed> line(std::string_view text);
  std::variant<std::string, Malformed> finish();

 private:
  std::optional<Malformed> field(std::string_view text);
  std::optional<Malformed> fold(std::string_view text);
  std::optional<Malformed> settle_content_length();
  std::optional<Malformed> settle_transfer_encoding();

  [[nodiscard]] bool is_request() const noexcept { return kind_ == MessageKind::request; }

  MessageKind kind_;
  std::string start_line_;
  Fields fields_;
  bool last_was_dropped_ = false;
};

std::optional<Malformed> Normaliser::line(std::string_view text) {
  if (text.find_first_of("\r\0"sv) != std::string_view::npos) {
    return Malformed{"a header line contains a carriage return or a zero byte"};
  }
  if (start_line_.empty()) {
    // RFC 9112 §3: some readers take any whitespace for the end of the target.
    if (is_request() && std::ranges::any_of(text, is_control)) {
      return Malformed{"the request line contains a control character"};
    }
    start_line_ = text;
    return std::nullopt;
  }
  if (text.front() == ' ' || text.front() == '\t') {
    return fold(text);
  }
  return field(text);
}

std::optional<Malformed> Normaliser::fold(std::string_view text) {
  if (is_request()) {
    return Malformed{"a header line is folded"};
  }
  if (!last_was_dropped_ && !fields_.all().empty()) {
    std::string& value = fields_.all().back().value;
    value += ' ';
    value += trim(text);
  }
  return std::nullopt;
}

std::optional<Malformed> Normaliser::field(std::string_view text) {
  const auto colon = text.find(':');
  std::string_view name = text.substr(0, colon);
  if (!is_request()) {
    name = trim(name);
  }
  last_was_dropped_ = colon == std::string_view::npos || !is_token(name);
  if (last_was_dropped_) {
    if (is_request()) {
      return Malformed{"the header line " + quoted(text) + " is no field"};
    }
    return std::nullopt;
  }
  if (begins_like_transfer_encoding(name)) {
    last_was_dropped_ = true;
    if (is_request()) {
      return Malformed{"the header line " + quoted(text) + " is nearly Transfer-Encoding"};
    }
    return std::nullopt;
  }
  fields_.add(std::string(name), std::string(trim(text.substr(colon + 1))));
  return std::nullopt;
}

std::optional<Malformed> Normaliser::settle_content_length() {
  if (fields_.find("Content-Length") == nullptr) {
    return std::nullopt;
  }
  const std::vector<std::string> values = fields_.tokens("Content-Length");
  if (values.empty()) {
    return Malformed{"Content-Length is empty"};
  }
  for (const std::string& value : values) {
    if (value.find_first_not_of("0123456789") != std::string::npos || value.size() > 18) {
      return Malformed{"Content-Length " + quoted(value) + " is no length"};
    }
    if (value != values.front()) {
      return Malformed{"two different Content-Length values, " + quoted(values.front()) + " and " +
                       quoted(value)};
    }
  }
  // Without leading zeros: there are readers that take these for octal.
  const std::string& value = values.front();
  const std::size_t first = std::min(value.find_first_not_of('0'), value.size() - 1);
  fields_.set("Content-Length", value.substr(first));
  return std::nullopt;
}

std::optional<Malformed> Normaliser::settle_transfer_encoding() {
  if (fields_.find("Transfer-Encoding") == nullptr) {
    return std::nullopt;
  }
  const std::vector<std::string> codings = fields_.tokens("Transfer-Encoding");
  // "identity" was a coding in RFC 2616 §3.6 and means none.
  if (!is_request() && codings.size() == 1 && equals_ignoring_case(codings[0], "identity")) {
    fields_.remove("Transfer-Encoding");
    return std::nullopt;
  }
  if (codings.size() != 1 || !equals_ignoring_case(codings[0], "chunked")) {
    return Malformed{"the transfer coding " + quoted(fields_.value("Transfer-Encoding")) +
                     " is not plain \"chunked\""};
  }
  if (fields_.find("Content-Length") != nullptr) {
    if (is_request()) {
      return Malformed{"both Content-Length and Transfer-Encoding are given"};
    }
    fields_.remove("Content-Length");
  }
  // RFC 9112 §6.1: a server that reads HTTP/1.0 would not look at it.
  if (is_request() && start_line_.ends_with("HTTP/1.0")) {
    return Malformed{"an HTTP/1.0 request has a Transfer-Encoding"};
  }
  fields_.set("Transfer-Encoding", "chunked");
  return std::nullopt;
}

std::variant<std::string, Malformed> Normaliser::finish() {
  if (auto problem = settle_content_length()) {
    return *std::move(problem);
  }
  if (auto problem = settle_transfer_encoding()) {
    return *std::move(problem);
  }
  std::string out = start_line_ + "\r\n";
  for (const Field& field : fields_.all()) {
    out += field.name;
    out += ": ";
    out += field.value;
    out += "\r\n";
  }
  return out + "\r\n";
}

}  // namespace

std::optional<std::size_t> end_of_head(std::string_view bytes, std::size_t& scanned) {
  const std::size_t start = bytes.find_first_not_of("\r\n");
  if (start == std::string_view::npos) {
    return std::nullopt;
  }
  std::size_t line_feed = bytes.find('\n', std::max(start, scanned));
  while (line_feed != std::string_view::npos) {
    std::size_t next = line_feed + 1;
    if (next < bytes.size() && bytes[next] == '\r') {
      ++next;
    }
    if (next >= bytes.size()) {
      scanned = line_feed;
      return std::nullopt;
    }
    if (bytes[next] == '\n') {
      return next + 1;
    }
    line_feed = bytes.find('\n', line_feed + 1);
  }
  scanned = bytes.size();
  return std::nullopt;
}

std::variant<std::string, Malformed> normalise_head(MessageKind kind, std::string_view head) {
  Normaliser normaliser(kind);
  while (!head.empty()) {
    const auto line_feed = head.find('\n');
    std::string_view line = head.substr(0, line_feed);
    head = line_feed == std::string_view::npos ? std::string_view() : head.substr(line_feed + 1);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (line.empty()) {
      continue;  // before the first line, and the one at the end
    }
    if (auto problem = normaliser.line(line)) {
      return *std::move(problem);
    }
  }
  return normaliser.finish();
}

}  // namespace heirloom::app::http

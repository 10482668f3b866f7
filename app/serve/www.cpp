// The web page of `heirloom serve --www`: enough HTTP for old browsers, curl and test drivers.
//
// GET and HEAD of / and POST of anything answer a page that names what was negotiated; /bytes/N
// answers N bytes. HTTP/0.9, 1.0 and 1.1 with keep-alive. Parsing is libhttp-parser's.
#include "common/describe.hpp"
#include "common/letter_case.hpp"
#include "common/output.hpp"
#include "common/wait.hpp"
#include "serve/service.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <http_parser.h>

namespace heirloom::app {

namespace {

constexpr std::uint64_t kMostBytes = 10'000'000'000;
constexpr std::size_t kLongestTarget = 4096;

struct Request {
  std::string method;
  std::string target;
  std::uint64_t body_size = 0;
  unsigned short major = 1;
  unsigned short minor = 1;
  bool keep_alive = false;
};

/// RequestReader collects complete requests from whatever pieces arrive.
class RequestReader {
 public:
  RequestReader() {
    http_parser_settings_init(&settings_);
    settings_.on_message_begin = [](http_parser* parser) { return self(parser).begin(); };
    settings_.on_url = [](http_parser* parser, const char* text, std::size_t size) {
      return self(parser).target({text, size});
    };
    settings_.on_header_field = [](http_parser* parser, const char* text, std::size_t size) {
      return self(parser).header_name({text, size});
    };
    settings_.on_header_value = [](http_parser* parser, const char* text, std::size_t size) {
      return self(parser).header_value({text, size});
    };
    settings_.on_headers_complete = [](http_parser* parser) { return self(parser).headers(); };
    settings_.on_body = [](http_parser* parser, const char* /*text*/, std::size_t size) {
      self(parser).current_.body_size += size;
      return 0;
    };
    settings_.on_message_complete = [](http_parser* parser) { return self(parser).complete(); };
    http_parser_init(&parser_, HTTP_REQUEST);
    parser_.data = this;
  }

  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;
  ~RequestReader() = default;

  /// take parses a piece; false if it is no HTTP.
  bool take(std::span<const std::uint8_t> bytes) {
    const auto* const text = reinterpret_cast<const char*>(bytes.data());
    http_parser_execute(&parser_, &settings_, text, bytes.size());
    return HTTP_PARSER_ERRNO(&parser_) == HPE_OK;
  }

  /// complete_requests hands over what is complete.
  [[nodiscard]] std::vector<Request> complete_requests() { return std::exchange(complete_, {}); }

  /// wants_continue is true once after a request that waits for 100 Continue.
  [[nodiscard]] bool wants_continue() { return std::exchange(wants_continue_, false); }

  [[nodiscard]] std::string error() const {
    return http_errno_description(HTTP_PARSER_ERRNO(&parser_));
  }

 private:
  static RequestReader& self(http_parser* parser) {
    return *static_cast<RequestReader*>(parser->data);
  }

  int begin() {
    current_ = {};
    header_.clear();
    is_in_value_ = false;
    return 0;
  }

  int target(std::string_view text) {
    current_.target += text;
    return current_.target.size() > kLongestTarget ? 1 : 0;
  }

  int header_name(std::string_view text) {
    if (is_in_value_) {
      header_.clear();
      is_in_value_ = false;
    }
    header_ += text;
    return 0;
  }

  int header_value(std::string_view text) {
    is_in_value_ = true;
    if (equals_ignoring_case(header_, "expect") && text.starts_with("100")) {
      expects_continue_ = true;
    }
    return 0;
  }

  int headers() {
    wants_continue_ = std::exchange(expects_continue_, false);
    return 0;
  }

  int complete() {
    current_.method = http_method_str(static_cast<http_method>(parser_.method));
    current_.major = parser_.http_major;
    current_.minor = parser_.http_minor;
    current_.keep_alive = parser_.upgrade == 0 && http_should_keep_alive(&parser_) != 0;
    complete_.push_back(std::move(current_));
    current_ = {};
    return 0;
  }

  http_parser parser_{};
  http_parser_settings settings_{};
  Request current_;
  std::string header_;
  bool is_in_value_ = false;
  bool expects_continue_ = false;
  bool wants_continue_ = false;
  std::vector<Request> complete_;
};

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : escape_text(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string page(const Request& request, const ConnectionInfo& info) {
  const ProtocolVersion version = info.version.value_or(ProtocolVersion::ssl30);
  const Strength strength = assess(info, own_key_bits(info));
  std::string rows;
  const auto row = [&](std::string_view name, std::string_view value) {
    rows += "<tr><th align=\"left\">" + std::string(name) + "</th><td>" + escape_html(value) +
            "</td></tr>\n";
  };
  row("Version", format_version(version));
  row("Cipher suite", describe_suite(info.cipher_suite.value_or(0), version));
  const std::string temporary = describe_temporary_key(info);
  row("Temporary key", temporary.empty() ? "none" : temporary);
  row("Strength", strength.word + ": " + strength.why);
  row("Session", info.is_resumed ? "resumed" : "new");
  row("Client offered", info.client_version ? format_version(*info.client_version) : "nothing");
  row("Server name", info.server_name.empty() ? "not asked for" : info.server_name);
  row("Client certificate",
      info.peer_chain.empty() ? "none" : "shown, " + describe_key(info.peer_chain));
  row("Request", request.method + " " + request.target);
  row("Request body", std::to_string(request.body_size) + " bytes");
  return "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 3.2 "
         "Final//EN\">\n<html><head><title>heirloom: " +
         format_version(version) + "</title></head>\n<body><h1>It works over " +
         format_version(version) + "</h1>\n<table>\n" + rows + "</table></body></html>\n";
}

std::optional<std::uint64_t> wanted_bytes(std::string_view target) {
  constexpr std::string_view prefix = "/bytes/";
  if (!target.starts_with(prefix)) {
    return std::nullopt;
  }
  target.remove_prefix(prefix.size());
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(target.data(), target.data() + target.size(), size);
  const bool is_number = error == std::errc{} && end == target.data() + target.size();
  return is_number && size <= kMostBytes ? std::optional(size) : std::nullopt;
}

std::string head(const Request& request,
                 std::string_view status,
                 std::string_view type,
                 std::uint64_t size) {
  if (request.major == 0) {
    return "";  // HTTP/0.9 knows no head
  }
  const std::string version = request.major == 1 && request.minor == 0 ? "HTTP/1.0" : "HTTP/1.1";
  return version + " " + std::string(status) +
         "\r\nServer: heirloom\r\nContent-Type: " + std::string(type) +
         "\r\nContent-Length: " + std::to_string(size) +
         "\r\nConnection: " + (request.keep_alive ? "keep-alive" : "close") + "\r\n\r\n";
}

/// Site answers requests on one connection.
class Site {
 public:
  Site(HeirloomStream& client, const ServiceLimits& limits) : client_(client), limits_(limits) {}

  ServiceReport run() {
    RequestReader reader;
    std::vector<std::uint8_t> piece(16384);
    while (report_.close.empty()) {
      const auto read = read_patiently(client_, piece, limits_.idle, limits_.stop);
      report_.bytes_in += read.count;
      if (read.status == StreamStatus::ok) {
        take(reader, std::span(piece).first(read.count));
      } else {
        report_.close = describe_close(read, limits_.stop);
      }
    }
    return report_;
  }

 private:
  void take(RequestReader& reader, std::span<const std::uint8_t> bytes) {
    const bool is_http = reader.take(bytes);
    if (reader.wants_continue()) {
      send("HTTP/1.1 100 Continue\r\n\r\n");
    }
    for (const Request& request : reader.complete_requests()) {
      answer(request);
      if (has_failed_ || !request.keep_alive) {
        report_.close = has_failed_ ? describe_close(failure_, limits_.stop) : "answered";
        return;
      }
    }
    if (!is_http) {
      send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      report_.close = "not HTTP: " + reader.error();
    }
  }

  void answer(const Request& request) {
    const bool has_body = request.method != "HEAD";
    if (const auto size = wanted_bytes(request.target)) {
      send(head(request, "200 OK", "application/octet-stream", *size));
      if (has_body) {
        send_bytes(*size);
      }
      return;
    }
    const bool is_found =
        request.target == "/" || request.method == "POST" || request.target.starts_with("/?");
    const std::string body = is_found ? page(request, client_.connection().info()) : "Not found\n";
    send(head(request,
              is_found ? "200 OK" : "404 Not Found",
              is_found ? "text/html; charset=utf-8" : "text/plain",
              body.size()) +
         (has_body ? body : ""));
  }

  void send_bytes(std::uint64_t size) {
    std::array<std::uint8_t, 26UL * 1024> letters{};
    for (std::size_t i = 0; i < letters.size(); ++i) {
      letters.at(i) = www_byte(i);
    }
    while (size != 0 && !has_failed_) {
      const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(size, letters.size()));
      send(std::span(letters).first(piece));
      size -= piece;
    }
  }

  void send(std::string_view text) {
    send(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  }

  void send(std::span<const std::uint8_t> bytes) {
    if (has_failed_) {
      return;
    }
    auto outcome = write_patiently(client_, bytes, limits_.idle, limits_.stop);
    report_.bytes_out += outcome.count;
    if (outcome.status != StreamStatus::ok) {
      has_failed_ = true;
      failure_ = std::move(outcome);
    }
  }

  HeirloomStream& client_;
  const ServiceLimits& limits_;
  ServiceReport report_;
  bool has_failed_ = false;
  StreamOutcome failure_;
};

}  // namespace

ServiceReport serve_www(HeirloomStream& client, const ServiceLimits& limits) {
  return Site(client, limits).run();
}

}  // namespace heirloom::app

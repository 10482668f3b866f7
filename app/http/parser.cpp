#include "http/parser.hpp"

#include <algorithm>
#include <utility>

#include <http_parser.h>

namespace heirloom::app::http {

using Stage = MessageParser::Stage;

struct MessageParser::Impl {
  explicit Impl(http_parser_type type, ResponseContext meaning) : context(meaning) {
    http_parser_init(&parser, type);
    parser.data = this;
    parser.lenient_http_headers = 1;
  }

  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  void parse_head(std::string_view bytes);
  void become_http09();
  void find_framing(BodyFraming::Kind without_length);
  void fail(std::string what);
  void fail_from_parser();
  [[nodiscard]] bool looks_like_http09() const;

  static Impl& of(http_parser* parser) { return *static_cast<Impl*>(parser->data); }

  static int on_url(http_parser* p, const char* at, std::size_t length);
  static int on_status(http_parser* p, const char* at, std::size_t length);
  static int on_field(http_parser* p, const char* at, std::size_t length);
  static int on_value(http_parser* p, const char* at, std::size_t length);
  static int on_headers_complete(http_parser* p);
  static int on_body(http_parser* p, const char* at, std::size_t length);
  static int on_message_complete(http_parser* p);
  static const http_parser_settings& settings();

  http_parser parser{};
  ResponseContext context;
  Stage stage = Stage::head;
  std::string head;
  std::size_t scanned = 0;
  bool in_value = false;
  bool head_known = false;
  bool head_too_large = false;
  bool keeps_connection = false;
  RequestHead request;
  ResponseHead response;
  Fields fields;
  BodyFraming framing;
  std::string body;
  std::string problem;
};

int MessageParser::Impl::on_url(http_parser* p, const char* at, std::size_t length) {
  of(p).request.target.append(at, length);
  return 0;
}

int MessageParser::Impl::on_status(http_parser* p, const char* at, std::size_t length) {
  of(p).response.reason.append(at, length);
  return 0;
}

int MessageParser::Impl::on_field(http_parser* p, const char* at, std::size_t length) {
  Impl& self = of(p);
  if (self.head_known) {
    return 0;  // a trailer: nothing here needs one, and RFC 9110 §6.5.1 lets it be dropped
  }
  if (self.in_value || self.fields.all().empty()) {
    self.fields.add({}, {});
    self.in_value = false;
  }
  self.fields.all().back().name.append(at, length);
  return 0;
}

int MessageParser::Impl::on_value(http_parser* p, const char* at, std::size_t length) {
  Impl& self = of(p);
  if (!self.head_known) {
    self.in_value = true;
    self.fields.all().back().value.append(at, length);
  }
  return 0;
}

/// find_framing applies RFC 9112 §6.3 to a head whose fields are unambiguous by now.
void MessageParser::Impl::find_framing(BodyFraming::Kind without_length) {
  if (fields.has_token("Transfer-Encoding", "chunked")) {
    framing = BodyFraming{BodyFraming::Kind::chunked, 0};
  } else if (fields.find("Content-Length") != nullptr) {
    framing = BodyFraming{BodyFraming::Kind::length, parser.content_length};
  } else {
    framing = BodyFraming{without_length, 0};
  }
}

int MessageParser::Impl::on_headers_complete(http_parser* p) {
  Impl& self = of(p);
  self.head_known = true;
  self.stage = Stage::body;
  for (Field& field : self.fields.all()) {
    field.value = trim(field.value);
  }
  if (p->type == HTTP_REQUEST) {
    self.find_framing(BodyFraming::Kind::none);
    self.request.method = http_method_str(static_cast<http_method>(p->method));
    self.request.minor_version = p->http_minor == 0 ? 0 : 1;
    self.request.fields = std::move(self.fields);
    return 0;
  }
  const int status = static_cast<int>(p->status_code);
  const bool has_no_body = self.context.body == ResponseContext::Body::none_after_head_request ||
                           status < 200 || status == 204 || status == 304;
  if (!has_no_body) {
    self.find_framing(BodyFraming::Kind::until_close);
  }
  self.response.status = status;
  self.response.minor_version = p->http_minor == 0 ? 0 : 1;
  self.response.fields = std::move(self.fields);
  return has_no_body ? 1 : 0;
}

int MessageParser::Impl::on_body(http_parser* p, const char* at, std::size_t length) {
  of(p).body.append(at, length);
  return 0;
}

int MessageParser::Impl::on_message_complete(http_parser* p) {
  Impl& self = of(p);
  self.keeps_connection =
      self.framing.kind != BodyFraming::Kind::until_close && http_should_keep_alive(p) != 0;
  self.stage = Stage::complete;
  http_parser_pause(p, 1);
  return 0;
}

const http_parser_settings& MessageParser::Impl::settings() {
  static const http_parser_settings table = [] {
    http_parser_settings result;
    http_parser_settings_init(&result);
    result.on_url = on_url;
    result.on_status = on_status;
    result.on_header_field = on_field;
    result.on_header_value = on_value;
    result.on_headers_complete = on_headers_complete;
    result.on_body = on_body;
    result.on_message_complete = on_message_complete;
    return result;
  }();
  return table;
}

void MessageParser::Impl::fail(std::string what) {
  stage = Stage::failed;
  problem = std::move(what);
}

void MessageParser::Impl::fail_from_parser() {
  fail(http_errno_description(HTTP_PARSER_ERRNO(&parser)));
}

/// looks_like_http09 is true if the bytes so far cannot be the start of a status line.
bool MessageParser::Impl::looks_like_http09() const {
  constexpr std::string_view kStart = "HTTP/";
  const std::size_t first = head.find_first_not_of("\r\n");
  if (first == std::string::npos) {
    return false;
  }
  const std::string_view seen = std::string_view(head).substr(first, kStart.size());
  return seen != kStart.substr(0, seen.size());
}

void MessageParser::Impl::become_http09() {
  stage = Stage::body;
  head_known = true;
  response.is_http09 = true;
  response.minor_version = 0;
  response.reason = "OK";
  if (context.body == ResponseContext::Body::none_after_head_request) {
    stage = Stage::complete;  // what came is the body that was not asked for
    return;
  }
  framing = BodyFraming{BodyFraming::Kind::until_close, 0};
  body = std::move(head);
}

void MessageParser::Impl::parse_head(std::string_view bytes) {
  const MessageKind kind =
      parser.type == HTTP_REQUEST ? MessageKind::request : MessageKind::response;
  auto normal = normalise_head(kind, bytes);
  if (auto* malformed = std::get_if<Malformed>(&normal)) {
    fail(std::move(malformed->what));
    return;
  }
  const std::string& text = *std::get_if<std::string>(&normal);
  const std::size_t taken = http_parser_execute(&parser, &settings(), text.data(), text.size());
  const auto error = HTTP_PARSER_ERRNO(&parser);
  if (error != HPE_OK && error != HPE_PAUSED) {
    fail_from_parser();
  } else if (taken != text.size() || !head_known) {
    fail("the head is not HTTP/1");
  }
}

std::size_t MessageParser::Impl::feed_head(std::string_view bytes) {
  const std::size_t before = head.size();
  head.append(bytes.substr(0, kMaxHead + 1 - std::min(before, kMaxHead)));
  if (parser.type == HTTP_RESPONSE && looks_like_http09()) {
    if (context.http09 == ResponseContext::Http09::refused) {
      fail("what came is no HTTP response");
      return 0;
    }
    const std::size_t taken = head.size() - before;
    become_http09();
    return taken;
  }
  const auto end = end_of_head(head, scanned);
  if (end.has_value()) {
    parse_head(std::string_view(head).substr(0, *end));
    head.clear();
    return *end - before;
  }
  if (head.size() > kMaxHead) {
    head_too_large = true;
    fail("the head is longer than 64 kB");
  }
  return head.size() - before;
}

std::size_t MessageParser::Impl::feed_body(std::string_view bytes) {
  if (response.is_http09) {
    body.append(bytes);
    return bytes.size();
  }
  const std::size_t taken = http_parser_execute(&parser, &settings(), bytes.data(), bytes.size());
  const auto error = HTTP_PARSER_ERRNO(&parser);
  if (error != HPE_OK && error != HPE_PAUSED) {
    fail_from_parser();
  }
  return taken;
}

MessageParser::MessageParser() : impl_(std::make_unique<Impl>(HTTP_REQUEST, ResponseContext{})) {}

MessageParser::MessageParser(ResponseContext context)
    : impl_(std::make_unique<Impl>(HTTP_RESPONSE, context)) {}

MessageParser::~MessageParser() = default;

std::size_t MessageParser::feed(std::span<const std::uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::size_t taken = 0;
  if (impl_->stage == Stage::head) {
    taken = impl_->feed_head(text);
  }
  // An empty execute would mean the end of the transport to http_parser.
  if (impl_->stage == Stage::body && taken < text.size()) {
    taken += impl_->feed_body(text.substr(taken));
  }
  return taken;
}

void MessageParser::feed_end() {
  Impl& self = *impl_;
  if (self.stage == Stage::head) {
    self.fail(self.head.empty() ? "the connection ended without an answer"
                                : "the connection ended in the middle of the head");
    return;
  }
  if (self.stage != Stage::body) {
    return;
  }
  if (self.response.is_http09) {
    self.stage = Stage::complete;
    return;
  }
  http_parser_execute(&self.parser, &Impl::settings(), nullptr, 0);
  if (self.stage != Stage::complete) {
    self.fail("the connection ended in the middle of the body");
  }
}

Stage MessageParser::stage() const noexcept {
  return impl_->stage;
}

bool MessageParser::has_head() const noexcept {
  return impl_->head_known;
}

bool MessageParser::has_started() const noexcept {
  return impl_->head_known || impl_->stage == Stage::failed ||
         impl_->head.find_first_not_of("\r\n") != std::string::npos;
}

const RequestHead& MessageParser::request() const noexcept {
  return impl_->request;
}

const ResponseHead& MessageParser::response() const noexcept {
  return impl_->response;
}

const BodyFraming& MessageParser::framing() const noexcept {
  return impl_->framing;
}

bool MessageParser::keeps_connection() const noexcept {
  return impl_->stage == Stage::complete && impl_->keeps_connection;
}

std::string MessageParser::take_body() {
  return std::exchange(impl_->body, {});
}

const std::string& MessageParser::problem() const noexcept {
  return impl_->problem;
}

bool MessageParser::is_head_too_large() const noexcept {
  return impl_->head_too_large;
}

}  // namespace heirloom::app::http

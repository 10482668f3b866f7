#include "get/request.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <utility>

namespace heirloom::app::get {

namespace {

using http::equals_ignoring_case;
using http::Field;
using http::Fields;

std::string base64(std::string_view bytes) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto at = [&](std::size_t offset) -> unsigned {
      return i + offset < bytes.size() ? static_cast<unsigned char>(bytes[i + offset]) : 0U;
    };
    const unsigned group = (at(0) << 16U) | (at(1) << 8U) | at(2);
    out += kLetters[(group >> 18U) & 63U];
    out += kLetters[(group >> 12U) & 63U];
    out += i + 1 < bytes.size() ? kLetters[(group >> 6U) & 63U] : '=';
    out += i + 2 < bytes.size() ? kLetters[group & 63U] : '=';
  }
  return out;
}

/// OwnField is one -H: its value, empty to remove ours, or a field that stays empty.
struct OwnField {
  std::string name;
  std::optional<std::string> value;  ///< none: remove
};

OwnField parse_own_field(const std::string& line) {
  const std::size_t colon = line.find(':');
  if (colon != std::string::npos) {
    const std::string_view value = http::trim(std::string_view(line).substr(colon + 1));
    return {line.substr(0, colon),
            value.empty() ? std::optional<std::string>() : std::optional(std::string(value))};
  }
  if (line.ends_with(';')) {
    return {line.substr(0, line.size() - 1), std::string()};
  }
  return {std::string(), std::nullopt};
}

bool is_secret(std::string_view name) {
  return equals_ignoring_case(name, "Authorization") || equals_ignoring_case(name, "Cookie");
}

void add_body_fields(Fields& fields, const GetOptions& options, const BodyPlan& body) {
  if (body.kind == BodyPlan::Kind::none) {
    return;
  }
  if (body.size.has_value()) {
    fields.add("Content-Length", std::to_string(*body.size));
  } else {
    fields.add("Transfer-Encoding", "chunked");
  }
  if (body.kind == BodyPlan::Kind::data) {
    const bool is_json = !options.data.empty() && options.data.back().kind == DataPiece::Kind::json;
    fields.add("Content-Type", is_json ? "application/json" : "application/x-www-form-urlencoded");
  }
}

Fields own_defaults(const GetOptions& options, const Target& target, const RequestPlan& plan) {
  Fields fields;
  const auto add = [&fields](std::string_view name, const std::string& value) {
    if (!value.empty()) {
      fields.add(std::string(name), value);
    }
  };
  const bool is_json = !options.data.empty() && options.data.back().kind == DataPiece::Kind::json;
  add("Host", target.authority());
  add("Authorization", plan.authorization);
  add("User-Agent", options.user_agent.empty() ? "heirloom/" HEIRLOOM_VERSION : options.user_agent);
  add("Range", options.range.empty() ? "" : "bytes=" + options.range);
  add("Accept", is_json ? "application/json" : "*/*");
  add("Accept-Encoding", options.compressed ? "deflate, gzip" : "");
  add("Referer", options.referer);
  add("Cookie", plan.is_first_origin ? options.cookie : "");
  return fields;
}

}  // namespace

std::string first_method(const GetOptions& options) {
  if (!options.method.empty()) {
    return options.method;
  }
  if (options.head) {
    return "HEAD";
  }
  if (!options.upload.empty()) {
    return "PUT";
  }
  return options.data.empty() || options.data_in_query ? "GET" : "POST";
}

http::RequestHead build_request(const GetOptions& options,
                                const Target& target,
                                const RequestPlan& plan) {
  http::RequestHead head;
  head.method = plan.method;
  head.target = target.url.path;
  head.minor_version = options.http10 ? 0 : 1;
  head.fields = own_defaults(options, target, plan);
  add_body_fields(head.fields, options, plan.body);
  Fields added;
  for (const std::string& line : plan.headers) {
    OwnField own = parse_own_field(line);
    if (own.name.empty() || (is_secret(own.name) && !plan.is_first_origin)) {
      continue;
    }
    // Another host is not the one that the Host of the command line names.
    if (equals_ignoring_case(own.name, "Host") && !plan.is_first_origin) {
      continue;
    }
    if (equals_ignoring_case(own.name, "Host") && own.value.has_value()) {
      head.fields.set("Host", *std::move(own.value));
      continue;
    }
    head.fields.remove(own.name);
    if (equals_ignoring_case(own.name, "Transfer-Encoding")) {
      head.fields.remove("Content-Length");  // RFC 9112 §6.2: never both
    }
    if (own.value.has_value()) {
      added.add(std::move(own.name), *std::move(own.value));
    }
  }
  for (Field& field : added.all()) {
    head.fields.add(std::move(field.name), std::move(field.value));
  }
  return head;
}

http::BodyFraming body_framing(const http::RequestHead& head, const BodyPlan& body) {
  using Kind = http::BodyFraming::Kind;
  if (body.kind == BodyPlan::Kind::none) {
    return {Kind::none, 0};
  }
  if (head.fields.has_token("Transfer-Encoding", "chunked")) {
    return {Kind::chunked, 0};
  }
  return {Kind::length, body.size.value_or(0)};
}

std::string basic_authorization(const Login& login) {
  return "Basic " + base64(login.user + ":" + login.password);
}

}  // namespace heirloom::app::get

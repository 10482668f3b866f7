#include "get/request.hpp"

#include "common/letter_case.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace heirloom::app::get {

namespace {

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

/// add_body_fields adds what -H has not said itself.
void add_body_fields(Fields& fields, const BodyPlan& body, const Fields& own) {
  const auto add = [&](std::string_view name, const std::string& value) {
    if (own.find(name) == nullptr) {
      fields.add(std::string(name), value);
    }
  };
  if (body.kind == BodyPlan::Kind::none) {
    return;
  }
  // RFC 9112 §6.2: never both.
  if (body.size.has_value() && own.find("Transfer-Encoding") == nullptr) {
    add("Content-Length", std::to_string(*body.size));
  } else if (own.find("Content-Length") == nullptr) {
    add("Transfer-Encoding", "chunked");
  }
  if (body.kind == BodyPlan::Kind::data) {
    add("Content-Type", "application/x-www-form-urlencoded");
  }
}

Fields own_defaults(const GetOptions& options, const Target& target, const RequestPlan& plan) {
  Fields fields;
  const auto add = [&fields](std::string_view name, const std::string& value) {
    if (!value.empty()) {
      fields.add(std::string(name), value);
    }
  };
  add("Host", target.authority());
  add("Authorization", plan.authorization);
  add("User-Agent", options.user_agent.empty() ? "heirloom/" HEIRLOOM_VERSION : options.user_agent);
  add("Range", options.range.empty() ? "" : "bytes=" + options.range);
  add("Accept", "*/*");
  add("Accept-Encoding", options.compressed ? "deflate, gzip" : "");
  add("Referer", options.referer);
  add("Cookie", plan.is_first_origin ? options.cookie : "");
  return fields;
}

/// own_lines are those of -H, and what --json means beside them.
std::vector<std::string> own_lines(const GetOptions& options, const RequestPlan& plan) {
  std::vector<std::string> lines = plan.headers;
  const bool is_json = !options.data.empty() && options.data.back().kind == DataPiece::Kind::json;
  const auto is_said = [&lines](std::string_view name) {
    return std::ranges::any_of(lines, [name](const std::string& line) {
      return equals_ignoring_case(line.substr(0, line.find_first_of(":;")), name);
    });
  };
  for (const std::string_view name : {"Content-Type", "Accept"}) {
    if (is_json && !is_said(name)) {
      lines.push_back(std::string(name) + ": application/json");
    }
  }
  return lines;
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
  Fields added;
  std::vector<std::string> removed;
  for (const std::string& line : own_lines(options, plan)) {
    OwnField own = parse_own_field(line);
    const bool is_host = equals_ignoring_case(own.name, "Host");
    // Another host is not the one that the command line names, nor are its secrets for it.
    if (own.name.empty() || (!plan.is_first_origin && (is_host || is_secret(own.name)))) {
      continue;
    }
    if (is_host && own.value.has_value()) {
      head.fields.set("Host", *std::move(own.value));
      continue;
    }
    head.fields.remove(own.name);
    if (own.value.has_value()) {
      added.add(std::move(own.name), *std::move(own.value));
    } else {
      removed.push_back(std::move(own.name));
    }
  }
  for (const Field& field : added.all()) {
    head.fields.add(field.name, field.value);
  }
  add_body_fields(head.fields, plan.body, added);
  for (const std::string& name : removed) {
    if (added.find(name) == nullptr) {
      head.fields.remove(name);
    }
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

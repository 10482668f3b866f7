#include "http/message.hpp"

#include "common/letter_case.hpp"

#include <algorithm>
#include <utility>

namespace heirloom::app::http {

namespace {

bool breaks_a_line(std::string_view text) noexcept {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

void append_fields(std::string& out, const Fields& fields) {
  for (const Field& field : fields.all()) {
    if (breaks_a_line(field.name) || breaks_a_line(field.value)) {
      continue;
    }
    out += field.name;
    out += ": ";
    out += field.value;
    out += "\r\n";
  }
  out += "\r\n";
}

}  // namespace

std::string_view trim(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

const std::string* Fields::find(std::string_view name) const noexcept {
  for (const Field& field : fields_) {
    if (equals_ignoring_case(field.name, name)) {
      return &field.value;
    }
  }
  return nullptr;
}

std::string_view Fields::value(std::string_view name) const noexcept {
  const std::string* found = find(name);
  return found == nullptr ? std::string_view() : std::string_view(*found);
}

std::vector<std::string> Fields::tokens(std::string_view name) const {
  std::vector<std::string> result;
  for (const Field& field : fields_) {
    if (!equals_ignoring_case(field.name, name)) {
      continue;
    }
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      const std::string_view token = trim(rest.substr(0, comma));
      if (!token.empty()) {
        result.emplace_back(token);
      }
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
  }
  return result;
}

bool Fields::has_token(std::string_view name, std::string_view token) const {
  const std::vector<std::string> all = tokens(name);
  return std::any_of(all.begin(), all.end(), [token](const std::string& element) {
    return equals_ignoring_case(element, token);
  });
}

void Fields::add(std::string name, std::string value) {
  fields_.push_back(Field{std::move(name), std::move(value)});
}

void Fields::set(std::string_view name, std::string value) {
  const auto first = std::find_if(fields_.begin(), fields_.end(), [name](const Field& field) {
    return equals_ignoring_case(field.name, name);
  });
  if (first == fields_.end()) {
    add(std::string(name), std::move(value));
    return;
  }
  first->value = std::move(value);
  fields_.erase(
      std::remove_if(first + 1,
                     fields_.end(),
                     [name](const Field& field) { return equals_ignoring_case(field.name, name); }),
      fields_.end());
}

void Fields::remove(std::string_view name) {
  fields_.erase(
      std::remove_if(fields_.begin(),
                     fields_.end(),
                     [name](const Field& field) { return equals_ignoring_case(field.name, name); }),
      fields_.end());
}

std::string to_wire(const RequestHead& head) {
  std::string out = head.method + " " + head.target + " HTTP/1.";
  out += head.minor_version == 0 ? "0\r\n" : "1\r\n";
  append_fields(out, head.fields);
  return out;
}

std::string to_wire(const ResponseHead& head) {
  std::string out = head.minor_version == 0 ? "HTTP/1.0 " : "HTTP/1.1 ";
  out += std::to_string(head.status) + " ";
  if (!breaks_a_line(head.reason)) {
    out += head.reason;
  }
  out += "\r\n";
  append_fields(out, head.fields);
  return out;
}

}  // namespace heirloom::app::http

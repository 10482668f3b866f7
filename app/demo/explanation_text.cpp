// The explanation as text for people and as JSON lines.
#include "common/describe.hpp"
#include "demo/explanation.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace heirloom::app::demo {

namespace {

constexpr std::size_t kColumns = 79;
constexpr std::size_t kIndent = 10;
constexpr std::size_t kBytesPerLine = 32;

/// wrap breaks at spaces. A word that is longer than a line stays whole.
std::string wrap(std::string_view text, std::size_t indent) {
  const std::string margin(indent, ' ');
  std::string out;
  std::string line = margin;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.size() + word.size() > kColumns && line.size() > indent) {
      while (line.ends_with(' ')) {
        line.pop_back();
      }
      out += line + "\n";
      line = margin;
    }
    line += std::string(word) + " ";
  }
  while (line.ends_with(' ')) {
    line.pop_back();
  }
  return out + line + "\n";
}

std::string field_text(const Field& field) {
  std::string head = field.offset.has_value() ? std::to_string(*field.offset) : std::string();
  head = std::string(6 - std::min<std::size_t>(head.size(), 6), ' ') + head + "  ";
  std::string out = head + field.name + ":";
  // A short value stands behind its name, a long one in lines of its own.
  if (field.bytes.size() <= kBytesPerLine / 2) {
    out += " " + format_hex(field.bytes) + "\n";
  } else {
    out += "\n";
    for (std::size_t at = 0; at < field.bytes.size(); at += kBytesPerLine) {
      const std::size_t size = std::min(kBytesPerLine, field.bytes.size() - at);
      out += std::string(kIndent, ' ') + format_hex(ByteView(field.bytes).subspan(at, size)) + "\n";
    }
  }
  return field.meaning.empty() ? out : out + wrap("(" + field.meaning + ")", kIndent);
}

std::string_view kind_name(Step::Kind kind) {
  switch (kind) {
    case Step::Kind::message:
      return "message";
    case Step::Kind::values:
      return "values";
    case Step::Kind::record:
      return "record";
  }
  return "";
}

}  // namespace

std::string foreword(const Scene& scene) {
  return wrap("One suite, explained: " + iana_name(*scene.suite) + " (" +
                  std::string(scene.suite->openssl_name) + ", " + format_hex16(scene.suite->id) +
                  ") at " + format_version(scene.version) +
                  (is_ever_resumed(*scene.suite)
                       ? ", first with a full handshake, then with the session resumed."
                       : ", twice with a full handshake: such a session is not resumed, because "
                         "keys and IVs would be used again (RFC 6101 D.5.3)."),
              0) +
         wrap(
             "All secrets are shown. They belong to a client and a server inside this process "
             "that have just made them up and forget them at the end. No other command prints "
             "any.",
             0);
}

std::string steps_text(const std::vector<Step>& steps, const Appearance& appearance) {
  std::string heading = title(appearance);
  std::string out = "\n" + heading + "\n" + std::string(heading.size(), '=') + "\n";
  std::size_t number = 0;
  for (const Step& step : steps) {
    out += "\n" + std::to_string(++number) + ". " + step.title + "\n" + wrap(step.words, 3);
    for (const Field& field : step.fields) {
      out += field_text(field);
    }
  }
  return out + "\n";
}

std::string steps_json(const std::vector<Step>& steps, const Appearance& appearance) {
  using Json = nlohmann::ordered_json;
  std::string out;
  std::size_t number = 0;
  for (const Step& step : steps) {
    Json object;
    object["event"] = "step";
    object["connection"] = appearance.number;
    object["step"] = ++number;
    object["kind"] = kind_name(step.kind);
    object["end"] = to_string(step.end);
    object["title"] = step.title;
    object["words"] = step.words;
    object["fields"] = Json::array();
    for (const Field& field : step.fields) {
      Json entry;
      entry["name"] = field.name;
      if (field.offset.has_value()) {
        entry["offset"] = *field.offset;
      }
      entry["hex"] = format_hex(field.bytes);
      entry["meaning"] = field.meaning;
      object["fields"].push_back(std::move(entry));
    }
    out += object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return out;
}

}  // namespace heirloom::app::demo

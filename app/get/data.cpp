#include "get/data.hpp"

#include "common/command_text.hpp"
#include "common/tcp.hpp"
#include "get/exit.hpp"
#include "get/target.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>

namespace heirloom::app::get {

namespace {

/// read_whole reads a file of any length; "-" is standard input.
Outcome<std::string> read_whole(const std::string& path) {
  struct Close {
    void operator()(std::FILE* file) const noexcept {
      if (file != stdin) {
        static_cast<void>(std::fclose(file));  // only read from
      }
    }
  };

  errno = 0;
  const std::unique_ptr<std::FILE, Close> file(path == "-" ? stdin
                                                           : std::fopen(path.c_str(), "rb"));
  std::string text;
  std::array<char, 65536> piece{};
  while (file != nullptr) {
    const std::size_t count = std::fread(piece.data(), 1, piece.size(), file.get());
    text.append(piece.data(), count);
    if (count == 0) {
      break;
    }
  }
  if (file == nullptr || std::ferror(file.get()) != 0) {
    return Failure{exit_code(CurlExit::read),
                   "the file " + path + " cannot be read: " + errno_text(errno),
                   "ls -l " + shell_word(path),
                   "data_unreadable"};
  }
  return text;
}

/// form_encode is how forms are encoded, and curl does it: a space becomes "+".
std::string form_encode(const std::string& text) {
  std::string out = percent_encode(text);
  for (std::size_t at = out.find("%20"); at != std::string::npos; at = out.find("%20", at)) {
    out.replace(at, 3, "+");
  }
  return out;
}

Outcome<std::string> urlencoded(const std::string& text) {
  const std::size_t mark = text.find_first_of("=@");
  if (mark == std::string::npos) {
    return form_encode(text);
  }
  const std::string name = text.substr(0, mark);
  const std::string prefix = name.empty() ? "" : name + "=";
  if (text[mark] == '=') {
    return prefix + form_encode(text.substr(mark + 1));
  }
  Outcome<std::string> content = read_whole(text.substr(mark + 1));
  if (!content.has_value()) {
    return content;
  }
  return prefix + form_encode(*content);
}

Outcome<std::string> content_of(const DataPiece& piece) {
  if (piece.kind == DataPiece::Kind::urlencode) {
    return urlencoded(piece.text);
  }
  if (piece.kind == DataPiece::Kind::raw || !piece.text.starts_with('@')) {
    return piece.text;
  }
  Outcome<std::string> content = read_whole(piece.text.substr(1));
  if (content.has_value() && piece.kind == DataPiece::Kind::ascii) {
    std::erase_if(*content, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  }
  return content;
}

}  // namespace

Outcome<std::string> join_data(const std::vector<DataPiece>& pieces) {
  std::string body;
  bool is_first = true;
  for (const DataPiece& piece : pieces) {
    const Outcome<std::string> content = content_of(piece);
    if (!content.has_value()) {
      return content.error();
    }
    body += is_first || piece.kind == DataPiece::Kind::json ? "" : "&";
    body += *content;
    is_first = false;
  }
  return body;
}

Outcome<std::vector<std::string>> read_lines_of(const std::string& path) {
  const Outcome<std::string> text = read_whole(path);
  if (!text.has_value()) {
    return text.error();
  }
  std::vector<std::string> lines;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    line.remove_suffix(line.ends_with('\r') ? 1 : 0);
    if (!line.empty()) {
      lines.emplace_back(line);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

}  // namespace heirloom::app::get

#include "http/links.hpp"

#include "common/letter_case.hpp"

#include <algorithm>

namespace heirloom::app::http {

namespace {

/// ends_authority is true for a character that cannot belong to a host or a port.
bool ends_authority(char c) noexcept {
  return std::string_view("/\"'?#<> \t\r\n\\)").find(c) != std::string_view::npos;
}

}  // namespace

LinkWatcher::LinkWatcher(const BoxOrigin& box) {
  std::vector<std::string> hosts = box.aliases;
  hosts.push_back(box.host);
  for (const std::string& host : hosts) {
    BoxOrigin named;
    named.host = host;
    named.port = box.port;
    origins_.push_back(named.text());
    if (box.port == kHttpsPort) {
      origins_.push_back(named.text() + ":443");
    }
  }
  for (const std::string& origin : origins_) {
    longest_ = std::max(longest_, origin.size());
  }
}

bool LinkWatcher::is_worth_watching(const ResponseHead& head) {
  const std::string_view coding = head.fields.value("Content-Encoding");
  const bool is_plain = coding.empty() || equals_ignoring_case(coding, "identity");
  const std::string type = to_lower(head.fields.value("Content-Type").substr(0, 9));
  return is_plain && (type == "text/html" || head.is_http09);
}

bool LinkWatcher::look(std::string_view piece) {
  const std::string text = tail_ + to_lower(piece);
  for (const std::string& origin : origins_) {
    std::size_t at = text.find(origin);
    while (at != std::string::npos) {
      const std::size_t behind = at + origin.size();
      if (behind < text.size() && ends_authority(text[behind])) {
        return true;
      }
      at = text.find(origin, at + 1);
    }
  }
  tail_ = text.substr(text.size() - std::min(text.size(), longest_));
  return false;
}

}  // namespace heirloom::app::http

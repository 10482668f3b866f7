#include "get/secrets.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace heirloom::app::get {

namespace {

constexpr char kHidden = '*';

/// start_of_value is where a value begins that ends this word: "VALUE", "-uVALUE" behind any
/// flags, "--user=VALUE". npos: it is not in there.
std::size_t start_of_value(std::string_view word, std::string_view value, char letter) {
  if (value.empty() || !word.ends_with(value)) {
    return std::string_view::npos;
  }
  const std::size_t begin = word.size() - value.size();
  const bool is_attached =
      begin != 0 && word.starts_with('-') && (word[begin - 1] == letter || word[begin - 1] == '=');
  return begin == 0 || is_attached ? begin : std::string_view::npos;
}

void hide_user(char* word, std::string_view user) {
  const std::size_t begin = start_of_value(word, user, 'u');
  if (begin != std::string_view::npos) {
    std::fill_n(word + begin, user.size(), kHidden);
  }
}

/// hide_login hides what stands between "://" and the last @ of the authority (RFC 3986 §3.2.1).
void hide_login(char* word, std::string_view url) {
  const std::size_t start = start_of_value(word, url, '=');
  if (start == std::string_view::npos) {
    return;
  }
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::string_view authority =
      url.substr(begin, std::min(url.find_first_of("/?#", begin), url.size()) - begin);
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    std::fill_n(word + start + begin, at, kHidden);
  }
}

}  // namespace

void hide_secrets(std::span<char* const> words,
                  const std::vector<std::string>& users,
                  const std::vector<std::string>& urls) {
  for (char* const word : words) {
    for (const std::string& user : users) {
      hide_user(word, user);
    }
    for (const std::string& url : urls) {
      hide_login(word, url);
    }
  }
}

}  // namespace heirloom::app::get

#include "common/suite_list.hpp"

#include "heirloom/policy.hpp"

#include "common/describe.hpp"
#include "common/output.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

namespace heirloom::app {

namespace {

/// normal brings a word into the form of the table's names: in lower case, OpenSSL's dashes as
/// underscores.
std::string normal(std::string_view word) {
  std::string text(word);
  std::ranges::transform(text, text.begin(), [](char c) {
    if (c == '-') {
      return '_';
    }
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

/// begins is true if `word` is the first part of a name, up to one of its underscores.
bool begins(const std::string& name, const std::string& word) {
  return name.starts_with(word) && (name.size() == word.size() || name[word.size()] == '_');
}

/// ends is the same for the last part.
bool ends(const std::string& name, const std::string& word) {
  return name.ends_with(word) &&
         (name.size() == word.size() || name[name.size() - word.size() - 1] == '_');
}

/// is_of_key_exchange: RSA is the key exchange of that name and not DHE_RSA, whose last part it is.
bool is_of_key_exchange(const CipherSuite& suite, const std::string& word) {
  const auto is_whole_name = [&](const CipherSuite& other) {
    return normal(info(other.key_exchange).name) == word;
  };
  const std::string name = normal(info(suite.key_exchange).name);
  if (std::ranges::any_of(cipher_suites(), is_whole_name)) {
    return name == word;
  }
  return begins(name, word) || ends(name, word) ||
         normal(info(suite.key_exchange).openssl_name) == word;
}

bool is_export_word(const CipherSuite& suite, const std::string& word) {
  return suite.is_exportable() && word == "export" + std::to_string(suite.export_limit_bits);
}

bool needs(const CipherSuite& suite, const std::string& word) {
  return std::ranges::any_of(needed_allowances(suite), [&](Allowance allowance) {
    return normal(to_string(allowance)) == word;
  });
}

/// Selection is what one word stands for.
struct Selection {
  std::vector<std::uint16_t> suites;  ///< in the order of the museum preset: strongest first
  bool is_group = false;
};

bool is_in_all(const CipherSuite& suite, const std::vector<std::string>& groups) {
  return std::ranges::all_of(groups,
                             [&](const std::string& group) { return is_in_group(suite, group); });
}

std::vector<std::string> split_at_plus(std::string_view word) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = std::min(word.find('+'), word.size());
    parts.emplace_back(word.substr(0, end));
    if (end == word.size()) {
      return parts;
    }
    word.remove_prefix(end + 1);
  }
}

/// find_by_number takes a number with fewer digits than the table's, too: 0x5.
const CipherSuite* find_by_number(std::string_view word) {
  std::uint16_t id = 0;
  const char* const end = word.data() + word.size();
  if (!word.starts_with("0x") && !word.starts_with("0X")) {
    return nullptr;
  }
  const auto [at, error] = std::from_chars(word.data() + 2, end, id, 16);
  return at == end && error == std::errc{} ? find_cipher_suite(id) : nullptr;
}

/// select is empty for a word that means nothing.
std::optional<Selection> select(const std::string& word) {
  if (const CipherSuite* const suite = find_cipher_suite(word)) {
    return Selection{{suite->id}, false};
  }
  if (const CipherSuite* const suite = find_by_number(word)) {
    return Selection{{suite->id}, false};
  }
  Selection selection{{}, true};
  const std::vector<std::string> groups = split_at_plus(word);
  std::ranges::copy_if(Policy::museum().cipher_suites,
                       std::back_inserter(selection.suites),
                       [&](std::uint16_t id) { return is_in_all(*find_cipher_suite(id), groups); });
  return selection.suites.empty() ? std::nullopt : std::optional(std::move(selection));
}

Failure unknown(const std::string& word) {
  return {ExitCode::usage,
          "there is no cipher suite and no group \"" + escape_text(word) + "\" here",
          "heirloom suites",
          "suite_unknown"};
}

Failure not_allowed(const std::string& word, const Selection& selection, std::string missing) {
  const CipherSuite& first = *find_cipher_suite(selection.suites.front());
  const std::string what =
      selection.is_group
          ? "every suite of " + escape_text(word) + " is only used if it is allowed by name"
          : std::string(first.openssl_name) +
                " is only used if it is allowed by name: " + std::string(first.why);
  return {ExitCode::usage, what, "--allow " + std::move(missing), "suite_not_allowed"};
}

/// keep_allowed takes the others out, and says what the cheapest of them would have needed.
std::string keep_allowed(std::vector<std::uint16_t>& suites,
                         const std::vector<Allowance>& allowed) {
  std::optional<std::vector<Allowance>> cheapest;
  std::erase_if(suites, [&](std::uint16_t id) {
    std::vector<Allowance> missing = missing_allowances(*find_cipher_suite(id), allowed);
    if (missing.empty()) {
      return false;
    }
    if (!cheapest.has_value() || missing.size() < cheapest->size()) {
      cheapest = std::move(missing);
    }
    return true;
  });
  return cheapest.has_value() ? allowance_words(*cheapest) : "";
}

void add(std::vector<std::uint16_t>& list, const std::vector<std::uint16_t>& more) {
  for (const std::uint16_t id : more) {
    if (std::ranges::find(list, id) == list.end()) {
      list.push_back(id);
    }
  }
}

void take_out(std::vector<std::uint16_t>& list, const std::vector<std::uint16_t>& others) {
  std::erase_if(list,
                [&](std::uint16_t id) { return std::ranges::find(others, id) != others.end(); });
}

}  // namespace

std::vector<std::string> split_list(const std::vector<std::string>& typed) {
  std::vector<std::string> words;
  for (const std::string& text : typed) {
    std::size_t begin = 0;
    while (begin < text.size()) {
      const std::size_t end = std::min(text.find_first_of(",: ", begin), text.size());
      if (end != begin) {
        words.push_back(text.substr(begin, end - begin));
      }
      begin = end + 1;
    }
  }
  return words;
}

bool is_in_group(const CipherSuite& suite, std::string_view word) {
  const std::string group = normal(word);
  if (group.empty()) {
    return false;
  }
  return group == "all" || is_of_key_exchange(suite, group) ||
         begins(normal(info(suite.bulk).name), group) || normal(info(suite.mac).name) == group ||
         normal(to_string(suite.weakness)) == group || is_export_word(suite, group) ||
         needs(suite, group);
}

Outcome<std::vector<std::uint16_t>> apply_suite_list(std::vector<std::uint16_t> preset,
                                                     const std::vector<std::string>& words,
                                                     const std::vector<Allowance>& allowed) {
  const auto is_unsigned = [](const std::string& word) { return word[0] != '+' && word[0] != '-'; };
  std::vector<std::uint16_t> list = std::move(preset);
  if (std::ranges::any_of(words, is_unsigned)) {
    list.clear();
  }
  for (const std::string& word : words) {
    const std::string name = is_unsigned(word) ? word : word.substr(1);
    std::optional<Selection> selection = select(name);
    if (!selection.has_value()) {
      return unknown(name);
    }
    if (word[0] == '-') {
      take_out(list, selection->suites);
      continue;
    }
    const Selection whole = *selection;
    const std::string missing = keep_allowed(selection->suites, allowed);
    if (selection->suites.empty()) {
      return not_allowed(name, whole, missing);
    }
    add(list, selection->suites);
  }
  if (list.empty()) {
    return Failure{ExitCode::usage,
                   "--suites leaves no cipher suite",
                   "heirloom suites --suites LIST   (to see what a list stands for)",
                   "suites_empty"};
  }
  return list;
}

std::vector<Allowance> missing_allowances(const CipherSuite& suite,
                                          const std::vector<Allowance>& allowed) {
  std::vector<Allowance> missing;
  std::ranges::copy_if(
      needed_allowances(suite), std::back_inserter(missing), [&](Allowance needed) {
        return std::ranges::find(allowed, needed) == allowed.end();
      });
  return missing;
}

}  // namespace heirloom::app

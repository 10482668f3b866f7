#include "pins_command/actions.hpp"

#include "heirloom/cipher_suite.hpp"

#include "common/command_text.hpp"
#include "common/describe.hpp"
#include "common/letter_case.hpp"
#include "common/target.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace heirloom::app {

namespace {

std::string now_text() {
  return format_utc(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
}

/// read_words takes "null" and "null,…" apart.
Outcome<std::vector<std::string>> read_words(const std::vector<std::string>& typed) {
  std::vector<std::string> words;
  for (const std::string& text : typed) {
    std::size_t begin = 0;
    while (begin <= text.size()) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      const std::string word = text.substr(begin, end - begin);
      if (!parse_allowance(word).has_value()) {
        return Failure{ExitCode::usage,
                       "\"" + escape_text(word) + "\" is no weakness that could be allowed",
                       "one of " + allowance_words(allowances()),
                       "allow_unknown"};
      }
      words.push_back(word);
      begin = end + 1;
    }
  }
  return words;
}

Outcome<std::vector<std::string>> boxes_to_forget(const PinList& list, const PinsOptions& options) {
  std::vector<std::string> boxes;
  for (const Pin& pin : options.all ? list.pins() : std::vector<Pin>{}) {
    boxes.push_back(pin.box);
  }
  for (const std::string& typed : options.boxes) {
    auto box = box_name(typed);
    if (!box) {
      return std::move(box).error();
    }
    if (std::ranges::find(boxes, *box) == boxes.end()) {
      boxes.push_back(*std::move(box));
    }
  }
  return boxes;
}

}  // namespace

Outcome<std::string> box_name(const std::string& typed) {
  auto where = parse_target(typed, 443);
  if (!where) {
    return std::move(where).error();
  }
  where->host = to_lower(where->host);
  return to_string(*where);
}

Outcome<Pin> find_pin(const PinFile& file, const PinList& list, const std::string& typed) {
  const auto box = box_name(typed);
  if (!box) {
    return box.error();
  }
  const Outcome<bool> readable = file.check_readable_about(list, *box);
  if (!readable) {
    return readable.error();
  }
  const Pin* const pin = list.find(*box);
  if (pin == nullptr) {
    return Failure{ExitCode::local,
                   "nothing is remembered of " + *box,
                   "heirloom pins list, or heirloom reach " + shell_word("https://" + *box),
                   "pins_unknown_box"};
  }
  return *pin;
}

Outcome<bool> write_out(const std::string& text) {
  const bool is_written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (is_written && std::fflush(stdout) == 0) {
    return true;
  }
  return Failure{ExitCode::local,
                 "cannot write what is remembered to standard output",
                 "",
                 "pins_not_written"};
}

Outcome<bool> allow_for_box(const PinFile& file, const PinsOptions& options) {
  const auto words = read_words(options.words);
  if (!words) {
    return words.error();
  }
  std::string box;
  std::vector<std::string> allowed;
  Outcome<bool> done = file.change([&](PinList& list) -> Outcome<bool> {
    auto pin = find_pin(file, list, options.box);
    if (!pin) {
      return std::move(pin).error();
    }
    for (const std::string& word : *words) {
      std::erase(pin->allow, word);
      if (!options.remove) {
        pin->allow.push_back(word);
      }
    }
    box = pin->box;
    allowed = pin->allow;
    list.set(*std::move(pin));
    return true;
  });
  if (done) {
    std::string text;
    for (const std::string& word : allowed) {
      text += " " + word;
    }
    print_line("heirloom: " + box +
               (allowed.empty() ? " may have no weakness of those that need to be allowed"
                                : " is allowed:" + text));
  }
  return done;
}

Outcome<bool> add_pin(const PinFile& file, const PinsOptions& options) {
  const auto box = box_name(options.box);
  if (!box) {
    return box.error();
  }
  const auto fingerprint = parse_fingerprint(options.certificate);
  if (!fingerprint) {
    return Failure{ExitCode::usage,
                   "\"" + escape_text(options.certificate) + "\" is no SHA-256 fingerprint",
                   "heirloom pins add " + shell_word(*box) + " sha256: and 64 hexadecimal digits",
                   "pin_invalid"};
  }
  Pin pin;
  pin.box = *box;
  pin.version = "ssl3.0";  // the lowest: it rises to what the box speaks at the first connection
  pin.hello = "any";
  pin.certificate = format_fingerprint(*fingerprint);
  pin.first_seen = now_text();
  std::string what = " is held to this certificate already";
  Outcome<bool> done = file.change([&](PinList& list) -> Outcome<bool> {
    Outcome<bool> readable = file.check_readable_about(list, *box);
    const Pin* const known = readable ? list.find(*box) : nullptr;
    if (!readable || (known != nullptr && known->certificate == pin.certificate)) {
      return readable;
    }
    if (known != nullptr && !options.replace) {
      return Failure{ExitCode::identity,
                     *box + " is remembered with another certificate, " + known->certificate,
                     "heirloom pins add --replace " + shell_word(*box) + " " + pin.certificate +
                         ", if you know that it was exchanged",
                     "pins_differ"};
    }
    Pin result = pin;  // what was allowed was allowed to the other certificate's owner
    result.other = known == nullptr ? pin.other : known->other;
    what = known == nullptr ? " is remembered" : " is held to another certificate now";
    list.set(std::move(result));
    return true;
  });
  if (done) {
    print_line("heirloom: " + pin.box + what);
  }
  return done;
}

Outcome<bool> forget_boxes(const PinFile& file, const PinsOptions& options) {
  if (options.all == !options.boxes.empty()) {
    return Failure{ExitCode::usage,
                   "either some boxes are to be forgotten or all of them",
                   "heirloom pins forget BOX, or heirloom pins forget --all",
                   "pins_forget_what"};
  }
  std::vector<std::string> forgotten;
  Outcome<bool> done = file.change([&](PinList& list) -> Outcome<bool> {
    auto boxes = boxes_to_forget(list, options);
    if (!boxes) {
      return std::move(boxes).error();
    }
    forgotten = *std::move(boxes);
    for (const std::string& box : forgotten) {
      if (!list.erase(box)) {
        return find_pin(file, list, box).error();  // there is none, and it says why
      }
    }
    return true;
  });
  if (done) {
    for (const std::string& box : forgotten) {
      print_line("heirloom: forgot " + box);
    }
  }
  return done;
}

}  // namespace heirloom::app

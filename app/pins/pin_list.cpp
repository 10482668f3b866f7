#include "pins/pin_list.hpp"

#include "common/letter_case.hpp"

#include <algorithm>
#include <cctype>

namespace heirloom::app {

namespace {

/// is_conflict_marker knows the lines that diff3 and git put around what they cannot merge.
bool is_conflict_marker(std::string_view line) {
  constexpr std::size_t kLength = 7;
  return line.size() >= kLength &&
         std::string_view("<|=>").find(line[0]) != std::string_view::npos &&
         line.find_first_not_of(line[0]) ==
             (line.size() == kLength ? std::string_view::npos : kLength) &&
         (line.size() == kLength || line[kLength] == ' ');
}

bool continues_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == ':';
}

/// names finds the box in a text, not as a part of a longer name or port.
bool names(std::string_view text, std::string_view box) {
  for (auto at = text.find(box); at != std::string_view::npos; at = text.find(box, at + 1)) {
    const std::size_t end = at + box.size();
    const bool begins = at == 0 || !continues_name(text[at - 1]);
    const bool ends =
        end == text.size() || std::isdigit(static_cast<unsigned char>(text[end])) == 0;
    if (begins && ends) {
      return true;
    }
  }
  return false;
}

}  // namespace

PinList::PinList(std::string_view text) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    read_line(number, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void PinList::read_line(std::size_t number, std::string_view raw) {
  lines_.push_back({std::string(raw), std::nullopt, {}});
  if (raw.ends_with('\r')) {
    raw.remove_suffix(1);
  }
  const std::vector<std::string_view> words = split_words(raw);
  if (words.empty() || words[0].starts_with('#')) {
    return;
  }
  const auto report = [&](std::string box, std::string what) {
    problems_.push_back({number, std::move(box), std::move(what), to_lower(raw)});
  };
  if (is_conflict_marker(raw)) {
    // Security: which of two lines about a box is right was not decided, so neither counts.
    is_in_conflict_ = raw[0] != '>';
    report(std::string(words[0]), "it is a conflict that a merge has left");
    return;
  }
  auto parsed = parse_pin(raw);
  const Pin* const pin = std::get_if<Pin>(&parsed);
  if (pin == nullptr) {
    report(std::string(words[0]), *std::get_if<std::string>(&parsed));
    return;
  }
  lines_.back().box = pin->box;
  if (is_in_conflict_) {
    report(pin->box, "it stands in a conflict that a merge has left");
    return;
  }
  const Pin* const earlier = find(pin->box);
  if (earlier != nullptr && !expects_the_same(*earlier, *pin)) {
    report(pin->box, "the box has an earlier line that says something else");
    return;
  }
  lines_.back().pin = *pin;
}

const Pin* PinList::find(std::string_view box) const {
  const auto line = std::ranges::find_if(lines_, [box](const Line& candidate) {
    return candidate.pin.has_value() && candidate.pin->box == box;
  });
  return line == lines_.end() ? nullptr : &*line->pin;
}

std::vector<Pin> PinList::pins() const {
  std::vector<Pin> result;
  for (const Line& line : lines_) {
    if (line.pin.has_value() && find(line.pin->box) == &*line.pin) {
      result.push_back(*line.pin);
    }
  }
  return result;
}

const PinList::Problem* PinList::problem_of(std::string_view box) const {
  const std::string_view host = box.substr(0, box.rfind(':'));
  const auto found = std::ranges::find_if(problems_, [&](const Problem& problem) {
    return names(problem.text, box) || to_lower(problem.box) == host;
  });
  return found == problems_.end() ? nullptr : &*found;
}

void PinList::put(Pin pin) {
  if (const Pin* const old = find(pin.box)) {
    pin.other = old->other;
    pin.allow = old->allow;
    pin.first_seen = old->first_seen.empty() ? pin.first_seen : old->first_seen;
  }
  set(std::move(pin));
}

void PinList::set(Pin pin) {
  const auto is_about_it = [&pin](const Line& line) {
    return line.pin.has_value() && line.pin->box == pin.box;
  };
  const auto first = std::ranges::find_if(lines_, is_about_it);
  if (first == lines_.end()) {
    lines_.push_back({format_pin(pin), pin, pin.box});
    return;
  }
  // A union merge leaves the same box twice; the next change makes one line of them.
  lines_.erase(std::remove_if(first + 1, lines_.end(), is_about_it), lines_.end());
  *first = {format_pin(pin), pin, pin.box};
}

bool PinList::erase(std::string_view box) {
  return std::erase_if(lines_, [box](const Line& line) { return line.box == box; }) != 0;
}

std::string PinList::text() const {
  std::string result;
  for (const Line& line : lines_) {
    result += line.raw + "\n";
  }
  return result;
}

}  // namespace heirloom::app

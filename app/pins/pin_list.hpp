// PinList: a whole pin file, which people edit and merge.
//
// Comments, empty lines and lines that cannot be read are kept. Whatever might be about a box and
// cannot be read makes that box one that must not be talked to, never one that is new.
#pragma once

#include "pins/pin.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app {

class PinList {
 public:
  explicit PinList(std::string_view text = {});

  /// Problem is a line that cannot be used: it cannot be read, contradicts an earlier line about
  /// the same box, or stands in a conflict that a merge has left.
  struct Problem {
    std::size_t line = 0;  ///< counted from 1
    std::string box;       ///< the line's first word
    std::string what;
    std::string text;  ///< the whole line
  };

  [[nodiscard]] const Pin* find(std::string_view box) const;

  /// pins lists all, in the order of the file.
  [[nodiscard]] std::vector<Pin> pins() const;

  [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }

  /// problem_of finds a problem that may be about this box ("10.0.0.5:443"): its line names the box
  /// somewhere, or begins with the host. Null: none.
  [[nodiscard]] const Problem* problem_of(std::string_view box) const;

  /// put replaces the box's line where it stands, or appends one. Unknown fields, `allow` and
  /// first_seen of the old line stay.
  void put(Pin pin);

  /// set replaces the box's line by exactly this pin, or appends it.
  void set(Pin pin);

  /// erase takes away every line of the box that can be read, whether it counts or not. False:
  /// there was none.
  bool erase(std::string_view box);

  [[nodiscard]] std::string text() const;

 private:
  struct Line {
    std::string raw;
    std::optional<Pin> pin;  ///< if the line counts
    std::string box;         ///< whom it is about, if it can be read
  };

  void read_line(std::size_t number, std::string_view raw);

  std::vector<Line> lines_;
  std::vector<Problem> problems_;
  bool is_in_conflict_ = false;
};

}  // namespace heirloom::app

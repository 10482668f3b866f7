// LinkWatcher: notices absolute links to the box in a page.
//
// Bodies are not changed, so such a link leads the browser past the bridge, to the box that it
// cannot speak to. The person is told once.
#pragma once

#include "http/message.hpp"
#include "http/origin.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app::http {

class LinkWatcher {
 public:
  explicit LinkWatcher(const BoxOrigin& box);

  /// is_worth_watching is true for HTML that was not compressed.
  [[nodiscard]] static bool is_worth_watching(const ResponseHead& head);

  /// look takes the next piece of a body; true if it contains a link, also one that began in an
  /// earlier piece.
  [[nodiscard]] bool look(std::string_view piece);

 private:
  std::vector<std::string> origins_;  ///< "https://box", lower case, also with the explicit port
  std::size_t longest_ = 0;
  std::string tail_;
};

}  // namespace heirloom::app::http

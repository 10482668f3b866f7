// Pages that the bridge itself answers with, when there is nothing of the box to show.
#pragma once

#include "common/failure.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>

namespace heirloom::app::http {

struct Page {
  int status = 502;
  std::string sentence;     ///< what is the matter, one sentence without the full stop
  std::string cause;        ///< stable name for scripts, as in Failure; in a meta element
  std::string advice = {};  ///< what to do; a command or a sentence; may be empty
  std::string link = {};    ///< a URL to go on with; may be empty
};

/// page_for_failure is 504 where the box took too long, 502 for everything else.
[[nodiscard]] Page page_for_failure(const Failure& failure);

/// Rendered is a page as head and body. The head says Connection: close.
struct Rendered {
  ResponseHead head;
  std::string body;
};

[[nodiscard]] Rendered render(const Page& page);

/// reason_phrase gives the registered phrase of a status code.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

/// escape_html makes text harmless inside HTML, attributes included.
[[nodiscard]] std::string escape_html(std::string_view text);

}  // namespace heirloom::app::http

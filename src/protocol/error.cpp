// Error::text: the row's sentence with what is known of the one occurrence.
#include "heirloom/error.hpp"

namespace heirloom {
namespace {

// A peer may send a number that no document defines, so the number is printed as well.
std::string describe(AlertDescription description) {
  return std::string(to_string(description)) + " (" +
         std::to_string(static_cast<unsigned>(description)) + ")";
}

}  // namespace

std::string Error::text() const {
  const CauseInfo& row = cause_info(cause);
  std::string text(row.text);
  // The alert that we sent follows from the cause; only a received one says something new.
  if (row.origin == Origin::peer_alert && alert.has_value()) {
    text += ": " + describe(alert->description);
  }
  if (!detail.empty()) {
    text += ": " + detail;
  }
  return text;
}

}  // namespace heirloom

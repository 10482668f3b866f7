#include "check/verdict_lines.hpp"

#include <utility>

namespace heirloom::app {

CheckLine line(CheckLine::Section section, std::string id, std::string title) {
  CheckLine result;
  result.section = section;
  result.id = std::move(id);
  result.title = std::move(title);
  return result;
}

void say(CheckLine& line, Severity severity, std::string text, std::string why) {
  line.severity = severity;
  line.status = severity >= Severity::low ? CheckLine::Status::finding : CheckLine::Status::ok;
  line.text = std::move(text);
  line.why = std::move(why);
}

void cannot_say(CheckLine& line, CheckLine::Status status, std::string reason) {
  line.severity = Severity::info;
  line.status = status;
  line.text = std::move(reason);
}

}  // namespace heirloom::app

// Report: what `reach` tells a person or a script.
//
// For people: the URL on standard output, everything else on standard error. For scripts (--json):
// one object per line on standard output.
#pragma once

#include "common/output.hpp"
#include "ladder/attempt.hpp"
#include "ladder/rung.hpp"
#include "pins/pin.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app {

class Report {
 public:
  /// kSilent as verbosity says nothing at all (get -s).
  static constexpr int kSilent = -100;

  Report(OutputFormat format, int verbosity) : format_(format), verbosity_(verbosity) {}

  /// tried tells of one attempt while the ladder is climbed (-v and JSON).
  void tried(const RungResult& result) const;

  /// ladder lists every attempt, for a ladder that did not work.
  void ladder(const std::vector<RungResult>& results) const;

  /// box says what the box speaks, how weak that is, and shows its certificate.
  void box(const std::string& target, const BoxFacts& facts, const std::string& host) const;

  /// certificate shows it with everything that is wrong with it, as text, for the question.
  void certificate(const BoxFacts& facts, const std::string& host) const;

  /// listening prints the URL.
  void listening(const std::string& url) const;

  /// connected is the one line per connection of the old leg.
  void connected(std::size_t number, const BoxFacts& facts, bool is_resumed) const;

  /// remark is one line about something odd, with a stable name.
  void remark(std::string_view name, const std::string& sentence) const;

  /// request is one line per request (-v).
  void request(std::string_view method, std::string_view target, int status) const;

 private:
  OutputFormat format_;
  int verbosity_;
};

/// describe_box_certificate gives the lines of certificate, without indentation.
[[nodiscard]] std::vector<std::string> describe_box_certificate(const BoxFacts& facts,
                                                                const std::string& host);

}  // namespace heirloom::app

// Report: what `reach` tells a person or a script.
//
// For people: the URL on standard output, everything else on standard error. For scripts (--json):
// one object per line on standard output, failures on standard error. Every object has `event` and
// the box's `target`; heirloom-reach(1) lists the others, which are stable.
#pragma once

#include "common/output.hpp"
#include "common/relay.hpp"
#include "ladder/attempt.hpp"
#include "ladder/rung.hpp"
#include "pins/pin.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app {

/// Naming: whether lines for people begin with the target, because there are several.
enum class Naming : std::uint8_t { plain, with_target };

/// ConnectionCount is how many connections the box has had, and how many of them have saved it a
/// full handshake by resuming a session.
struct ConnectionCount {
  std::size_t connections = 0;
  std::size_t saved = 0;
};

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

  /// listening prints the URL of a page.
  void listening(const std::string& url) const;

  /// listening_for_bytes prints the local address of a --tcp target. `protocol` is "tcp" or "tls".
  void listening_for_bytes(const std::string& address, std::string_view protocol) const;

  /// connected is the one line per connection of the old leg, which is the last of the count.
  void connected(const ConnectionCount& count, const BoxFacts& facts) const;

  /// remark is one line about something odd, with a stable name.
  void remark(std::string_view name, const std::string& sentence) const;

  /// request is one line per request (-v).
  void request(std::string_view method, std::string_view path, int status) const;

  /// closed is the end of one connection of --tcp (-v). `reason` is a stable word.
  void closed(std::string_view reason, const RelayReport& relayed) const;

  /// summary says at the end how many handshakes were saved, and with -v and in JSON how many
  /// requests there were; without a number they are not counted (--tcp).
  void summary(const ConnectionCount& count, std::optional<std::size_t> requests) const;

  /// about is the same for one box.
  [[nodiscard]] Report about(std::string target, Naming naming) const;

  /// failed is a failure that concerns this box.
  void failed(const Failure& failure) const;

 private:
  void line(const std::string& text) const;

  OutputFormat format_;
  int verbosity_;
  std::string target_;
  Naming naming_ = Naming::plain;
};

/// describe_box_certificate gives the lines of certificate, without indentation.
[[nodiscard]] std::vector<std::string> describe_box_certificate(const BoxFacts& facts,
                                                                const std::string& host);

}  // namespace heirloom::app

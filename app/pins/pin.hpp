// Pin: what is remembered of one box, as one line of plain text.
//
//   10.0.0.5:443 version=tls1.0 suite=rc4-128 hello=tls1.0 certificate=sha256:… trust=accepted
//       port=40123 first-seen=2026-01-31T12:00:00Z last-seen=2026-02-01T08:30:00Z   (one line)
//
// Fields that this program does not know are kept as they are, so that a line survives an older
// program and may carry a person's own marks (rack=12).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace heirloom::app {

struct Pin {
  /// Trust says why the certificate was accepted.
  enum class Trust : std::uint8_t {
    system,    ///< the system's authorities vouched for it: a renewed one is fine too
    accepted,  ///< a person did: it must stay the same
  };

  /// Signal says whether the hello carries the fallback signal (RFC 7507) where its rung would.
  enum class Signal : std::uint8_t { on, off };

  std::string box;          ///< "10.0.0.5:443", "[fe80::1]:8443"
  std::string version;      ///< "ssl3.0", "tls1.0" … "tls1.3"
  std::string suite;        ///< class of suite: "rc4-128", "3des-ede-cbc", "modern", …
  std::string hello;        ///< hello style: the name of the rung that worked
  std::string certificate;  ///< "sha256:" and 64 hexadecimal digits
  Trust trust = Trust::accepted;
  Signal signal = Signal::on;  ///< only "signal=off" is written
  std::uint16_t port = 0;      ///< of the local URL; 0: none yet
  std::string first_seen;      ///< UTC, "2026-01-31T12:00:00Z"
  std::string last_seen;
  std::vector<std::pair<std::string, std::string>> other;  ///< unknown fields, in order

  friend bool operator==(const Pin&, const Pin&) = default;
};

/// parse_pin reads one line, or says what is wrong with it.
[[nodiscard]] std::variant<Pin, std::string> parse_pin(std::string_view line);

[[nodiscard]] std::string format_pin(const Pin& pin);

/// version_rank orders the words of Pin::version; empty for a word that is none.
[[nodiscard]] std::optional<int> version_rank(std::string_view version);

/// format_time gives the current form of a time stamp.
[[nodiscard]] std::string format_utc(std::int64_t seconds_since_1970);

/// PinList is a whole pin file: comments, empty lines and lines that cannot be read are kept.
class PinList {
 public:
  explicit PinList(std::string_view text = {});

  /// Problem is a line that cannot be read, or repeats a box.
  struct Problem {
    std::size_t line = 0;  ///< counted from 1
    std::string box;       ///< the line's first word
    std::string what;
  };

  [[nodiscard]] const Pin* find(std::string_view box) const;

  [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }

  /// put replaces the box's line where it stands, or appends one. Unknown fields and first_seen of
  /// the old line stay.
  void put(Pin pin);

  [[nodiscard]] std::string text() const;

 private:
  struct Line {
    std::string raw;
    std::optional<Pin> pin;
  };

  std::vector<Line> lines_;
  std::vector<Problem> problems_;
};

}  // namespace heirloom::app

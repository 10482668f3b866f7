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
  Signal signal = Signal::on;      ///< only "signal=off" is written
  std::vector<std::string> allow;  ///< weaknesses that are allowed for this box: "null"
  std::uint16_t port = 0;          ///< of the local URL; 0: none yet
  std::string first_seen;          ///< UTC, "2026-01-31T12:00:00Z"
  std::string last_seen;
  std::vector<std::pair<std::string, std::string>> other;  ///< unknown fields, in order

  friend bool operator==(const Pin&, const Pin&) = default;
};

/// parse_pin reads one line, or says what is wrong with it. The box comes out in lower case and
/// with its port as a plain number, so that an editor's "Box:0443" is not another box.
[[nodiscard]] std::variant<Pin, std::string> parse_pin(std::string_view line);

[[nodiscard]] std::string format_pin(const Pin& pin);

/// version_rank orders the words of Pin::version; empty for a word that is none.
[[nodiscard]] std::optional<int> version_rank(std::string_view version);

/// trust_word is the word of Pin::trust in the file and in listings.
[[nodiscard]] std::string_view trust_word(const Pin& pin);

/// format_utc gives "2026-01-31T12:00:00Z".
[[nodiscard]] std::string format_utc(std::int64_t seconds_since_1970);

/// expects_the_same compares what a box is held to: certificate, version, trust, signal, allow.
[[nodiscard]] bool expects_the_same(const Pin& one, const Pin& two);

/// split_words cuts a line at spaces and tabs.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view line);

}  // namespace heirloom::app

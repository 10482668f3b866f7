// The ladder of `reach`: which hello is tried after which, and why. No I/O.
//
//   1  the system's libssl as the distribution configured it
//   2  the system's libssl at DEFAULT@SECLEVEL=0
//   3  our engine, a TLS 1.0 hello with extensions; an answer at SSL 3.0 is taken
//   4  the same without extensions or signals, for servers that choke on anything new
//   5  our engine, an SSL 3.0 hello
//
// The fallback signal (RFC 7507) goes with rungs 3 and 5 when a higher rung was left out or tried:
// their hello is lower than what this program can do. With one exception: if all that the box has
// said so far is that it shares no suite, rung 3 is not tried for its version but for the suites
// that libssl has no more. A box with TLS 1.2 and nothing but RC4 would refuse the signal and could
// not be reached at all (drift D112). Whoever forges that answer gains no more than by hanging up
// on a box without RFC 7507: a version below the remembered one is still refused, and the
// certificate judged. Rung 2 does not send it: it offers the same highest version as rung 1, so it
// is no fallback in the sense of RFC 7507 §4, and a server could only misread it. Rung 4 does not,
// because everything that such a server might choke on is left out. An SSL 3.0 hello has no
// extensions either way; the signals there are cipher suite numbers, which an SSL 3.0 server skips
// (RFC 6101 §5.6.1.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app {

enum class Rung : std::uint8_t {
  system_defaults,
  system_everything,
  tls10,
  tls10_bare,
  ssl30,
};

/// rung_word is how the pin file calls it: "system", "system-seclevel0", "tls1.0", "tls1.0-bare",
/// "ssl3.0". parse_rung is its inverse.
[[nodiscard]] std::string_view rung_word(Rung rung) noexcept;
[[nodiscard]] std::optional<Rung> parse_rung(std::string_view word) noexcept;

/// rung_text is for people: "our engine, a TLS 1.0 hello without extensions".
[[nodiscard]] std::string_view rung_text(Rung rung) noexcept;

/// is_system is true for the rungs of the system's libssl.
[[nodiscard]] bool is_system(Rung rung) noexcept;

/// RungEnd is how one attempt ended.
enum class RungEnd : std::uint8_t {
  complete,
  refused_by_peer,  ///< a fatal alert
  refused_by_us,    ///< what the peer chose or showed is not acceptable on this rung
  closed,           ///< the peer hung up
  reset,
  silent,              ///< nothing came after the hello
  stalled,             ///< the peer stopped in the middle of the handshake
  not_tls,             ///< what came is no TLS, and nothing else we know
  fallback_refused,    ///< alert 86
  certificate_wanted,  ///< the peer asked for a client certificate, and refused without
  plain_http,
  ssh,
  sslv2,
  stopped,  ///< Ctrl-C
  internal,
};

struct RungResult {
  Rung rung = Rung::system_defaults;
  RungEnd end = RungEnd::internal;
  std::optional<std::uint8_t> alert = std::nullopt;
  std::string detail = {};        ///< in words, no full stop; may be empty
  bool is_about_version = false;  ///< refused_by_us: the version that the peer chose is excluded
  bool has_short_group = false;   ///< refused_by_us: a Diffie-Hellman group, or key of that kind
  std::string permit = {};        ///< refused_by_us: the option that permits it; may be empty
};

/// outcome_text is one line's worth: "refused: handshake_failure (40)".
[[nodiscard]] std::string outcome_text(const RungResult& result);

/// descends is true if the next rung may be tried: the peer refused, hung up or said nothing. What
/// names its own cause (alert 86, plain HTTP, …) would only be hidden by trying on.
[[nodiscard]] bool descends(const RungResult& result) noexcept;

/// Restrictions are the options that only our engine can keep, or that rule rungs out.
struct Restrictions {
  bool needs_our_engine = false;  ///< --max, --suites, --curves, --preset, other hellos
  bool no_extensions = false;
  bool allows_tls10 = true;
  bool allows_ssl30 = true;
};

/// plan_rungs lists what is tried, from the top.
[[nodiscard]] std::vector<Rung> plan_rungs(const Restrictions& restrictions);

/// sends_fallback_signal decides for one rung of a plan; `before` is what came of the rungs above.
[[nodiscard]] bool sends_fallback_signal(Rung rung,
                                         const std::vector<Rung>& plan,
                                         const std::vector<RungResult>& before);

/// would_signal is true for the rungs that send it unless something speaks against it.
[[nodiscard]] bool would_signal(Rung rung, const std::vector<Rung>& plan) noexcept;

}  // namespace heirloom::app

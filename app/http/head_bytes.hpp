// The bytes of a head, made unambiguous before http_parser reads them.
//
// http_parser (2.9, as Debian builds it) takes bare line feeds, a missing reason phrase and spaces
// in header names by itself. What it cannot do, or does silently, is decided here, line by line:
//  * doubled identical Content-Length: one is kept (it would refuse);
//  * whitespace before the colon and folded lines: mended in a response, refused in a request
//    (RFC 9112 §5.1, §5.2);
//  * a response line that is no field at all is dropped; in a request it is refused;
//  * lengths that contradict each other are refused (RFC 9112 §6.3): different Content-Lengths, and
//    Content-Length beside Transfer-Encoding in a request. In a response Transfer-Encoding wins and
//    Content-Length goes, as the RFC has it;
//  * a name that only begins with Transfer-Encoding is refused in a request and dropped from a
//    response: http_parser then takes the body to end with the connection;
//  * NUL and a carriage return inside a line are refused, in a request line any control character;
//  * Content-Length loses its leading zeros, which some readers take for octal.
// Security: what passes has one meaning for every later reader, so no request can be smuggled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace heirloom::app::http {

enum class MessageKind : std::uint8_t { request, response };

/// Malformed says why a message cannot be used, in a clause without full stop.
struct Malformed {
  std::string what;
};

/// kMaxHead bounds a head, in bytes.
inline constexpr std::size_t kMaxHead = 65536;

/// end_of_head returns the offset behind the empty line that ends a head; empty while there is
/// none. Empty lines before the first line do not count (RFC 9112 §2.2). `scanned` is how many
/// bytes are known not to contain it, and is moved on, so that a slow sender costs linear time.
[[nodiscard]] std::optional<std::size_t> end_of_head(std::string_view bytes, std::size_t& scanned);

/// normalise_head rewrites a complete head as described above.
[[nodiscard]] std::variant<std::string, Malformed> normalise_head(MessageKind kind,
                                                                  std::string_view head);

}  // namespace heirloom::app::http

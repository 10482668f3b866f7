// The exit codes of `get`: curl's, so that a script moves by replacing one word.
//
// `get` is the only command with numbers of its own; the others use ExitCode's. A number is carried
// in Failure::code like any other.
#pragma once

#include "common/failure.hpp"

#include <cstdint>
#include <string>

namespace heirloom::app::get {

/// CurlExit is the part of curl's list that `get` can end with.
enum class CurlExit : std::uint8_t {
  ok = 0,
  unsupported_scheme = 1,  ///< also an answer of HTTP/0.9 that was not allowed
  usage = 2,
  url_malformed = 3,
  resolve = 6,
  connect = 7,
  weird_reply = 8,
  partial = 18,
  http_error = 22,  ///< with -f
  write = 23,
  upload = 25,
  read = 26,
  timeout = 28,
  tls = 35,
  redirects = 47,
  option_syntax = 49,  ///< --resolve
  empty_reply = 52,
  send = 55,
  receive = 56,
  local_certificate = 58,
  identity = 60,
  encoding = 61,
  rewind = 65,
  internal = 70,
  authorities = 77,       ///< --cacert
  revocation_lists = 82,  ///< --crlfile
};

/// exit_code carries the number as the program's exit status.
[[nodiscard]] constexpr ExitCode exit_code(CurlExit exit) noexcept {
  return static_cast<ExitCode>(exit);
}

/// to_curl gives a failure of shared code (names, TCP, ladder, pins) the number that curl would end
/// with.
[[nodiscard]] Failure to_curl(Failure from);

}  // namespace heirloom::app::get

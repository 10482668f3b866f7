#include "get/exit.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace heirloom::app::get {

namespace {

struct Row {
  std::string_view cause;
  CurlExit exit;
};

/// kRows are the causes for which the class of the exit code says too little.
constexpr std::array<Row, 11> kRows = {{
    {"url_invalid", CurlExit::url_malformed},
    {"target_invalid", CurlExit::url_malformed},
    {"port_without_box", CurlExit::url_malformed},
    {"url_scheme", CurlExit::unsupported_scheme},
    {"name_not_found", CurlExit::resolve},
    {"name_lookup_timeout", CurlExit::timeout},
    {"connect_timeout", CurlExit::timeout},
    {"silent", CurlExit::timeout},
    {"no_answer_in_time", CurlExit::timeout},
    {"client_certificate_required", CurlExit::receive},
    {"renegotiation_refused", CurlExit::receive},
}};

CurlExit by_class(ExitCode code) {
  switch (code) {
    case ExitCode::ok:
      return CurlExit::ok;
    case ExitCode::usage:
      return CurlExit::usage;
    case ExitCode::network:
      return CurlExit::connect;
    case ExitCode::handshake:
      return CurlExit::tls;
    case ExitCode::identity:
      return CurlExit::identity;
    case ExitCode::incomplete:
    case ExitCode::local:
      return CurlExit::read;
    case ExitCode::internal:
      return CurlExit::internal;
  }
  return CurlExit::internal;
}

}  // namespace

Failure to_curl(Failure from) {
  const auto* const row = std::ranges::find(kRows, std::string_view(from.cause), &Row::cause);
  from.code = exit_code(row == kRows.end() ? by_class(from.code) : row->exit);
  return from;
}

}  // namespace heirloom::app::get

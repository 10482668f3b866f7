// The head of a request, with curl's fields in curl's order.
#pragma once

#include "common/failure.hpp"
#include "get/options.hpp"
#include "get/target.hpp"
#include "http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace heirloom::app::get {

/// BodyPlan is what a request carries.
struct BodyPlan {
  enum class Kind : std::uint8_t { none, data, upload };
  Kind kind = Kind::none;
  std::optional<std::uint64_t> size = std::nullopt;  ///< unknown: chunked
};

/// RequestPlan is what one request says, beside the options that all of them share.
struct RequestPlan {
  std::string method;
  BodyPlan body;
  std::string authorization;         ///< value of the field; empty: none
  bool is_first_origin = true;       ///< the one on the command line: its secrets may go there
  std::vector<std::string> headers;  ///< lines of -H, files read
};

/// first_method is what -X, -I, -T and -d ask for, and curl would choose without -X.
[[nodiscard]] std::string first_method(const GetOptions& options);

/// build_request makes the head. A line of -H replaces a field of ours, "Name:" removes it, "Name;"
/// sends it empty. Security: Authorization and Cookie lines stay with the first origin.
[[nodiscard]] http::RequestHead build_request(const GetOptions& options,
                                              const Target& target,
                                              const RequestPlan& plan);

/// body_framing is how build_request delimited the body; an own Content-Length or chunked coding of
/// -H counts.
[[nodiscard]] http::BodyFraming body_framing(const http::RequestHead& head, const BodyPlan& body);

/// basic_authorization is RFC 7617: "Basic dXNlcjpwYXNz".
[[nodiscard]] std::string basic_authorization(const Login& login);

}  // namespace heirloom::app::get

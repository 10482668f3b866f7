// What libcrypto says about a path it could not build or does not like, in our words.
#pragma once

#include "heirloom/error.hpp"

#include "crypto/library.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace heirloom::crypto {

/// PathFailure is taken down at the moment the check fails; the certificate belongs to the
/// verification's context.
struct PathFailure {
  int code = X509_V_OK;
  const X509* certificate = nullptr;  ///< the one the check failed at
  const X509_CRL* list = nullptr;     ///< the revocation list, if it failed there
  std::string missing_list_reason;    ///< why a list of the issuer is not used: "is signed with…"
  std::optional<std::chrono::system_clock::time_point> revoked_at;
};

/// date_text is a moment for people: "2005-06-07 08:09:10 UTC".
[[nodiscard]] std::string date_text(std::chrono::system_clock::time_point time);

/// path_error gives the cause with a detail that names the certificate and, where one matters, the
/// date.
[[nodiscard]] Error path_error(const PathFailure& failure);

}  // namespace heirloom::crypto

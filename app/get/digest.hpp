// Digest access authentication (RFC 7616, and RFC 2069 for the oldest boxes).
#pragma once

#include "get/target.hpp"
#include "http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace heirloom::app::get {

/// Challenge is what a WWW-Authenticate of scheme Digest says.
struct Challenge {
  std::string realm;
  std::string nonce;
  std::string opaque;
  std::string algorithm;  ///< as sent; empty: MD5
  bool has_auth = false;  ///< qop offers "auth"
};

/// find_challenge takes the first Digest challenge with an algorithm that is known: MD5, MD5-sess,
/// SHA-256, SHA-256-sess.
[[nodiscard]] std::optional<Challenge> find_challenge(const http::Fields& fields);

/// offers_basic is true if a WWW-Authenticate of scheme Basic is among the fields.
[[nodiscard]] bool offers_basic(const http::Fields& fields);

/// DigestRequest is what is signed.
struct DigestRequest {
  std::string method;
  std::string target;  ///< as in the request line
  std::string client_nonce;
};

/// digest_authorization gives the value of Authorization.
[[nodiscard]] std::string digest_authorization(const Challenge& challenge,
                                               const Login& login,
                                               const DigestRequest& request);

/// random_nonce makes a client nonce.
[[nodiscard]] std::string random_nonce();

}  // namespace heirloom::app::get

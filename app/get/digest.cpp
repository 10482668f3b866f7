#include "get/digest.hpp"

#include "common/letter_case.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <memory>

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace heirloom::app::get {

namespace {

std::string hex(const unsigned char* bytes, std::size_t count) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += {kDigits[bytes[i] >> 4U], kDigits[bytes[i] & 15U]};
  }
  return out;
}

bool is_sha256(const Challenge& challenge) {
  return to_lower(challenge.algorithm).starts_with("sha-256");
}

bool is_session(const Challenge& challenge) {
  return to_lower(challenge.algorithm).ends_with("-sess");
}

std::string hash(const Challenge& challenge, const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned length = 0;
  EVP_Digest(text.data(),
             text.size(),
             out.data(),
             &length,
             is_sha256(challenge) ? EVP_sha256() : EVP_md5(),
             nullptr);
  return hex(out.data(), length);
}

bool is_known(const std::string& algorithm) {
  constexpr std::array<std::string_view, 5> kKnown = {
      "", "md5", "md5-sess", "sha-256", "sha-256-sess"};
  return std::ranges::find(kKnown, to_lower(algorithm)) != kKnown.end();
}

/// take_parameter reads name=value or name="value" from the front of a challenge.
bool take_parameter(std::string_view& rest, std::string& name, std::string& value) {
  const std::size_t begin = rest.find_first_not_of(", \t");
  const std::size_t equals = rest.find('=');
  if (begin == std::string_view::npos || equals == std::string_view::npos || begin > equals) {
    return false;
  }
  name = to_lower(http::trim(rest.substr(begin, equals - begin)));
  rest.remove_prefix(equals + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  value.clear();
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    value = http::trim(rest.substr(0, end));
    rest.remove_prefix(end);
    return true;
  }
  std::size_t at = 1;
  for (; at < rest.size() && rest[at] != '"'; ++at) {
    at += rest[at] == '\\' && at + 1 < rest.size() ? std::size_t{1} : 0;
    value += rest[at];
  }
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return true;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    out += c == '"' || c == '\\' ? "\\" : "";
    out += c;
  }
  return out + "\"";
}

bool has_word(std::string_view list, std::string_view word) {
  const http::Fields field{{"qop", std::string(list)}};
  return field.has_token("qop", word);
}

bool is_scheme(const http::Field& field, std::string_view scheme) {
  return equals_ignoring_case(field.name, "WWW-Authenticate") &&
         equals_ignoring_case(std::string_view(field.value).substr(0, scheme.size()), scheme) &&
         (field.value.size() == scheme.size() || field.value[scheme.size()] == ' ');
}

}  // namespace

std::optional<Challenge> find_challenge(const http::Fields& fields) {
  constexpr std::string_view kScheme = "Digest";
  for (const http::Field& field : fields.all()) {
    if (!is_scheme(field, kScheme)) {
      continue;
    }
    Challenge challenge;
    std::string name;
    std::string value;
    std::string_view rest = std::string_view(field.value).substr(kScheme.size());
    while (take_parameter(rest, name, value)) {
      if (name == "realm") {
        challenge.realm = value;
      } else if (name == "nonce") {
        challenge.nonce = value;
      } else if (name == "opaque") {
        challenge.opaque = value;
      } else if (name == "algorithm") {
        challenge.algorithm = value;
      } else if (name == "qop") {
        challenge.has_auth = has_word(value, "auth");
      }
    }
    if (is_known(challenge.algorithm)) {
      return challenge;
    }
  }
  return std::nullopt;
}

bool offers_basic(const http::Fields& fields) {
  return std::ranges::any_of(fields.all(),
                             [](const http::Field& field) { return is_scheme(field, "Basic"); });
}

std::string digest_authorization(const Challenge& challenge,
                                 const Login& login,
                                 const DigestRequest& request) {
  constexpr std::string_view kCount = "00000001";  // every request asks for a nonce of its own
  std::string secret = hash(challenge, login.user + ":" + challenge.realm + ":" + login.password);
  if (is_session(challenge)) {
    secret = hash(challenge, secret + ":" + challenge.nonce + ":" + request.client_nonce);
  }
  const std::string what = hash(challenge, request.method + ":" + request.target);
  std::string signed_text = secret + ":" + challenge.nonce + ":";
  if (challenge.has_auth) {
    signed_text += std::string(kCount) + ":" + request.client_nonce + ":auth:";
  }
  std::string value = "Digest username=" + quoted(login.user) +
                      ", realm=" + quoted(challenge.realm) + ", nonce=" + quoted(challenge.nonce) +
                      ", uri=" + quoted(request.target);
  if (challenge.has_auth || is_session(challenge)) {
    value += ", cnonce=" + quoted(request.client_nonce) + ", nc=" + std::string(kCount);
  }
  value += challenge.has_auth ? ", qop=auth" : "";
  value += ", response=" + quoted(hash(challenge, signed_text + what));
  value += challenge.opaque.empty() ? "" : ", opaque=" + quoted(challenge.opaque);
  value += challenge.algorithm.empty() ? "" : ", algorithm=" + challenge.algorithm;
  return value;
}

std::string random_nonce() {
  std::array<unsigned char, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  return hex(bytes.data(), bytes.size());
}

}  // namespace heirloom::app::get

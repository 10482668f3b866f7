// judge_identity: may this box be talked to? The rules of trust on first use. No I/O.
//
// A certificate that the system's authorities vouch for is fine. Any other is accepted once, by a
// person or an option, and must then stay the same; the version must not sink either. On a public
// address nobody but an explicit --pin can accept it: there is no reason to believe the wire.
#pragma once

#include "common/failure.hpp"
#include "pins/pin.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace heirloom::app {

struct IdentityQuestion {
  std::string target;        ///< "10.0.0.5:443"
  std::string command;       ///< "heirloom reach https://10.0.0.5"
  std::string certificate;   ///< "sha256:…"; empty: it has shown none
  bool is_verified = false;  ///< by the system's authorities, with name and dates
  bool is_revoked = false;   ///< by one of the lists that were given
  std::string version;       ///< word of the pin file
  const Pin* pin = nullptr;  ///< what is remembered; null: nothing
  bool is_public_address = false;
  bool may_ask = false;  ///< a person sits at a terminal
  // options
  std::vector<std::string> pins;            ///< --pin
  std::vector<std::string> accept_changed;  ///< --accept-changed
  bool accept_new = false;
  bool accept_once = false;  ///< -k: on this run, whatever a box shows that is not known
  bool accept_lower = false;
  bool allows_anonymous = false;  ///< --allow anon, in so many words
};

struct IdentityVerdict {
  enum class Kind : std::uint8_t { accepted, ask, refused };
  Kind kind = Kind::refused;
  Pin::Trust trust = Pin::Trust::accepted;
  Failure failure = {};  ///< refused, and what to say if the person says no
};

[[nodiscard]] IdentityVerdict judge_identity(const IdentityQuestion& question);

/// is_public_address is false for loopback, RFC 1918, link-local, unique local (RFC 4193) and
/// shared (RFC 6598) addresses; true for every other and for what is no address.
[[nodiscard]] bool is_public_address(const std::string& address);

}  // namespace heirloom::app

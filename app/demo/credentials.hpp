// The demonstration's certificate: made when it starts, kept in memory, gone when it ends.
#pragma once

#include "heirloom/credentials.hpp"

namespace heirloom::app::demo {

/// make_throwaway_credentials gives an RSA key of 1024 bits, as the boxes of the time have, and a
/// self-signed certificate that may encipher and sign, so that it suits every key exchange with an
/// RSA certificate. Throws std::runtime_error if libcrypto cannot make them, which nothing outside
/// this process can cause.
[[nodiscard]] Credentials make_throwaway_credentials();

}  // namespace heirloom::app::demo

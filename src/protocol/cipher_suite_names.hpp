// The names of suites: made from the parts of a row (RFC 6101 A.6, RFC 2246 A.5), and looked up as
// people write them (find_cipher_suite of a text).
#pragma once

#include "heirloom/cipher_suite.hpp"

#include <string>

namespace heirloom {

/// suite_base_name composes "RSA_WITH_RC4_128_MD5" from the parts of the row: what both versions'
/// names share.
[[nodiscard]] std::string suite_base_name(const CipherSuite& suite);

}  // namespace heirloom

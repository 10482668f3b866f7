// The part of a suite's name that both versions share.
#pragma once

#include "heirloom/cipher_suite.hpp"

#include <string>

namespace heirloom {

/// suite_base_name composes "RSA_WITH_RC4_128_MD5" from the parts of the row.
[[nodiscard]] std::string suite_base_name(const CipherSuite& suite);

}  // namespace heirloom

// Where temporary RSA keys come from, so that a test can see on which thread they are made.
#pragma once

#include "heirloom/temporary_keys.hpp"

#include <cstddef>
#include <memory>

namespace heirloom::crypto {

/// RsaKeyMaker makes a key of that many bits: generate_rsa_key.
using RsaKeyMaker = Result<TemporaryRsaKey> (*)(std::size_t bits);

/// make_temporary_rsa_keys is the public one with a maker of the caller's.
[[nodiscard]] std::shared_ptr<TemporaryRsaKeys> make_temporary_rsa_keys(
    TemporaryRsaRules rules, std::shared_ptr<Clock> clock, RsaKeyMaker maker);

}  // namespace heirloom::crypto

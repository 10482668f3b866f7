// What a client accepts as the group of a Diffie-Hellman key exchange.
#pragma once

#include "crypto/dh.hpp"
#include "kx/key_exchange.hpp"

namespace heirloom::kx {

/// check_server_group demands a group that can be computed in, and compares the length of p with
/// the suite's export limit (RFC 2246 §7.4.3: "the parameters for DHE_DSS_EXPORT … 512 bits") and
/// with the policy's minimum, which an export suite that policy has let in undercuts by its nature.
/// export_restriction, key_exchange_too_weak, key_exchange_malformed.
[[nodiscard]] Result<void> check_server_group(const KxContext& context,
                                              const crypto::DhGroup& group);

}  // namespace heirloom::kx

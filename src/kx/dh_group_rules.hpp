// What a client accepts as the group of a Diffie-Hellman key exchange.
#pragma once

#include "crypto/dh.hpp"
#include "kx/key_exchange.hpp"

namespace heirloom::kx {

/// min_group_bits is the policy's minimum, or less where an export suite that policy has let in
/// undercuts it by its nature.
[[nodiscard]] std::size_t min_group_bits(const Policy& policy, const CipherSuite& suite);

/// check_server_group demands a group that can be computed in, and compares the length of p with
/// the suite's export limit (RFC 2246 §7.4.3: "the parameters for DHE_DSS_EXPORT … 512 bits") and
/// with min_group_bits. export_restriction, key_exchange_too_weak, key_exchange_malformed.
[[nodiscard]] Result<void> check_server_group(const KxContext& context,
                                              const crypto::DhGroup& group);

}  // namespace heirloom::kx

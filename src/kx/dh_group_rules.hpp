// What a client accepts as the group of a Diffie-Hellman key exchange, be it in a ServerKeyExchange
// or in the server's certificate (RFC 2246 §7.4.3, C).
#pragma once

#include "crypto/dh.hpp"
#include "kx/key_exchange.hpp"

namespace heirloom::kx {

/// min_group_bits is the policy's minimum, or less where an export suite that policy has let in
/// undercuts it by its nature.
[[nodiscard]] std::size_t min_group_bits(const Policy& policy, const CipherSuite& suite);

/// check_server_group demands a group that can be computed in, whose p is no longer than the
/// suite's export limit (RFC 2246 C, "Key size limit") and between min_group_bits and the policy's
/// maximum. export_restriction, key_exchange_too_weak, key_exchange_malformed.
[[nodiscard]] Result<void> check_server_group(const KxContext& context,
                                              const crypto::DhGroup& group);

}  // namespace heirloom::kx

#include "kx/dh_group_rules.hpp"

#include <algorithm>
#include <string>

namespace heirloom::kx {

std::size_t min_group_bits(const Policy& policy, const CipherSuite& suite) {
  const std::size_t limit = suite.export_limit_bits;
  return limit == 0 ? policy.min_dh_bits : std::min(limit, policy.min_dh_bits);
}

Result<void> check_server_group(const KxContext& context, const crypto::DhGroup& group) {
  const std::size_t bits = group.bits();
  const std::size_t limit = context.suite.export_limit_bits;
  if (limit != 0 && bits > limit) {
    return Error(Cause::export_restriction,
                 "a group of " + std::to_string(bits) + " bits for " + std::to_string(limit));
  }
  const std::size_t minimum = min_group_bits(context.policy, context.suite);
  if (bits < minimum) {
    return Error(Cause::key_exchange_too_weak,
                 "a group of " + std::to_string(bits) + " bits, the policy wants " +
                     std::to_string(minimum));
  }
  if (bits > context.policy.max_dh_bits) {
    return Error(Cause::key_exchange_malformed,
                 "a group of " + std::to_string(bits) + " bits, the policy allows " +
                     std::to_string(context.policy.max_dh_bits));
  }
  return crypto::check_group(group, crypto::GroupOrigin::peer);
}

}  // namespace heirloom::kx

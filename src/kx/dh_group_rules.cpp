#include "kx/dh_group_rules.hpp"

#include <string>

namespace heirloom::kx {

Result<void> check_server_group(const KxContext& context, const crypto::DhGroup& group) {
  const std::size_t bits = group.bits();
  const std::size_t limit = context.suite.export_limit_bits;
  if (limit != 0 && bits > limit) {
    return Error(Cause::export_restriction,
                 "a group of " + std::to_string(bits) + " bits for " + std::to_string(limit));
  }
  const std::size_t minimum =
      limit != 0 && limit < context.policy.min_dh_bits ? limit : context.policy.min_dh_bits;
  if (bits < minimum) {
    return Error(Cause::key_exchange_too_weak,
                 "a group of " + std::to_string(bits) + " bits, the policy wants " +
                     std::to_string(minimum));
  }
  return crypto::check_group(group, crypto::GroupOrigin::peer);
}

}  // namespace heirloom::kx

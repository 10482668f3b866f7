#include "kx/local_keys.hpp"

#include <utility>

namespace heirloom::kx {

Result<std::vector<LocalKey>> parse_local_keys(std::span<const Credentials> credentials) {
  std::vector<LocalKey> keys;
  for (const Credentials& own : credentials) {
    if (own.empty()) {
      continue;
    }
    auto key = crypto::certificate_key(own.chain.front());
    if (!key.has_value()) {
      return Error(Cause::config_invalid, key.error().text());
    }
    keys.push_back({.credentials = &own, .certificate_key = std::move(key).value()});
  }
  return keys;
}

}  // namespace heirloom::kx

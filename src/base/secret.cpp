#include "base/secret.hpp"

#include <cstring>

namespace heirloom {

void secure_wipe(void* data, std::size_t size) noexcept {
  if (size != 0) {
    explicit_bzero(data, size);
  }
}

}  // namespace heirloom

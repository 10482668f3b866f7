// system_random: libcrypto's generator, which seeds itself from the operating system and again
// after a fork (RFC 2246 D.2).
#include "heirloom/random.hpp"

#include "crypto/library.hpp"

#include <openssl/rand.h>

namespace heirloom {

namespace {

class SystemRandom final : public RandomSource {
 public:
  bool fill(std::span<std::uint8_t> out) noexcept override {
    if (out.empty()) {
      return true;
    }
    const crypto::ErrorQueueGuard guard;
    return RAND_bytes_ex(crypto::library_context(), out.data(), out.size(), 0) == 1;
  }
};

}  // namespace

std::shared_ptr<RandomSource> system_random() {
  static const auto random = std::make_shared<SystemRandom>();
  return random;
}

}  // namespace heirloom

// Temporary RSA keys: made ahead of need, on a thread of their own (RFC 2246 D.1).
#include "heirloom/temporary_keys.hpp"

#include "base/try.hpp"
#include "crypto/private_key.hpp"

#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

namespace heirloom {

namespace {

class OwnKeys final : public TemporaryRsaKeys {
 public:
  OwnKeys(TemporaryRsaRules rules, std::shared_ptr<Clock> clock)
      : rules_(rules), clock_(std::move(clock)) {}

  Result<TemporaryRsaKey> take(std::size_t bits) override {
    const std::lock_guard lock(mutex_);
    Slot& slot = slots_[bits];
    const auto now = clock_->now();
    const bool is_spent =
        slot.current.has_value() && (slot.uses >= rules_.uses || now - slot.made >= rules_.age);
    if (is_spent) {
      slot.current.reset();
    }
    if (!slot.current.has_value()) {
      HEIRLOOM_TRY(slot.current,
                   slot.next.valid() ? slot.next.get() : crypto::generate_rsa_key(bits));
      slot.uses = 0;
      slot.made = now;
    }
    ++slot.uses;
    // The successor is begun at half time, so that nobody waits for it.
    const bool is_half_spent = slot.uses * 2 >= rules_.uses || (now - slot.made) * 2 >= rules_.age;
    if (is_half_spent && !slot.next.valid()) {
      slot.next = begin(bits);
    }
    return *slot.current;
  }

 private:
  /// begin makes a key on a thread of its own. The result is not valid if there is no thread to be
  /// had: then the next use tries again, and in the end take makes the key itself.
  static std::future<Result<TemporaryRsaKey>> begin(std::size_t bits) {
    try {
      return std::async(std::launch::async, crypto::generate_rsa_key, bits);
    } catch (const std::system_error&) {
      return {};
    }
  }

  struct Slot {
    std::optional<TemporaryRsaKey> current;
    std::size_t uses = 0;
    std::chrono::system_clock::time_point made;
    std::future<Result<TemporaryRsaKey>> next;
  };

  TemporaryRsaRules rules_;
  std::shared_ptr<Clock> clock_;
  std::mutex mutex_;
  std::map<std::size_t, Slot> slots_;
};

}  // namespace

std::shared_ptr<TemporaryRsaKeys> make_temporary_rsa_keys(TemporaryRsaRules rules,
                                                          std::shared_ptr<Clock> clock) {
  return std::make_shared<OwnKeys>(rules, clock == nullptr ? system_clock() : std::move(clock));
}

}  // namespace heirloom

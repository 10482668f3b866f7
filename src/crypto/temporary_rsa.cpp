// Temporary RSA keys: made ahead of need, on a thread of their own (RFC 2246 D.1).
#include "crypto/temporary_rsa.hpp"

#include "base/try.hpp"
#include "crypto/private_key.hpp"

#include <chrono>
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
  OwnKeys(TemporaryRsaRules rules, std::shared_ptr<Clock> clock, crypto::RsaKeyMaker maker)
      : rules_(rules), clock_(std::move(clock)), maker_(maker) {}

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
      HEIRLOOM_TRY(slot.current, is_ready(slot.next) ? slot.next.get() : maker_(bits));
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

  void prepare(std::size_t bits) override {
    const std::lock_guard lock(mutex_);
    Slot& slot = slots_[bits];
    if (!slot.current.has_value() && !slot.next.valid()) {
      slot.next = begin(bits);
    }
  }

 private:
  using Promised = std::future<Result<TemporaryRsaKey>>;

  /// begin makes a key on a thread of its own. The result is not valid if there is no thread to be
  /// had: then the next use tries again, and in the end take makes the key itself.
  [[nodiscard]] Promised begin(std::size_t bits) const {
    try {
      return std::async(std::launch::async, maker_, bits);
    } catch (const std::system_error&) {
      return {};
    }
  }

  /// is_ready is false for a key that is still being made. Nobody waits for it: another takes no
  /// longer than the rest of this one, and after a fork this one would never come.
  static bool is_ready(const Promised& key) {
    return key.valid() && key.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
  }

  struct Slot {
    std::optional<TemporaryRsaKey> current;
    std::size_t uses = 0;
    std::chrono::system_clock::time_point made;
    Promised next;
  };

  TemporaryRsaRules rules_;
  std::shared_ptr<Clock> clock_;
  crypto::RsaKeyMaker maker_;
  std::mutex mutex_;
  std::map<std::size_t, Slot> slots_;
};

}  // namespace

namespace crypto {

std::shared_ptr<TemporaryRsaKeys> make_temporary_rsa_keys(TemporaryRsaRules rules,
                                                          std::shared_ptr<Clock> clock,
                                                          RsaKeyMaker maker) {
  return std::make_shared<OwnKeys>(
      rules, clock == nullptr ? system_clock() : std::move(clock), maker);
}

}  // namespace crypto

std::shared_ptr<TemporaryRsaKeys> make_temporary_rsa_keys(TemporaryRsaRules rules,
                                                          std::shared_ptr<Clock> clock) {
  return crypto::make_temporary_rsa_keys(rules, std::move(clock), &crypto::generate_rsa_key);
}

}  // namespace heirloom

// Ticket keys that a process makes for itself (RFC 5077 §5.5: "The keys should be changed
// regularly").
#include "heirloom/ticket_keys.hpp"

#include "heirloom/random.hpp"

#include "base/try.hpp"
#include "session/ticket_seal.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>

namespace heirloom {

namespace {

using session::TicketKey;
using session::TicketKeyPtr;
using Time = std::chrono::system_clock::time_point;

class OwnTicketKeys final : public TicketKeys {
 public:
  OwnTicketKeys(TicketKeyRules rules, std::shared_ptr<Clock> clock)
      : rules_(rules), clock_(clock == nullptr ? system_clock() : std::move(clock)) {}

  [[nodiscard]] Result<MadeTicket> make(const Session& session) override {
    const Time now = clock_->now();
    HEIRLOOM_TRY(const Aged newest, take_newest(now));
    HEIRLOOM_TRY(Bytes ticket, session::seal_ticket(*newest.key, session));
    const auto left =
        std::chrono::duration_cast<std::chrono::seconds>(newest.made + rules_.open_for - now);
    return MadeTicket{.ticket = std::move(ticket),
                      .lifetime = std::max(left, std::chrono::seconds{0})};
  }

  [[nodiscard]] OpenedTicket open(std::span<const std::uint8_t> ticket) override {
    const Time now = clock_->now();
    const auto [key, is_outdated] = find(ticket, now);
    return {.session = key == nullptr ? nullptr : session::open_ticket(*key, ticket),
            .is_outdated = is_outdated};
  }

 private:
  struct Aged {
    TicketKeyPtr key;
    Time made;
  };

  [[nodiscard]] bool may_seal(const Aged& aged, Time now) const {
    return now - aged.made < rules_.seal_for;
  }

  Result<Aged> take_newest(Time now) {
    const std::lock_guard lock(mutex_);
    std::erase_if(newest_first_,
                  [&](const Aged& aged) { return now - aged.made >= rules_.open_for; });
    if (newest_first_.empty() || !may_seal(newest_first_.front(), now)) {
      auto key = std::make_shared<TicketKey>();
      if (!system_random()->fill(key->name) || !system_random()->fill(key->key.expose())) {
        return Cause::random_failed;
      }
      newest_first_.push_front({.key = std::move(key), .made = now});
    }
    return newest_first_.front();
  }

  std::pair<TicketKeyPtr, bool> find(ByteView ticket, Time now) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find_if(newest_first_, [&](const Aged& aged) {
      return now - aged.made < rules_.open_for && session::is_sealed_with(*aged.key, ticket);
    });
    if (found == newest_first_.end()) {
      return {nullptr, false};
    }
    return {found->key, found != newest_first_.begin() || !may_seal(*found, now)};
  }

  const TicketKeyRules rules_;
  const std::shared_ptr<Clock> clock_;
  std::mutex mutex_;
  std::deque<Aged> newest_first_;
};

}  // namespace

std::string TicketKeys::problem() const {
  return {};
}

std::shared_ptr<TicketKeys> make_ticket_keys(TicketKeyRules rules, std::shared_ptr<Clock> clock) {
  return std::make_shared<OwnTicketKeys>(rules, std::move(clock));
}

}  // namespace heirloom

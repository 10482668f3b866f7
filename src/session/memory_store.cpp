// The session store in memory: bounded, oldest out first (RFC 2246 F.1.4).
#include "heirloom/session.hpp"

#include <iterator>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

namespace heirloom {
namespace {

class MemorySessionStore final : public SessionStore {
 public:
  explicit MemorySessionStore(std::size_t max_entries) : max_entries_(max_entries) {}

  Pending<SessionPtr> find(std::span<const std::uint8_t> id) override {
    const std::lock_guard lock(mutex_);
    const auto found = by_id_.find(key_of(id));
    return found == by_id_.end() ? SessionPtr() : *found->second;
  }

  void insert(SessionPtr session) override {
    if (session == nullptr || max_entries_ == 0) {
      return;
    }
    const std::lock_guard lock(mutex_);
    std::string key = key_of(session->facts().id);
    erase(key);
    if (by_id_.size() == max_entries_) {
      erase(key_of(oldest_first_.front()->facts().id));
    }
    oldest_first_.push_back(std::move(session));
    by_id_.emplace(std::move(key), std::prev(oldest_first_.end()));
  }

  void forget(std::span<const std::uint8_t> id) override {
    const std::lock_guard lock(mutex_);
    erase(key_of(id));
  }

 private:
  static std::string key_of(std::span<const std::uint8_t> id) { return {id.begin(), id.end()}; }

  void erase(const std::string& key) {
    const auto found = by_id_.find(key);
    if (found == by_id_.end()) {
      return;
    }
    oldest_first_.erase(found->second);
    by_id_.erase(found);
  }

  const std::size_t max_entries_;
  std::mutex mutex_;
  std::list<SessionPtr> oldest_first_;
  // Ids are chosen by our server at random, so nobody can aim at one bucket of the table.
  std::unordered_map<std::string, std::list<SessionPtr>::iterator> by_id_;
};

}  // namespace

std::shared_ptr<SessionStore> make_memory_session_store(std::size_t max_entries) {
  return std::make_shared<MemorySessionStore>(max_entries);
}

}  // namespace heirloom

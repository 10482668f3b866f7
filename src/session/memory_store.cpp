// The session store in memory: bounded in entries and bytes, oldest out first (RFC 2246 F.1.4).
//
// Threads meet at a shard, which an id's hash picks, and nowhere else. Each session gets a number
// when it is inserted; a shard publishes the number of its oldest one, so that whoever has to make
// room finds the oldest of all without taking a lock but that of its shard. No thread ever holds
// two locks, and none while a session dies.
#include "heirloom/session.hpp"

#include "session/session_access.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <limits>
#include <list>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace heirloom {
namespace {

/// key_of views an id. The one in a session never changes and lives as long as its entry.
std::string_view key_of(std::span<const std::uint8_t> id) {
  return {reinterpret_cast<const char*>(id.data()), id.size()};
}

struct Entry {
  SessionPtr session;
  std::uint64_t number = 0;
  std::size_t size = 0;
};

/// kEntrySize is what an entry costs besides its session: two nodes and a bucket.
constexpr std::size_t kEntrySize = sizeof(Entry) + 2 * sizeof(void*) + 64;

/// Totals are those of all shards.
struct Totals {
  std::atomic<std::size_t> entries = 0;
  std::atomic<std::size_t> bytes = 0;
};

class Shard {
 public:
  static constexpr std::uint64_t kEmpty = std::numeric_limits<std::uint64_t>::max();

  explicit Shard(Totals& totals) : totals_(totals) {}

  [[nodiscard]] SessionPtr find(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = by_id_.find(key);
    return found == by_id_.end() ? nullptr : found->second->session;
  }

  /// insert replaces a session of the same id, and drops the oldest ones if they were made before
  /// `still_valid`.
  void insert(Entry entry, std::chrono::system_clock::time_point still_valid) {
    std::list<Entry> dropped;
    const std::lock_guard lock(mutex_);
    const std::string_view key = key_of(entry.session->facts().id);
    take(by_id_.find(key), dropped);
    while (!oldest_first_.empty() && oldest_first_.front().session->facts().created < still_valid) {
      take(by_id_.find(key_of(oldest_first_.front().session->facts().id)), dropped);
    }
    totals_.entries += 1;
    totals_.bytes += entry.size;
    oldest_first_.push_back(std::move(entry));
    by_id_.emplace(key, std::prev(oldest_first_.end()));
    publish_oldest();
  }

  void forget(std::string_view key) {
    std::list<Entry> dropped;
    const std::lock_guard lock(mutex_);
    take(by_id_.find(key), dropped);
    publish_oldest();
  }

  /// evict_oldest drops one session if there is any.
  void evict_oldest() {
    std::list<Entry> dropped;
    const std::lock_guard lock(mutex_);
    if (!oldest_first_.empty()) {
      take(by_id_.find(key_of(oldest_first_.front().session->facts().id)), dropped);
    }
    publish_oldest();
  }

  /// oldest is the number of the oldest session, kEmpty if there is none.
  [[nodiscard]] std::uint64_t oldest() const { return oldest_.load(); }

 private:
  // Server ids are chosen at random, so nobody can aim at one bucket of the table.
  using Index = std::unordered_map<std::string_view, std::list<Entry>::iterator>;

  /// take moves an entry out. `dropped` stands before the lock in its scope and so dies after it:
  /// wiping and freeing are done outside.
  void take(Index::iterator found, std::list<Entry>& dropped) {
    if (found == by_id_.end()) {
      return;
    }
    const auto entry = found->second;
    by_id_.erase(found);
    totals_.entries -= 1;
    totals_.bytes -= entry->size;
    dropped.splice(dropped.end(), oldest_first_, entry);
  }

  void publish_oldest() {
    oldest_.store(oldest_first_.empty() ? kEmpty : oldest_first_.front().number);
  }

  Totals& totals_;
  std::mutex mutex_;
  std::list<Entry> oldest_first_;
  Index by_id_;
  std::atomic<std::uint64_t> oldest_ = kEmpty;
};

class MemorySessionStore final : public SessionStore {
 public:
  explicit MemorySessionStore(MemoryStoreLimits limits) : limits_(limits) {
    for (std::size_t i = 0; i < std::max<std::size_t>(limits_.shards, 1); ++i) {
      shards_.emplace_back(totals_);
    }
  }

  Pending<SessionPtr> find(std::span<const std::uint8_t> id) override {
    return shard_of(id).find(key_of(id));
  }

  void insert(SessionPtr session) override {
    if (session == nullptr || session->facts().id.empty()) {
      return;
    }
    const Session::Facts& facts = session->facts();
    const std::size_t size = detail::SessionAccess::size(*session) + kEntrySize;
    if (size > limits_.max_bytes || limits_.max_entries == 0) {
      return;
    }
    const auto still_valid = facts.created - limits_.max_age;
    shard_of(facts.id).insert(
        Entry{.session = std::move(session), .number = next_number_++, .size = size}, still_valid);
    while (totals_.entries > limits_.max_entries || totals_.bytes > limits_.max_bytes) {
      evict_oldest();
    }
  }

  void forget(std::span<const std::uint8_t> id) override { shard_of(id).forget(key_of(id)); }

 private:
  Shard& shard_of(std::span<const std::uint8_t> id) {
    return shards_[std::hash<std::string_view>()(key_of(id)) % shards_.size()];
  }

  void evict_oldest() { std::ranges::min_element(shards_, {}, &Shard::oldest)->evict_oldest(); }

  const MemoryStoreLimits limits_;
  Totals totals_;
  std::deque<Shard> shards_;  // never moved: a shard has a lock
  std::atomic<std::uint64_t> next_number_ = 0;
};

}  // namespace

std::shared_ptr<SessionStore> make_memory_session_store(MemoryStoreLimits limits) {
  return std::make_shared<MemorySessionStore>(limits);
}

}  // namespace heirloom

#include "heirloom/session.hpp"

#include "session/session_access.hpp"

#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using Id = std::vector<std::uint8_t>;

SessionPtr session_with(Id id, std::uint16_t suite = 0x0005) {
  Session::Facts facts;
  facts.id = std::move(id);
  facts.cipher_suite = suite;
  return detail::SessionAccess::make(std::move(facts), MasterSecret());
}

/// numbered is a session whose id has the 32 bytes that a server gives, so that ids spread over
/// the shards, and that the peer's certificate makes as large as wanted.
SessionPtr numbered(std::uint32_t number, std::size_t certificate_size = 0) {
  Session::Facts facts;
  facts.id.assign(32, 0x5a);
  for (std::size_t i = 0; i < 4; ++i) {
    facts.id[i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  facts.created = std::chrono::system_clock::time_point(std::chrono::seconds(1000000 + number));
  if (certificate_size != 0) {
    facts.peer_chain = {CertificateDer(certificate_size)};
  }
  return detail::SessionAccess::make(std::move(facts), MasterSecret());
}

SessionPtr find(SessionStore& store, const Id& id) {
  auto answer = store.find(id);
  EXPECT_FALSE(answer.is_pending());
  return answer.answer();
}

TEST(MemorySessionStore, FindsWhatWasInserted) {
  const auto store = make_memory_session_store();
  const SessionPtr session = session_with({1, 2, 3});
  store->insert(session);
  EXPECT_EQ(find(*store, {1, 2, 3}), session);
  EXPECT_EQ(find(*store, {1, 2}), nullptr);
  EXPECT_EQ(find(*store, {}), nullptr);
}

TEST(MemorySessionStore, ForgetsOneSession) {
  const auto store = make_memory_session_store();
  store->insert(session_with({1}));
  store->insert(session_with({2}));
  store->forget(Id{1});
  store->forget(Id{3});
  EXPECT_EQ(find(*store, {1}), nullptr);
  EXPECT_NE(find(*store, {2}), nullptr);
}

TEST(MemorySessionStore, ReplacesASessionOfTheSameId) {
  const auto store = make_memory_session_store({.max_entries = 2});
  store->insert(session_with({1}, 0x0004));
  store->insert(session_with({2}));
  store->insert(session_with({1}, 0x0005));
  EXPECT_EQ(find(*store, {1})->facts().cipher_suite, 0x0005);
  EXPECT_NE(find(*store, {2}), nullptr);
}

TEST(MemorySessionStore, EvictsTheOldest) {
  const auto store = make_memory_session_store({.max_entries = 3});
  for (std::uint8_t id = 1; id <= 5; ++id) {
    store->insert(session_with({id}));
  }
  EXPECT_EQ(find(*store, {1}), nullptr);
  EXPECT_EQ(find(*store, {2}), nullptr);
  for (std::uint8_t id = 3; id <= 5; ++id) {
    EXPECT_NE(find(*store, {id}), nullptr) << int{id};
  }
}

/// left is which of the sessions 0 to count - 1 a store still has.
std::vector<std::uint32_t> left(SessionStore& store, std::uint32_t count) {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (find(store, numbered(i)->facts().id) != nullptr) {
      found.push_back(i);
    }
  }
  return found;
}

std::vector<std::uint32_t> range(std::uint32_t first, std::uint32_t end) {
  std::vector<std::uint32_t> all(end - first);
  std::iota(all.begin(), all.end(), first);
  return all;
}

// Also if it is in another shard than the newest.
TEST(MemorySessionStore, EvictsTheOldestOfTheWholeStore) {
  for (const std::size_t shards : {0U, 1U, 7U, 16U, 1000U}) {
    SCOPED_TRACE(shards);
    const auto store = make_memory_session_store({.max_entries = 100, .shards = shards});
    for (std::uint32_t i = 0; i < 1000; ++i) {
      store->insert(numbered(i));
    }
    EXPECT_EQ(left(*store, 1000), range(900, 1000));
  }
}

TEST(MemorySessionStore, IsBoundedInBytes) {
  const auto store = make_memory_session_store({.max_bytes = 1000000});
  for (std::uint32_t i = 0; i < 50; ++i) {
    store->insert(numbered(i, 99000));
  }
  EXPECT_EQ(left(*store, 50), range(40, 50)) << "ten of 99000 and some bytes fit";
  store->insert(numbered(50, 1000001));
  EXPECT_EQ(find(*store, numbered(50)->facts().id), nullptr);
  EXPECT_EQ(left(*store, 50), range(40, 50)) << "what fits nowhere pushes nothing out";
  store->insert(numbered(51, 950000));
  EXPECT_EQ(left(*store, 52), range(51, 52));
}

TEST(MemorySessionStore, BytesAreGivenBack) {
  const auto store = make_memory_session_store({.max_bytes = 1000000});
  for (std::uint32_t round = 0; round < 100; ++round) {
    store->insert(numbered(1, 300000));  // replaces itself
    store->insert(numbered(2, 300000));
    store->forget(numbered(2)->facts().id);
  }
  store->insert(numbered(3, 300000));
  EXPECT_EQ(left(*store, 4), (std::vector<std::uint32_t>{1, 3}));
}

// RFC 2246 F.1.4: what may not be resumed any more is not kept either.
TEST(MemorySessionStore, DropsWhatIsTooOldToBeResumed) {
  const auto store = make_memory_session_store({.shards = 1, .max_age = std::chrono::seconds(100)});
  for (std::uint32_t i = 0; i <= 250; ++i) {
    store->insert(numbered(i));
  }
  EXPECT_EQ(left(*store, 251), range(150, 251));
}

TEST(MemorySessionStore, AReplacedSessionIsANewOne) {
  const auto store = make_memory_session_store({.max_entries = 2});
  store->insert(session_with({1}));
  store->insert(session_with({2}));
  store->insert(session_with({1}));
  store->insert(session_with({3}));
  EXPECT_NE(find(*store, {1}), nullptr);
  EXPECT_EQ(find(*store, {2}), nullptr);
}

TEST(MemorySessionStore, ForgettingMakesRoom) {
  const auto store = make_memory_session_store({.max_entries = 2});
  store->insert(session_with({1}));
  store->insert(session_with({2}));
  store->forget(Id{2});
  store->insert(session_with({3}));
  EXPECT_NE(find(*store, {1}), nullptr);
  EXPECT_NE(find(*store, {3}), nullptr);
}

TEST(MemorySessionStore, OfNoEntriesKeepsNothing) {
  const auto store = make_memory_session_store({.max_entries = 0});
  store->insert(session_with({1}));
  EXPECT_EQ(find(*store, {1}), nullptr);
}

TEST(MemorySessionStore, IgnoresWhatHasNoId) {
  const auto store = make_memory_session_store();
  store->insert(nullptr);
  store->insert(session_with({}));
  EXPECT_EQ(find(*store, {}), nullptr);
}

// RFC 2246 §7: "Multiple connections can be instantiated using the same session": a session in use
// outlives its place in the store.
TEST(MemorySessionStore, DoesNotTakeASessionFromItsUsers) {
  const auto store = make_memory_session_store();
  store->insert(session_with({1}));
  const SessionPtr in_use = find(*store, {1});
  store->forget(Id{1});
  EXPECT_EQ(in_use->facts().id, Id{1});
  EXPECT_EQ(in_use.use_count(), 1);
}

TEST(MemorySessionStore, ServesManyThreads) {
  constexpr std::size_t kEntries = 16;
  constexpr std::uint32_t kRounds = 4000;
  const auto store = make_memory_session_store({.max_entries = kEntries, .shards = 4});
  std::atomic<int> wrong = 0;
  const auto work = [&](std::uint32_t thread) {
    for (std::uint32_t round = 0; round < kRounds; ++round) {
      const std::uint32_t number = thread * 8 + round % 12;  // some are those of the next thread
      const SessionPtr session = numbered(number, round % 5 * 100);
      store->insert(session);
      auto found = store->find(session->facts().id);
      // Another thread may have pushed it out; but it is never somebody else's.
      if (found.answer() != nullptr && found.answer()->facts().id != session->facts().id) {
        ++wrong;
      }
      if (round % 3 == 0) {
        store->forget(session->facts().id);
      }
    }
  };
  std::vector<std::thread> threads;
  for (std::uint32_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back(work, thread);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(left(*store, 100).size(), kEntries);
  // The sums are still right: exactly as many fit as before.
  for (std::uint32_t i = 1000; i < 1100; ++i) {
    store->insert(numbered(i));
  }
  EXPECT_EQ(left(*store, 1100), range(1100 - kEntries, 1100));
}

}  // namespace
}  // namespace heirloom

#include "heirloom/session.hpp"

#include "session/session_access.hpp"

#include <atomic>
#include <thread>

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
  const auto store = make_memory_session_store(2);
  store->insert(session_with({1}, 0x0004));
  store->insert(session_with({2}));
  store->insert(session_with({1}, 0x0005));
  EXPECT_EQ(find(*store, {1})->facts().cipher_suite, 0x0005);
  EXPECT_NE(find(*store, {2}), nullptr);
}

TEST(MemorySessionStore, EvictsTheOldest) {
  const auto store = make_memory_session_store(3);
  for (std::uint8_t id = 1; id <= 5; ++id) {
    store->insert(session_with({id}));
  }
  EXPECT_EQ(find(*store, {1}), nullptr);
  EXPECT_EQ(find(*store, {2}), nullptr);
  for (std::uint8_t id = 3; id <= 5; ++id) {
    EXPECT_NE(find(*store, {id}), nullptr) << int{id};
  }
}

TEST(MemorySessionStore, AReplacedSessionIsANewOne) {
  const auto store = make_memory_session_store(2);
  store->insert(session_with({1}));
  store->insert(session_with({2}));
  store->insert(session_with({1}));
  store->insert(session_with({3}));
  EXPECT_NE(find(*store, {1}), nullptr);
  EXPECT_EQ(find(*store, {2}), nullptr);
}

TEST(MemorySessionStore, ForgettingMakesRoom) {
  const auto store = make_memory_session_store(2);
  store->insert(session_with({1}));
  store->insert(session_with({2}));
  store->forget(Id{2});
  store->insert(session_with({3}));
  EXPECT_NE(find(*store, {1}), nullptr);
  EXPECT_NE(find(*store, {3}), nullptr);
}

TEST(MemorySessionStore, OfNoEntriesKeepsNothing) {
  const auto store = make_memory_session_store(0);
  store->insert(session_with({1}));
  EXPECT_EQ(find(*store, {1}), nullptr);
}

TEST(MemorySessionStore, IgnoresANullSession) {
  const auto store = make_memory_session_store();
  store->insert(nullptr);
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
  constexpr int kRounds = 2000;
  const auto store = make_memory_session_store(kEntries);
  std::atomic<int> wrong = 0;
  const auto work = [&](std::uint8_t thread) {
    for (int round = 0; round < kRounds; ++round) {
      const Id id{thread, static_cast<std::uint8_t>(round % 8)};
      store->insert(session_with(id));
      auto found = store->find(id);
      // Another thread may have pushed it out; but it is never somebody else's.
      if (found.answer() != nullptr && found.answer()->facts().id != id) {
        ++wrong;
      }
      if (round % 3 == 0) {
        store->forget(id);
      }
    }
  };
  std::vector<std::thread> threads;
  for (std::uint8_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back(work, thread);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(wrong, 0);
  std::size_t left = 0;
  for (std::uint8_t thread = 0; thread < 4; ++thread) {
    for (std::uint8_t round = 0; round < 8; ++round) {
      left += find(*store, {thread, round}) != nullptr ? 1U : 0U;
    }
  }
  EXPECT_LE(left, kEntries);
}

}  // namespace
}  // namespace heirloom

// TemporaryRsaKeys: when a key is replaced, and that many threads may ask at once (RFC 6101 D.1,
// RFC 2246 D.1).
#include "crypto/temporary_rsa.hpp"

#include "crypto/library.hpp"
#include "support/pair.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

Bytes modulus_of(TemporaryRsaKeys& keys, std::size_t bits = 512) {
  auto key = keys.take(bits);
  EXPECT_TRUE(key.has_value());
  return key.has_value() ? key->modulus : Bytes{};
}

TEST(Rfc2246_D_1, TemporaryKeysChangeAfterFiveHundredUses) {
  const auto keys = make_temporary_rsa_keys();
  const Bytes first = modulus_of(*keys);
  for (int use = 2; use <= 500; ++use) {
    ASSERT_EQ(modulus_of(*keys), first) << use;
  }
  const Bytes second = modulus_of(*keys);
  EXPECT_NE(second, first);
  for (int use = 2; use <= 500; ++use) {
    ASSERT_EQ(modulus_of(*keys), second) << use;
  }
  EXPECT_NE(modulus_of(*keys), second);
}

TEST(Rfc2246_D_1, TemporaryKeysChangeDaily) {
  const auto clock = std::make_shared<FixedClock>();
  const auto keys = make_temporary_rsa_keys({}, clock);
  const Bytes first = modulus_of(*keys);
  clock->advance(hours(24) - seconds(1));
  EXPECT_EQ(modulus_of(*keys), first);
  clock->advance(seconds(1));
  const Bytes second = modulus_of(*keys);
  EXPECT_NE(second, first);
  // A day from then, not from the first; and weeks in which nobody asked count once.
  clock->advance(hours(23));
  EXPECT_EQ(modulus_of(*keys), second);
  clock->advance(hours(24 * 30));
  const Bytes third = modulus_of(*keys);
  EXPECT_NE(third, second);
  EXPECT_EQ(modulus_of(*keys), third);
}

TEST(TemporaryRsaKeys, WhicheverComesFirstReplacesAKey) {
  const auto clock = std::make_shared<FixedClock>();
  const auto keys = make_temporary_rsa_keys({.uses = 3, .age = seconds(60)}, clock);
  const Bytes first = modulus_of(*keys);
  clock->advance(seconds(59));
  EXPECT_EQ(modulus_of(*keys), first);
  EXPECT_EQ(modulus_of(*keys), first);
  const Bytes second = modulus_of(*keys);
  EXPECT_NE(second, first);
  clock->advance(seconds(60));
  EXPECT_NE(modulus_of(*keys), second);
}

TEST(TemporaryRsaKeys, OfOneUseAreAllDifferent) {
  const auto keys = make_temporary_rsa_keys({.uses = 1, .age = hours(24)});
  std::vector<Bytes> seen;
  for (int use = 0; use < 8; ++use) {
    seen.push_back(modulus_of(*keys));
  }
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
}

TEST(TemporaryRsaKeys, AClockThatGoesBackReplacesNothing) {
  const auto clock = std::make_shared<FixedClock>();
  const auto keys = make_temporary_rsa_keys({.uses = 4, .age = hours(24)}, clock);
  const Bytes first = modulus_of(*keys);
  clock->advance(-hours(48));
  EXPECT_EQ(modulus_of(*keys), first);
}

TEST(TemporaryRsaKeys, HaveTheLengthThatWasAskedForAndDecrypt) {
  const auto keys = make_temporary_rsa_keys();
  for (const std::size_t bits : {std::size_t{512}, std::size_t{1024}}) {
    auto taken = keys->take(bits);
    ASSERT_TRUE(taken.has_value());
    EXPECT_EQ(taken->modulus.size() * 8, bits);
    EXPECT_NE(taken->modulus.front() & 0x80, 0);
    EXPECT_EQ(taken->key->size() * 8, bits);
    EXPECT_EQ(taken->key->algorithm(), PublicKeyAlgorithm::rsa);
    // m^e mod n by libcrypto, and back by the key.
    Bytes message(taken->modulus.size(), 0x5a);
    message.front() = 0;
    const crypto::BigNumberContext scratch(BN_CTX_new());
    const crypto::BigNumber power(BN_new());
    ASSERT_EQ(BN_mod_exp(power.get(),
                         crypto::big_number(message).get(),
                         crypto::big_number(taken->exponent).get(),
                         crypto::big_number(taken->modulus).get(),
                         scratch.get()),
              1);
    Bytes ciphertext(message.size());
    BN_bn2binpad(power.get(), ciphertext.data(), static_cast<int>(ciphertext.size()));
    auto decrypted = taken->key->decrypt_raw(ciphertext);
    ASSERT_TRUE(decrypted.answer().has_value());
    EXPECT_EQ(*decrypted.answer(), message);
  }
  EXPECT_NE(modulus_of(*keys, 512), modulus_of(*keys, 1024));
}

TEST(TemporaryRsaKeys, OfNoPossibleLengthAreAnError) {
  const auto keys = make_temporary_rsa_keys();
  for (const std::size_t bits : {std::size_t{0}, std::size_t{64}}) {
    const auto taken = keys->take(bits);
    ASSERT_FALSE(taken.has_value());
    EXPECT_EQ(taken.error().cause, Cause::private_key_failed);
  }
  EXPECT_TRUE(keys->take(512).has_value());
}

/// Made counts what recorded_key made, on the thread of the test and on others.
struct Made {
  std::thread::id here;
  std::atomic<int> count_here{0};
  std::atomic<int> count_elsewhere{0};
  std::atomic<bool> is_held{false};  ///< others wait with their key

  void start(bool hold) {
    here = std::this_thread::get_id();
    count_here = 0;
    count_elsewhere = 0;
    is_held = hold;
  }
};

Made& made() {
  static Made instance;
  return instance;
}

/// recorded_key is no key; its modulus says where it was made: 1 here, 2 elsewhere.
Result<TemporaryRsaKey> recorded_key(std::size_t /*bits*/) {
  if (std::this_thread::get_id() == made().here) {
    ++made().count_here;
    return TemporaryRsaKey{.modulus = {1}, .exponent = {3}, .key = nullptr};
  }
  while (made().is_held) {
    std::this_thread::yield();
  }
  ++made().count_elsewhere;
  return TemporaryRsaKey{.modulus = {2}, .exponent = {3}, .key = nullptr};
}

/// comes_true asks until the answer is yes, or for a minute.
template <class Question>
bool comes_true(Question question) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!question()) {
    if (std::chrono::steady_clock::now() > end) {
      return false;
    }
    std::this_thread::yield();
  }
  return true;
}

TEST(Rfc2246_D_1, TemporaryKeysAreMadeInTheBackground) {
  made().start(false);
  const auto keys = crypto::make_temporary_rsa_keys({.uses = 1000}, nullptr, &recorded_key);
  keys->prepare(512);
  keys->prepare(512);  // said twice, made once
  EXPECT_TRUE(comes_true([] { return made().count_elsewhere == 1; }));
  // Nobody has asked for a key of 1024 bits, so the first of them is made where it is needed; its
  // successor is begun at half time and comes from elsewhere again.
  EXPECT_EQ(modulus_of(*keys, 1024), Bytes{1});
  for (int use = 2; use < 500; ++use) {
    EXPECT_EQ(modulus_of(*keys, 1024), Bytes{1});
  }
  EXPECT_EQ(made().count_elsewhere, 1);
  EXPECT_EQ(modulus_of(*keys, 1024), Bytes{1});
  EXPECT_TRUE(comes_true([] { return made().count_elsewhere == 2; }));
  // What was made elsewhere is handed out: a key of one use is the next one each time.
  const auto short_lived = crypto::make_temporary_rsa_keys({.uses = 1}, nullptr, &recorded_key);
  EXPECT_TRUE(comes_true([&] { return modulus_of(*short_lived) == Bytes{2}; }));
}

// A handshake that comes before the key is there waits for no other thread.
TEST(TemporaryRsaKeys, WhoComesTooEarlyMakesOne) {
  made().start(true);
  const auto keys = crypto::make_temporary_rsa_keys({.uses = 2}, nullptr, &recorded_key);
  keys->prepare(512);
  EXPECT_EQ(modulus_of(*keys), Bytes{1});
  EXPECT_EQ(made().count_here, 1);
  EXPECT_EQ(made().count_elsewhere, 0);
  made().is_held = false;
  // The one that was under way is the next.
  EXPECT_EQ(modulus_of(*keys), Bytes{1});
  EXPECT_TRUE(comes_true([&] { return modulus_of(*keys) == Bytes{2}; }));
}

// Every thread gets keys that work, no key is handed out more often than the rules have it, and
// successors that are under way when the last user goes hurt nobody.
TEST(Rfc2246_D_1, TemporaryKeysServeManyThreads) {
  constexpr int kThreads = 8;
  constexpr int kUsesEach = 40;
  constexpr std::size_t kUses = 16;
  auto keys = make_temporary_rsa_keys({.uses = kUses, .age = hours(24)});
  std::vector<std::vector<Bytes>> seen(kThreads);
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int use = 0; use < kUsesEach; ++use) {
        auto key = keys->take(512);
        if (!key.has_value()) {
          ++failures;
          return;
        }
        // Signing shows that the key itself may be used by all of them.
        if (use % 8 == 0 && !key->key->sign(Bytes(36, 1)).answer().has_value()) {
          ++failures;
        }
        seen[static_cast<std::size_t>(i)].push_back(std::move(key->modulus));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(failures, 0);
  std::map<Bytes, std::size_t> uses;
  for (const auto& of_thread : seen) {
    for (const Bytes& modulus : of_thread) {
      ++uses[modulus];
    }
  }
  EXPECT_EQ(uses.size(), kThreads * kUsesEach / kUses);
  for (const auto& [modulus, count] : uses) {
    EXPECT_EQ(count, kUses);
  }
  keys.reset();
}

}  // namespace
}  // namespace heirloom::testing

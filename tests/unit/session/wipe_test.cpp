// Looks at secrets' memory in the moment it is given back, with the program's own operator delete.
#include "handshake/inputs.hpp"
#include "session/session_access.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

namespace {

constexpr std::uint8_t kMark = 0x5a;

const void* watched = nullptr;  ///< start of the memory to look at
std::size_t watched_size = 0;
bool was_freed = false;
bool had_secret = false;

void look_at(const void* memory) {
  if (memory != nullptr && memory == watched) {
    const auto* const bytes = static_cast<const std::uint8_t*>(memory);
    was_freed = true;
    had_secret = std::count(bytes, bytes + watched_size, kMark) >= 4;
  }
}

}  // namespace

// Not inline: where GCC 12 sees free and malloc behind delete and new, it takes them for a
// mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) {
    return memory;
  }
  throw std::bad_alloc();
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
  look_at(memory);
  std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
  look_at(memory);
  std::free(memory);
}

namespace heirloom {
namespace {

// RFC 6101 §5.4.2, RFC 2246 §7.2.2: both parties "must forget any session identifiers, keys, and
// secrets associated with a failed connection".
TEST(Session, WipesItsMasterSecretWithTheLastReference) {
  SessionPtr session;
  {
    Secret<48> secret;
    std::ranges::fill(secret.expose(), kMark);
    session = detail::SessionAccess::make(Session::Facts(), MasterSecret(std::move(secret)));
  }
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(session.get());
  ASSERT_EQ(std::count(begin, begin + sizeof(Session), kMark), 48);
  watched = session.get();
  watched_size = sizeof(Session);
  session.reset();
  watched = nullptr;
  EXPECT_TRUE(was_freed);
  EXPECT_FALSE(had_secret);
}

// RFC 2246 F.1.1.3: where both sides have fixed Diffie-Hellman keys, "it is possible that the
// premaster secret will be the same every time the two parties communicate", so what a private key
// has made "should be converted into the master_secret as soon as possible" and go.
TEST(Rfc2246_F_1_1_3, WhatAPrivateKeyHasMadeIsWiped) {
  Bytes z(48, kMark);
  watched = z.data();
  watched_size = z.size();
  was_freed = false;
  had_secret = false;
  {
    PrivateKeyAnswer made{PrivateKeyResult(std::move(z))};
    ASSERT_EQ(made.result->data(), watched);
    const Input input = std::move(made);
    ASSERT_FALSE(was_freed);
  }
  watched = nullptr;
  EXPECT_TRUE(was_freed);
  EXPECT_FALSE(had_secret);
}

}  // namespace
}  // namespace heirloom

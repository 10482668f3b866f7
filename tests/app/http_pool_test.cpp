// BoxPool: reuse, limits, and a box that has less room than we would like.
#include "http/box_pool.hpp"

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace heirloom::app::http {
namespace {

using Reuse = BoxPool::Reuse;

/// QuietStream is a connection on which nothing comes, until the test ends it.
class QuietStream final : public Stream {
 public:
  QuietStream(std::atomic<int>& alive, std::atomic<bool>& has_ended)
      : alive_(alive), has_ended_(has_ended), handle_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    ++alive_;
  }

  ~QuietStream() override {
    --alive_;
    ::close(handle_);
  }

  StreamOutcome read(std::span<std::uint8_t> /*into*/, Deadline /*deadline*/) override {
    return {has_ended_ ? StreamStatus::end : StreamStatus::timeout};
  }

  StreamOutcome write(std::span<const std::uint8_t> bytes, Deadline /*deadline*/) override {
    return {StreamStatus::ok, bytes.size()};
  }

  StreamOutcome finish_writing(Deadline /*deadline*/) override { return {}; }

  [[nodiscard]] int readable_handle() const noexcept override { return handle_; }

  [[nodiscard]] bool has_buffered_input() const noexcept override { return false; }

 private:
  std::atomic<int>& alive_;
  std::atomic<bool>& has_ended_;
  int handle_;
};

class FakeBox final : public BoxConnector {
 public:
  Outcome<StreamPtr> connect() override {
    ++attempts;
    const std::lock_guard lock(mutex_);  // nobody else takes the room between look and leap
    if (alive >= room) {
      return Failure{code, "no room", "", "refused"};
    }
    return StreamPtr(std::make_unique<QuietStream>(alive, has_ended));
  }

  std::atomic<int> room{1000};
  ExitCode code = ExitCode::handshake;
  std::atomic<int> attempts{0};
  std::atomic<int> alive{0};
  std::atomic<bool> has_ended{false};

 private:
  std::mutex mutex_;
};

Deadline soon() {
  return in(std::chrono::milliseconds(20));
}

Deadline patiently() {
  return in(std::chrono::seconds(60));
}

TEST(BoxPool, reuses_what_was_given_back) {
  FakeBox box;
  BoxPool pool(box, {});
  for (int i = 0; i < 5; ++i) {
    auto lease = pool.acquire(Reuse::allowed, soon());
    ASSERT_TRUE(lease.has_value());
    EXPECT_EQ((*lease)->has_carried, i > 0);
    lease->give_back();
  }
  EXPECT_EQ(box.attempts, 1);
}

TEST(BoxPool, does_not_reuse_what_was_dropped_ended_or_unwanted) {
  FakeBox box;
  BoxPool pool(box, {});
  { auto dropped = pool.acquire(Reuse::allowed, soon()); }
  EXPECT_EQ(box.alive, 0);
  pool.acquire(Reuse::allowed, soon())->give_back();
  EXPECT_EQ(box.attempts, 2);
  pool.acquire(Reuse::fresh_only, soon())->give_back();
  EXPECT_EQ(box.attempts, 3);
  box.has_ended = true;
  auto fresh = pool.acquire(Reuse::allowed, soon());
  EXPECT_EQ(box.attempts, 4);
  EXPECT_EQ(box.alive, 1);
}

TEST(BoxPool, forgets_connections_that_were_idle_too_long) {
  FakeBox box;
  BoxPool pool(box, {4, std::chrono::milliseconds(0)});
  pool.acquire(Reuse::allowed, soon())->give_back();
  pool.acquire(Reuse::allowed, soon())->give_back();
  EXPECT_EQ(box.attempts, 2);
}

TEST(BoxPool, is_bounded_and_says_so) {
  FakeBox box;
  BoxPool pool(box, {2, std::chrono::seconds(60)});
  auto one = pool.acquire(Reuse::allowed, soon());
  auto two = pool.acquire(Reuse::allowed, soon());
  const auto three = pool.acquire(Reuse::allowed, soon());
  ASSERT_FALSE(three.has_value());
  EXPECT_EQ(three.error().cause, "busy");
  EXPECT_EQ(box.attempts, 2);
}

TEST(BoxPool, waits_for_a_connection_to_come_free) {
  FakeBox box;
  BoxPool pool(box, {1, std::chrono::seconds(60)});
  auto first = pool.acquire(Reuse::allowed, soon());
  auto waiting = std::async(std::launch::async, [&pool] {
    return pool.acquire(Reuse::allowed, patiently()).has_value();
  });
  first->give_back();
  EXPECT_TRUE(waiting.get());
  EXPECT_EQ(box.attempts, 1);
}

TEST(BoxPool, learns_how_many_a_box_has_room_for) {
  FakeBox box;
  box.room = 2;
  BoxPool pool(box, {});
  std::vector<std::future<bool>> requests;
  for (int i = 0; i < 12; ++i) {
    requests.push_back(std::async(std::launch::async, [&pool] {
      auto lease = pool.acquire(Reuse::allowed, patiently());
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      if (lease.has_value()) {
        lease->give_back();
      }
      return lease.has_value();
    }));
  }
  for (auto& request : requests) {
    EXPECT_TRUE(request.get());
  }
  EXPECT_LE(box.alive, 2);
}

TEST(BoxPool, passes_on_the_failure_of_the_only_connection) {
  FakeBox box;
  box.room = 0;
  BoxPool pool(box, {});
  const auto lease = pool.acquire(Reuse::allowed, patiently());
  ASSERT_FALSE(lease.has_value());
  EXPECT_EQ(lease.error().what, "no room");
  EXPECT_EQ(box.attempts, 1);
}

TEST(BoxPool, does_not_wait_out_a_wrong_identity) {
  FakeBox box;
  box.room = 1;
  box.code = ExitCode::identity;
  BoxPool pool(box, {});
  auto first = pool.acquire(Reuse::allowed, soon());
  const auto second = pool.acquire(Reuse::allowed, patiently());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ExitCode::identity);
}

TEST(BoxPool, stop_wakes_who_waits) {
  FakeBox box;
  BoxPool pool(box, {1, std::chrono::seconds(60)});
  auto first = pool.acquire(Reuse::allowed, soon());
  auto waiting = std::async(std::launch::async, [&pool] {
    return pool.acquire(Reuse::allowed, patiently()).error().cause;
  });
  pool.stop();
  EXPECT_EQ(waiting.get(), "stopped");
  EXPECT_FALSE(pool.acquire(Reuse::allowed, patiently()).has_value());
}

}  // namespace
}  // namespace heirloom::app::http

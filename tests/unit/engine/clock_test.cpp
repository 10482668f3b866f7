#include "heirloom/clock.hpp"

#include <gtest/gtest.h>

namespace heirloom {
namespace {

TEST(SystemClock, TellsTheTimeOfDay) {
  const auto clock = system_clock();
  const auto before = std::chrono::system_clock::now();
  const auto told = clock->now();
  const auto after = std::chrono::system_clock::now();
  EXPECT_LE(before, told);
  EXPECT_LE(told, after);
}

}  // namespace
}  // namespace heirloom

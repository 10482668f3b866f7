#include "base/buffer_pool.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace heirloom {

namespace {

using Block = std::unique_ptr<std::uint8_t[]>;  // NOLINT(modernize-avoid-c-arrays)

// A few handshake messages; one record of any size with room to seal it; several records at once.
constexpr std::array<std::size_t, 3> kSizes{2048, 18944, 66560};
constexpr std::size_t kKeptPerSize = 8;

struct Pool {
  // Reserved up front, so that giving a block back cannot throw.
  Pool() {
    for (auto& blocks : free) {
      blocks.reserve(kKeptPerSize);
    }
  }

  std::array<std::vector<Block>, kSizes.size()> free;
};

Pool& pool() {
  thread_local Pool instance;
  return instance;
}

std::size_t class_of(std::size_t size) {
  return static_cast<std::size_t>(std::ranges::lower_bound(kSizes, size) - kSizes.begin());
}

}  // namespace

Buffer Buffer::acquire(std::size_t size) {
  const std::size_t index = class_of(size);
  Buffer buffer;
  buffer.size_ = index < kSizes.size() ? kSizes[index] : size;
  if (index < kSizes.size() && !pool().free[index].empty()) {
    buffer.data_ = std::move(pool().free[index].back());
    pool().free[index].pop_back();
  } else {
    buffer.data_ = std::make_unique_for_overwrite<std::uint8_t[]>(buffer.size_);
  }
  return buffer;
}

Buffer::Buffer(Buffer&& other) noexcept
    : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  if (this != &other) {
    release();
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Buffer::~Buffer() {
  release();
}

void Buffer::release() noexcept {
  const std::size_t index = class_of(size_);
  const bool is_pooled = data_ != nullptr && index < kSizes.size() && kSizes[index] == size_;
  if (is_pooled && pool().free[index].size() < kKeptPerSize) {
    pool().free[index].push_back(std::move(data_));
  }
  data_.reset();
  size_ = 0;
}

}  // namespace heirloom

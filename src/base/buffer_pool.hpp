// Buffer: memory for records, taken from a per-thread pool when needed and given back when empty.
//
// An idle connection holds no buffer at all; a busy thread reuses a few blocks of three sizes.
#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace heirloom {

class Buffer {
 public:
  Buffer() = default;

  /// acquire gives a block of at least `size` bytes. Its content is indeterminate.
  [[nodiscard]] static Buffer acquire(std::size_t size);

  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer();

  [[nodiscard]] ByteSpan bytes() const noexcept { return {data_.get(), size_}; }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  [[nodiscard]] bool is_empty() const noexcept { return size_ == 0; }

  /// release gives the block back now.
  void release() noexcept;

 private:
  std::unique_ptr<std::uint8_t[]>
      data_;  // NOLINT(modernize-avoid-c-arrays): uninitialised on purpose
  std::size_t size_ = 0;
};

}  // namespace heirloom

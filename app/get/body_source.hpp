// BodySource: where the bytes of a request come from: memory, a file, or standard input.
#pragma once

#include "common/failure.hpp"
#include "common/stream.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace heirloom::app::get {

class BodySource {
 public:
  /// from_memory holds the bytes themselves.
  [[nodiscard]] static BodySource from_memory(std::string bytes);
  /// from_file opens a file; "-" and "." mean standard input. CurlExit::read if it cannot.
  [[nodiscard]] static Outcome<BodySource> from_file(const std::string& path);

  BodySource(const BodySource&) = delete;
  BodySource& operator=(const BodySource&) = delete;
  BodySource(BodySource&& other) noexcept;
  BodySource& operator=(BodySource&& other) noexcept;
  ~BodySource();

  /// size is known for memory and regular files.
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept { return size_; }

  /// handle is the descriptor to poll before read; -1: read never waits.
  [[nodiscard]] int handle() const noexcept;

  /// read gives the next bytes, at least one, or the end. It may block if handle was not polled.
  [[nodiscard]] StreamOutcome read(std::span<std::uint8_t> into);

  /// rewind goes back to the beginning; false if that cannot be done.
  [[nodiscard]] bool rewind();

  /// was_read is true once a byte has been taken.
  [[nodiscard]] bool was_read() const noexcept { return done_ != 0; }

 private:
  BodySource() = default;

  std::string bytes_;
  int handle_ = -1;
  bool is_owned_ = false;
  std::uint64_t done_ = 0;
  std::optional<std::uint64_t> size_;
};

}  // namespace heirloom::app::get

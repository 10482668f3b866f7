// FdStream: a pair of file descriptors, such as standard input and output, as a Stream.
#pragma once

#include "common/stream.hpp"

#include <cstdint>
#include <span>

namespace heirloom::app {

/// FdStream borrows its descriptors. They stay in the mode they are in (blocking, as a shell gives
/// them), because the mode belongs to the terminal that is shared with other programs.
class FdStream final : public Stream {
 public:
  FdStream(int input, int output) noexcept : input_(input), output_(output) {}

  StreamOutcome read(std::span<std::uint8_t> into, Deadline deadline) override;
  StreamOutcome write(std::span<const std::uint8_t> bytes, Deadline deadline) override;
  /// finish_writing does nothing: the descriptor is not ours to close.
  StreamOutcome finish_writing(Deadline deadline) override;

  [[nodiscard]] int readable_handle() const noexcept override { return input_; }

  [[nodiscard]] int writable_handle() const noexcept override { return output_; }

  [[nodiscard]] bool has_buffered_input() const noexcept override { return false; }

 private:
  int input_;
  int output_;
};

}  // namespace heirloom::app

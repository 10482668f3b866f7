// NetworkLineEnds: a stream whose input has CR LF at the ends of lines, for protocols of the
// network that a person types.
#pragma once

#include "common/stream.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace heirloom::app {

class NetworkLineEnds final : public Stream {
 public:
  /// The other stream must live longer. What is written goes through as it is.
  explicit NetworkLineEnds(Stream& inner) noexcept : inner_(inner) {}

  /// read puts a CR before every LF that has none.
  StreamOutcome read(std::span<std::uint8_t> into, Deadline deadline) override;

  StreamOutcome write(std::span<const std::uint8_t> bytes, Deadline deadline) override {
    return inner_.write(bytes, deadline);
  }

  StreamOutcome finish_writing(Deadline deadline) override {
    return inner_.finish_writing(deadline);
  }

  [[nodiscard]] int readable_handle() const noexcept override { return inner_.readable_handle(); }

  [[nodiscard]] int writable_handle() const noexcept override { return inner_.writable_handle(); }

  [[nodiscard]] bool has_buffered_input() const noexcept override {
    return !waiting_.empty() || inner_.has_buffered_input();
  }

  [[nodiscard]] bool has_buffered_output() const noexcept override {
    return inner_.has_buffered_output();
  }

 private:
  Stream& inner_;
  std::vector<std::uint8_t> waiting_;  ///< converted, not yet read
  std::uint8_t last_ = 0;
};

}  // namespace heirloom::app

#include "common/line_ends.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

/// Text gives a text in pieces.
class Text final : public Stream {
 public:
  Text(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}

  StreamOutcome read(std::span<std::uint8_t> into, Deadline /*deadline*/) override {
    const std::size_t count = std::min({piece_, into.size(), text_.size()});
    std::copy_n(text_.begin(), count, into.begin());
    text_.erase(0, count);
    return {count == 0 ? StreamStatus::end : StreamStatus::ok, count};
  }

  StreamOutcome write(std::span<const std::uint8_t> bytes, Deadline /*deadline*/) override {
    return {StreamStatus::ok, bytes.size()};
  }

  StreamOutcome finish_writing(Deadline /*deadline*/) override { return {}; }

  [[nodiscard]] int readable_handle() const noexcept override { return -1; }

  [[nodiscard]] bool has_buffered_input() const noexcept override { return false; }

 private:
  std::string text_;
  std::size_t piece_;
};

std::string convert(const std::string& text, std::size_t piece, std::size_t room) {
  Text inner(text, piece);
  NetworkLineEnds stream(inner);
  std::string result;
  std::vector<std::uint8_t> into(room);
  for (auto got = stream.read(into, {}); got.status == StreamStatus::ok;
       got = stream.read(into, {})) {
    result.append(into.begin(), into.begin() + static_cast<std::ptrdiff_t>(got.count));
  }
  EXPECT_FALSE(stream.has_buffered_input());
  return result;
}

TEST(NetworkLineEnds, EveryLineEndsWithBoth) {
  for (const std::size_t piece : {1U, 2U, 3U, 100U}) {
    for (const std::size_t room : {1U, 2U, 100U}) {
      EXPECT_EQ(convert("a\n\nb\r\nc\rd", piece, room), "a\r\n\r\nb\r\nc\rd");
    }
  }
  EXPECT_EQ(convert("", 1, 1), "");
}

}  // namespace
}  // namespace heirloom::app

// What the demonstration prints: a table row or a JSON object per connection, and a summary.
#pragma once

#include "demo/capture_files.hpp"
#include "demo/performance.hpp"

#include <span>
#include <string>

namespace heirloom::app::demo {

/// Table aligns its columns over all scenes before the first has been played.
class Table {
 public:
  explicit Table(std::span<const Scene> scenes);

  [[nodiscard]] std::string heading() const;
  [[nodiscard]] std::string row(const Appearance& appearance) const;

 private:
  std::size_t count_width_;
  std::size_t name_width_ = 0;
  std::size_t exchange_width_;
  std::size_t cipher_width_;
};

/// Files is where the capture and its key log are.
struct Files {
  std::string capture;
  std::string key_log;
};

[[nodiscard]] std::string summary_text(const Tally& tally, const Files& files);

/// appearance_json and summary_json are one line each.
[[nodiscard]] std::string appearance_json(const Appearance& appearance);
[[nodiscard]] std::string summary_json(const Tally& tally, const Files& files);

}  // namespace heirloom::app::demo

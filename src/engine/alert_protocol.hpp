// AlertReassembler: alerts out of alert records. Several may sit in one record and one may be split
// over two (RFC 6101 §5.2.1, §5.4).
#pragma once

#include "heirloom/alert.hpp"

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace heirloom {

/// RawAlert is two bytes from the wire; `level` may be neither warning nor fatal.
struct RawAlert {
  std::uint8_t level = 0;
  AlertDescription description{};
};

class AlertReassembler {
 public:
  /// next takes the next alert off the front of `bytes`; empty if half an alert, which is kept, is
  /// all there is.
  [[nodiscard]] std::optional<RawAlert> next(ByteView& bytes) {
    if (!level_.has_value() && !bytes.empty()) {
      level_ = bytes.front();
      bytes = bytes.subspan(1);
    }
    if (bytes.empty()) {
      return std::nullopt;
    }
    const RawAlert alert{.level = *level_,
                         .description = static_cast<AlertDescription>(bytes.front())};
    level_.reset();
    bytes = bytes.subspan(1);
    return alert;
  }

  /// is_empty is false while half an alert waits for its rest.
  [[nodiscard]] bool is_empty() const noexcept { return !level_.has_value(); }

 private:
  std::optional<std::uint8_t> level_;
};

}  // namespace heirloom

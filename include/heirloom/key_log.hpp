// KeyLog: master secrets for Wireshark, on request only (RFC 9850).
#pragma once

#include "heirloom/export.hpp"
#include "heirloom/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace heirloom {

/// KeyLog receives one line without newline per handshake:
/// "CLIENT_RANDOM <64 hex digits> <96 hex digits>", for SSL 3.0 too.
/// Security: whoever has the line reads the connection.
class HEIRLOOM_EXPORT KeyLog {
 public:
  KeyLog() = default;
  KeyLog(const KeyLog&) = delete;
  KeyLog& operator=(const KeyLog&) = delete;
  virtual ~KeyLog() = default;

  virtual void line(std::string_view text) = 0;

  /// problem says why a line was lost; empty if none was.
  [[nodiscard]] virtual std::string problem() const { return {}; }
};

/// open_key_log appends to a file, created with mode 0600, flushed per line; file_unreadable if it
/// cannot be opened. A line that cannot be written ends no connection; `problem` tells of it.
[[nodiscard]] HEIRLOOM_EXPORT Result<std::shared_ptr<KeyLog>> open_key_log(const std::string& file);

}  // namespace heirloom

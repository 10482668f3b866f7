// The two files that a demonstration leaves: the capture, with the keys inside, and the key log.
#pragma once

#include "common/failure.hpp"
#include "demo/conversation.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace heirloom::app::demo {

/// Overwrite says what happens to files that are there already.
enum class Overwrite : std::uint8_t { never, allowed };

class CaptureFiles {
 public:
  /// open makes the directory if it is not there, and both files in it, readable by their owner
  /// only. Failures: "capture_exists", "capture_unwritable".
  [[nodiscard]] static Outcome<std::unique_ptr<CaptureFiles>> open(const std::string& directory,
                                                                   Overwrite overwrite);

  CaptureFiles(const CaptureFiles&) = delete;
  CaptureFiles& operator=(const CaptureFiles&) = delete;
  ~CaptureFiles();

  /// add writes one connection as packets, its keys before them. `name` is a comment on the first
  /// packet. What cannot be written is told by finish.
  void add(const Conversation& conversation, std::string_view key_log_lines, std::string_view name);

  /// finish closes both files. Failure "capture_unwritable" if anything was lost.
  [[nodiscard]] Outcome<std::monostate> finish();

  [[nodiscard]] const std::string& capture() const noexcept { return capture_.path; }

  [[nodiscard]] const std::string& key_log() const noexcept { return key_log_.path; }

 private:
  struct File {
    std::string path;
    int handle = -1;
    int error = 0;  ///< errno of the first write that failed
  };

  CaptureFiles() = default;
  static void write(File& file, ByteView bytes);
  static void close(File& file);
  void write_packets(const Conversation& conversation, std::string_view name);

  File capture_;
  File key_log_;
  std::uint16_t connections_ = 0;
  std::uint64_t last_microsecond_ = 0;
};

/// OpenCommands are ready to be pasted.
struct OpenCommands {
  std::string wireshark;          ///< with the keys in the capture
  std::string wireshark_key_log;  ///< with the key log
  std::string tshark_key_log;
};

/// open_commands gives the commands that open the files.
[[nodiscard]] OpenCommands open_commands(const std::string& capture, const std::string& key_log);

}  // namespace heirloom::app::demo

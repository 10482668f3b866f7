// The key log file (RFC 9850).
#include "heirloom/key_log.hpp"

#include <cerrno>
#include <mutex>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace heirloom {
namespace {

class FileKeyLog final : public KeyLog {
 public:
  explicit FileKeyLog(int file) noexcept : file_(file) {}

  FileKeyLog(const FileKeyLog&) = delete;
  FileKeyLog& operator=(const FileKeyLog&) = delete;

  ~FileKeyLog() override { ::close(file_); }

  // A line is one write to a file in append mode, so that lines of several processes do not mix. A
  // full disk loses the line and is remembered: a log for a display must not end a connection.
  void line(std::string_view text) override {
    std::string line(text);
    line += '\n';
    const std::lock_guard lock(mutex_);
    std::string_view rest = line;
    while (!rest.empty()) {
      const ssize_t written = ::write(file_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) {
        continue;
      }
      if (written <= 0) {
        problem_ = std::generic_category().message(errno);
        return;
      }
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  [[nodiscard]] std::string problem() const override {
    const std::lock_guard lock(mutex_);
    return problem_;
  }

 private:
  const int file_;
  mutable std::mutex mutex_;
  std::string problem_;
};

}  // namespace

Result<std::shared_ptr<KeyLog>> open_key_log(const std::string& file) {
  // Security: readable by its owner only; whoever has it reads the connections.
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return Error(Cause::file_unreadable, file + ": " + std::generic_category().message(errno));
  }
  return std::shared_ptr<KeyLog>(std::make_shared<FileKeyLog>(descriptor));
}

}  // namespace heirloom

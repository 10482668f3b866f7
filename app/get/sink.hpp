// Sink: where the answer goes. A file is made when the first byte comes, as curl does, so that a
// failed fetch leaves no empty file behind.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heirloom::app::get {

class Sink {
 public:
  /// An empty path and "-" mean standard output; the empty one protects a terminal.
  explicit Sink(std::string path);
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  ~Sink();

  /// write takes all bytes; false, with problem() set, if it cannot.
  [[nodiscard]] bool write(std::string_view bytes);

  /// create makes the file of an answer without a body; false as above.
  [[nodiscard]] bool create();

  /// problem says what went wrong, in words without a full stop.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

  /// cause is its stable name.
  [[nodiscard]] const std::string& cause() const noexcept { return cause_; }

  /// path is empty for standard output.
  [[nodiscard]] std::string path() const;

 private:
  [[nodiscard]] bool open();

  std::string path_;
  int handle_ = -1;
  std::string problem_;
  std::string cause_;
};

}  // namespace heirloom::app::get

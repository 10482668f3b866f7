// Sink: where the answer goes. A file is made when the first byte comes, as curl does, so that a
// failed fetch leaves no empty file behind.
#pragma once

#include "common/failure.hpp"

#include <string>
#include <string_view>

namespace heirloom::app::get {

class Sink {
 public:
  /// An empty path and "-" mean standard output; the empty one protects a terminal.
  /// `option` is what named it, for the advice of a failure.
  explicit Sink(std::string path, std::string option = "-o");
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  ~Sink();

  /// write takes all bytes. CurlExit::write if it cannot.
  [[nodiscard]] Outcome<bool> write(std::string_view bytes);

  /// create makes the file of an answer without a body.
  [[nodiscard]] Outcome<bool> create();

  /// path is empty for standard output.
  [[nodiscard]] std::string path() const;

 private:
  std::string path_;
  std::string option_;
  int handle_ = -1;
};

}  // namespace heirloom::app::get

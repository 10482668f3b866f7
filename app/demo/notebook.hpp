// Notebook: what the inspectors at both ends of one connection saw, in order.
#pragma once

#include "heirloom/inspector.hpp"

#include "demo/bytes.hpp"
#include "demo/performance.hpp"

#include <memory>
#include <vector>

namespace heirloom::app::demo {

/// Note is one message or record that an end sent, or one value that it derived. What it received
/// is what the other sent, which the conversation checks.
struct Note {
  enum class Kind : std::uint8_t { message, record, value };

  Kind kind;
  End end;
  Bytes bytes;            ///< of a message or a value
  DerivedValue value{};   ///< of a value
  std::uint8_t type = 0;  ///< of a record, like the rest
  std::size_t plaintext_size = 0;
  Bytes unencrypted = {};
  Bytes wire = {};
};

/// Notebook holds secrets of throw-away sessions, which it exists to show.
class Notebook {
 public:
  Notebook();
  Notebook(const Notebook&) = delete;
  Notebook& operator=(const Notebook&) = delete;
  ~Notebook();

  /// open_page forgets what was written and gives the two inspectors that write from now on.
  [[nodiscard]] Watchers open_page();

  [[nodiscard]] const std::vector<Note>& notes() const noexcept;

 private:
  class Page;
  class Pen;

  std::shared_ptr<Page> page_;
};

}  // namespace heirloom::app::demo

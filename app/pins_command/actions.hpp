// actions: what `heirloom pins` can do, one function for each of its commands.
#pragma once

#include "common/failure.hpp"
#include "common/output.hpp"
#include "pins/pin_file.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace heirloom::app {

struct PinsOptions {
  std::vector<std::string> boxes;  ///< of the others, as typed
  std::string box;                 ///< of allow and add, as typed
  std::vector<std::string> words;  ///< of allow
  std::string certificate;         ///< of add
  std::string file;                ///< of import; "-" is standard input
  bool all = false;
  bool remove = false;
  bool pem = false;
  bool replace = false;
  bool allow_weaker = false;
  bool dry_run = false;
  OutputFormat format = OutputFormat::text;
};

/// list_pins writes a table, or with JSON one object a line. Lines that cannot be used are reported
/// behind it and fail the command ("pins_malformed").
[[nodiscard]] Outcome<bool> list_pins(const PinFile& file, const PinsOptions& options);

/// show_pins writes everything that is known of the boxes, with the chains that they showed.
[[nodiscard]] Outcome<bool> show_pins(const PinFile& file, const PinsOptions& options);

/// allow_for_box adds weaknesses to a box's line, or takes them away.
[[nodiscard]] Outcome<bool> allow_for_box(const PinFile& file, const PinsOptions& options);

/// add_pin writes a line for a box that was never connected to. "pins_differ" if there is another.
[[nodiscard]] Outcome<bool> add_pin(const PinFile& file, const PinsOptions& options);

/// forget_boxes takes away the lines of some boxes, or of all. Nothing is forgotten if one of them
/// is not known.
[[nodiscard]] Outcome<bool> forget_boxes(const PinFile& file, const PinsOptions& options);

/// import_pins adds what a file of export_pins, or a pin file, says. All of it or nothing.
[[nodiscard]] Outcome<bool> import_pins(const PinFile& file, const PinsOptions& options);

/// export_pins writes lines and chains to standard output.
[[nodiscard]] Outcome<bool> export_pins(const PinFile& file, const PinsOptions& options);

/// box_name turns what is typed (HOST, HOST:PORT, a URL) into the first word of a pin's line.
[[nodiscard]] Outcome<std::string> box_name(const std::string& typed);

/// find_pin finds the pin of a box as typed. Failures: "pin_malformed", "pins_unknown_box".
[[nodiscard]] Outcome<Pin> find_pin(const PinFile& file,
                                    const PinList& list,
                                    const std::string& typed);

/// write_out writes to standard output. "pins_not_written" if that cannot be.
[[nodiscard]] Outcome<bool> write_out(const std::string& text);

}  // namespace heirloom::app

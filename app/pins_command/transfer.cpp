// `heirloom pins import` and `export`: files in and out.
#include "common/command_text.hpp"
#include "common/tcp.hpp"
#include "pins_command/actions.hpp"
#include "pins_command/transfer_text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace heirloom::app {

namespace {

constexpr std::size_t kLargestFile = 64U << 20U;  // some ten thousand boxes with their chains

Outcome<std::string> read_all(int handle, const std::string& name) {
  std::string text;
  std::array<char, 65536> piece{};
  ssize_t count = 0;
  do {
    count = ::read(handle, piece.data(), piece.size());
    text.append(piece.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  } while (count > 0 && text.size() <= kLargestFile);
  if (count == 0) {
    return text;
  }
  return Failure{
      ExitCode::local,
      "cannot read " + name + ": " + (count < 0 ? errno_text(errno) : "it is larger than 64 MiB"),
      "",
      "file_unreadable"};
}

Outcome<std::string> read_import(const std::string& file) {
  if (file == "-") {
    return read_all(STDIN_FILENO, "standard input");
  }
  const int handle = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0) {
    return Failure{
        ExitCode::local, "cannot read " + file + ": " + errno_text(errno), "", "file_unreadable"};
  }
  auto text = read_all(handle, file);
  ::close(handle);
  return text;
}

/// Tally counts what an import does.
struct Tally {
  std::size_t added = 0;
  std::size_t replaced = 0;
  std::size_t weaker = 0;
  std::size_t same = 0;
};

void show_change(const PinChange& change, Tally& tally) {
  tally.added += change.kind == PinChange::Kind::added ? 1 : 0;
  tally.same += change.kind == PinChange::Kind::same ? 1 : 0;
  tally.replaced += change.kind == PinChange::Kind::replaced ? 1 : 0;
  tally.weaker += change.is_weaker ? 1 : 0;
  const char sign = change.kind == PinChange::Kind::added      ? '+'
                    : change.kind == PinChange::Kind::replaced ? '~'
                                                               : '=';
  print_line(std::string(1, sign) + " " + change.result.box + " " + change.text +
             (change.is_weaker ? " (" + paint(Style::warning, "WEAKER") + ")" : ""));
}

std::string count_boxes(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " box" : " boxes");
}

/// may_import refuses what was not asked for by name.
Outcome<bool> may_import(const Tally& tally, const PinsOptions& options) {
  const std::string command = "heirloom pins import " + shell_word(options.file);
  if (tally.replaced != 0 && !options.replace) {
    return Failure{ExitCode::identity,
                   "nothing was imported, because " + count_boxes(tally.replaced) +
                       " would be held to something else than now",
                   command + " --replace, if that is what you want",
                   "import_differs"};
  }
  if (tally.weaker != 0 && !options.allow_weaker) {
    return Failure{ExitCode::identity,
                   "nothing was imported, because less would be expected of " +
                       count_boxes(tally.weaker) + " than without it",
                   command + (options.replace ? " --replace" : "") +
                       " --allow-weaker, if that is what you want",
                   "import_weaker"};
  }
  return true;
}

Outcome<bool> apply(const PinFile& file,
                    PinList& list,
                    const std::vector<CarriedPin>& carried,
                    const PinsOptions& options) {
  Tally tally;
  std::vector<PinChange> changes;
  for (const CarriedPin& one : carried) {
    Outcome<bool> readable = file.check_readable_about(list, one.pin.box);
    if (!readable) {
      return readable;
    }
    changes.push_back(compare_pins(list.find(one.pin.box), one.pin));
    show_change(changes.back(), tally);
  }
  Outcome<bool> may = may_import(tally, options);
  if (!may || options.dry_run) {
    return may;
  }
  for (std::size_t i = 0; i < carried.size(); ++i) {
    Outcome<bool> kept = file.keep_chain(carried[i].chain);
    if (!kept) {
      return kept;
    }
    list.set(changes[i].result);
  }
  print_line("heirloom: imported " + count_boxes(carried.size()) + ": " +
             std::to_string(tally.added) + " new, " + std::to_string(tally.replaced) +
             " replaced, " + std::to_string(tally.same) + " the same");
  return true;
}

}  // namespace

Outcome<bool> import_pins(const PinFile& file, const PinsOptions& options) {
  const auto text = read_import(options.file);
  if (!text) {
    return text.error();
  }
  const std::string name = options.file == "-" ? "standard input" : options.file;
  const auto carried = parse_carried_pins(*text, name);
  if (!carried) {
    return carried.error();
  }
  if (carried->empty()) {
    return Failure{ExitCode::usage,
                   name + " names no box",
                   "a file that heirloom pins export has written, or a pin file",
                   "import_empty"};
  }
  return file.change([&](PinList& list) { return apply(file, list, *carried, options); });
}

Outcome<bool> export_pins(const PinFile& file, const PinsOptions& options) {
  const auto list = file.load();
  if (!list) {
    return list.error();
  }
  std::vector<Pin> pins;
  for (const std::string& typed : options.boxes) {
    auto pin = find_pin(file, *list, typed);
    if (!pin) {
      return std::move(pin).error();
    }
    pins.push_back(*std::move(pin));
  }
  if (options.boxes.empty()) {
    pins = list->pins();
  }
  std::string text = "# Pins of heirloom and the certificates that the boxes showed.\n";
  for (const Pin& pin : pins) {
    auto chain = file.chain_of(pin.certificate);
    if (!chain) {
      return std::move(chain).error();
    }
    text += format_carried_pin({pin, *std::move(chain)});
  }
  return write_out(text);
}

}  // namespace heirloom::app

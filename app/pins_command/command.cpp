// heirloom pins: list, show, allow, add, forget, import, export.
#include "commands.hpp"
#include "pins_command/actions.hpp"

#include <memory>
#include <string>

#include <CLI/App.hpp>

namespace heirloom::app {

namespace {

using Action = Outcome<bool> (*)(const PinFile& file, const PinsOptions& options);

ExitCode run_pins(Action action, const PinsOptions& options) {
  const auto file = PinFile::at_default_place();
  const Outcome<bool> done = file ? action(*file, options) : Outcome<bool>(file.error());
  if (done) {
    return ExitCode::ok;
  }
  print_failure(done.error(), options.format);
  return done.error().code;
}

/// Declared is what the declarations of all commands share.
struct Declared {
  CLI::App& pins;
  Context& context;
  std::shared_ptr<PinsOptions> options;

  /// add declares one command.
  [[nodiscard]] CLI::App& add(const std::string& name,
                              const std::string& what,
                              Action action) const {
    CLI::App* const command = pins.add_subcommand(name, what);
    command->callback([this_context = &context, kept = options, action] {
      this_context->run = [kept, action] { return run_pins(action, *kept); };
    });
    return *command;
  }

  void add_json(CLI::App& command) const {
    command.add_flag_callback(
        "--json", [kept = options] { kept->format = OutputFormat::json; }, "one object per line");
  }
};

void add_views(const Declared& declared) {
  PinsOptions& options = *declared.options;
  CLI::App& list = declared.add("list", "a table of all boxes", list_pins);
  declared.add_json(list);
  CLI::App& show = declared.add("show", "everything about a box, with its certificates", show_pins);
  show.add_option("box", options.boxes, "HOST, HOST:PORT or a URL")->required();
  show.add_flag("--pem", options.pem, "the certificates themselves, too");
  declared.add_json(show);
  CLI::App& exported = declared.add("export", "write pins and certificates", export_pins);
  exported.add_option("box", options.boxes, "only these boxes");
}

void add_changes(const Declared& declared) {
  PinsOptions& options = *declared.options;
  CLI::App& allow = declared.add("allow", "allow a box a weakness, by name", allow_for_box);
  allow.add_option("box", options.box, "HOST, HOST:PORT or a URL")->required();
  allow.add_option("word", options.words, "null: suites without encryption")->required();
  allow.add_flag("--remove", options.remove, "allow it no longer");
  CLI::App& add = declared.add("add", "pin the certificate of a box not visited yet", add_pin);
  add.add_option("box", options.box, "HOST, HOST:PORT or a URL")->required();
  add.add_option("certificate", options.certificate, "sha256:HEX")->required();
  add.add_flag("--replace", options.replace, "even if another certificate is remembered");
  CLI::App& forget = declared.add("forget", "forget boxes", forget_boxes);
  forget.add_option("box", options.boxes, "HOST, HOST:PORT or a URL");
  forget.add_flag("--all", options.all, "every box");
  CLI::App& import = declared.add("import", "read what export has written", import_pins);
  import.add_option("file", options.file, "a file, or - for standard input")->required();
  import.add_flag("--replace", options.replace, "also boxes that are remembered differently");
  import.add_flag("--allow-weaker", options.allow_weaker, "even if less is expected of a box then");
  import.add_flag("--dry-run", options.dry_run, "only show what would change");
}

}  // namespace

void add_pins(CLI::App& root, Context& context) {
  CLI::App* const pins = root.add_subcommand("pins", "what is remembered of boxes; alone: list");
  pins->require_subcommand(0, 1);
  const Declared declared{*pins, context, std::make_shared<PinsOptions>()};
  // Alone it is `pins list`.
  pins->callback([&context, pins, kept = declared.options] {
    if (pins->get_subcommands().empty()) {
      context.run = [kept] { return run_pins(list_pins, *kept); };
    }
  });
  add_views(declared);
  add_changes(declared);
}

}  // namespace heirloom::app

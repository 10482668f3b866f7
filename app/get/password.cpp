#include "get/password.hpp"

#include "common/files.hpp"
#include "common/output.hpp"
#include "get/exit.hpp"

#include <optional>
#include <string>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace heirloom::app::get {

namespace {

constexpr char kInterrupt = 0x03;
constexpr char kErase = 0x7F;
constexpr char kBackspace = 0x08;

/// Terminal is where a person can be asked: standard input, else the controlling terminal.
class Terminal {
 public:
  Terminal()
      : handle_(is_terminal(STDIN_FILENO) ? STDIN_FILENO : ::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
  }

  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  ~Terminal() {
    if (handle_ > STDERR_FILENO) {
      ::close(handle_);
    }
  }

  [[nodiscard]] int handle() const noexcept { return handle_; }

  [[nodiscard]] bool is_there() const noexcept { return handle_ >= 0; }

  /// say writes a question or the line end after what was typed unseen.
  void say(const std::string& text) const {
    const int to = handle_ == STDIN_FILENO ? STDERR_FILENO : handle_;
    static_cast<void>(::write(to, text.data(), text.size()) == 0);  // nobody to be told
  }

 private:
  int handle_;
};

/// QuietTerminal shows nothing of what is typed, and takes Ctrl-C as a letter: a program that died
/// here would leave the terminal without echo.
class QuietTerminal {
 public:
  explicit QuietTerminal(int handle) : handle_(handle) {
    ::tcgetattr(handle_, &before_);
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    ::tcsetattr(handle_, TCSAFLUSH, &quiet);
  }

  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;

  ~QuietTerminal() { ::tcsetattr(handle_, TCSAFLUSH, &before_); }

 private:
  int handle_;
  termios before_{};
};

/// ask gives nothing if the person pressed Ctrl-C or Ctrl-D.
std::optional<std::string> ask(const Terminal& terminal, const std::string& user) {
  std::string password;
  bool is_done = false;
  {
    // Before the question: whoever types ahead must not be seen.
    const QuietTerminal quiet(terminal.handle());
    terminal.say("Password for " + escape_text(user) + ": ");
    char letter = 0;
    while (::read(terminal.handle(), &letter, 1) == 1 && letter != kInterrupt) {
      if (letter == '\n' || letter == '\r') {
        is_done = true;
        break;
      }
      if (letter != kErase && letter != kBackspace) {
        password += letter;
      } else if (!password.empty()) {
        password.pop_back();
      }
    }
  }
  terminal.say("\n");
  return is_done ? std::optional(password) : std::nullopt;
}

}  // namespace

Outcome<std::optional<Login>> find_login(const GetOptions& options) {
  if (options.user.empty()) {
    return std::optional<Login>();
  }
  const std::size_t colon = options.user.find(':');
  if (colon != std::string::npos) {
    return std::optional(Login{options.user.substr(0, colon), options.user.substr(colon + 1)});
  }
  if (!options.pass_file.empty()) {
    Outcome<std::string> line = read_first_line(options.pass_file);
    if (!line.has_value()) {
      return to_curl(line.error());
    }
    return std::optional(Login{options.user, *std::move(line)});
  }
  const Terminal terminal;
  if (!terminal.is_there()) {
    return Failure{
        exit_code(CurlExit::usage),
        "there is no password for " + options.user + ", and nobody at a terminal to be asked",
        "--pass-file FILE, whose first line is the password",
        "password_missing"};
  }
  std::optional<std::string> typed = ask(terminal, options.user);
  if (!typed.has_value()) {
    return Failure{exit_code(CurlExit::usage),
                   "no password was given",
                   "--pass-file FILE",
                   "password_refused"};
  }
  return std::optional(Login{options.user, *std::move(typed)});
}

}  // namespace heirloom::app::get

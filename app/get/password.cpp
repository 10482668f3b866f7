#include "get/password.hpp"

#include "common/files.hpp"
#include "common/output.hpp"
#include "get/exit.hpp"

#include <cstdio>
#include <string>

#include <termios.h>
#include <unistd.h>

namespace heirloom::app::get {

namespace {

constexpr char kInterrupt = 0x03;
constexpr char kErase = 0x7F;
constexpr char kBackspace = 0x08;

/// QuietTerminal shows nothing of what is typed, and takes Ctrl-C as a letter: a program that died
/// here would leave the terminal without echo.
class QuietTerminal {
 public:
  QuietTerminal() {
    ::tcgetattr(STDIN_FILENO, &before_);
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }

  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;

  ~QuietTerminal() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }

 private:
  termios before_{};
};

/// ask gives nothing if the person pressed Ctrl-C or Ctrl-D.
std::optional<std::string> ask(const std::string& user) {
  const std::string question = "Password for " + escape_text(user) + ": ";
  std::string password;
  bool is_done = false;
  {
    const QuietTerminal quiet;  // before the question: whoever types ahead must not be seen
    static_cast<void>(std::fputs(question.c_str(), stderr));
    static_cast<void>(std::fflush(stderr));
    char letter = 0;
    while (::read(STDIN_FILENO, &letter, 1) == 1 && letter != kInterrupt) {
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
  print_line("");
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
  if (!is_terminal(STDIN_FILENO)) {
    return Failure{
        exit_code(CurlExit::usage),
        "there is no password for " + options.user + ", and nobody at a terminal to be asked",
        "--pass-file FILE, whose first line is the password",
        "password_missing"};
  }
  std::optional<std::string> typed = ask(options.user);
  if (!typed.has_value()) {
    return Failure{exit_code(CurlExit::usage),
                   "no password was given",
                   "--pass-file FILE",
                   "password_refused"};
  }
  return std::optional(Login{options.user, *std::move(typed)});
}

}  // namespace heirloom::app::get

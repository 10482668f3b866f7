#include "common/session_files.hpp"

#include "heirloom/random.hpp"

#include "common/command_text.hpp"
#include "common/files.hpp"
#include "common/private_files.hpp"
#include "common/tcp.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

namespace heirloom::app {

namespace {

/// KeyBytes is the content of a key file, wiped when it is done.
struct KeyBytes {
  std::array<std::uint8_t, 32> bytes{};

  KeyBytes() = default;
  KeyBytes(const KeyBytes&) = delete;
  KeyBytes& operator=(const KeyBytes&) = delete;

  ~KeyBytes() { ::explicit_bzero(bytes.data(), bytes.size()); }
};

std::string key_file_of(const SessionOptions& options, const std::string& session_file) {
  return options.session_key.empty() ? session_file + ".key" : options.session_key;
}

Failure not_written(const std::string& file, int number) {
  return {ExitCode::local,
          "cannot write " + file + ": " + errno_text(number),
          "--session-out and --session-key in a folder that can be written",
          "session_not_written"};
}

Outcome<bool> read_key(const std::string& file, KeyBytes& key) {
  Outcome<std::string> text = read_file(file);
  if (!text) {
    return std::move(text).error();
  }
  const bool is_key = text->size() == key.bytes.size();
  if (is_key) {
    std::ranges::copy(*text, key.bytes.begin());
  }
  ::explicit_bzero(text->data(), text->size());
  if (is_key) {
    return true;
  }
  return Failure{ExitCode::local,
                 file + " is no key for sessions, which has exactly 32 bytes",
                 "another --session-key FILE; one that does not exist is made by --session-out",
                 "session_key_invalid"};
}

/// make_key_if_missing leaves a file that exists as it is: other sessions may need it.
Outcome<bool> make_key_if_missing(const std::string& file) {
  std::error_code error;
  if (std::filesystem::exists(file, error)) {
    return true;
  }
  std::string text(sizeof(KeyBytes::bytes), '\0');
  std::vector<std::uint8_t> random(text.size());
  if (!system_random()->fill(random)) {
    return Failure{ExitCode::local, "the system has no random bytes to give", "", "random_failed"};
  }
  std::ranges::copy(random, text.begin());
  const int number = replace_file(file, text);
  ::explicit_bzero(random.data(), random.size());
  ::explicit_bzero(text.data(), text.size());
  return number == 0 ? Outcome<bool>(true) : Outcome<bool>(not_written(file, number));
}

Failure unusable(const std::string& file, const std::string& key_file, const Error& error) {
  if (error.cause == Cause::session_key_wrong) {
    return {ExitCode::local,
            "the session in " + file + " was sealed with another key than that of " + key_file,
            "--session-key with the file that was there when the session was written",
            std::string(error.name())};
  }
  return {ExitCode::local,
          file + " holds no session that can be read: " + error.detail,
          "the same without --session-in; --session-out writes a new one",
          std::string(error.name())};
}

}  // namespace

Outcome<SessionPtr> read_session(const SessionOptions& options) {
  const std::string& file = options.session_in;
  if (file.empty()) {
    return SessionPtr();
  }
  const Outcome<std::string> text = read_file(file);
  if (!text) {
    return text.error();
  }
  KeyBytes key;
  const std::string key_file = key_file_of(options, file);
  if (Outcome<bool> read = read_key(key_file, key); !read) {
    return std::move(read).error();
  }
  const std::vector<std::uint8_t> bytes(text->begin(), text->end());
  Result<SessionPtr> session = import_session(bytes, key.bytes);
  if (!session.has_value()) {
    return unusable(file, key_file, session.error());
  }
  return std::move(session).value();
}

void allow_ticket_of(const SessionPtr& session, Policy& policy) {
  if (session != nullptr && !session->facts().ticket.empty() &&
      policy.extensions != ExtensionSet{}) {
    policy.extensions.add(Extension::session_ticket);
  }
}

Outcome<bool> write_session(const SessionOptions& options, const SessionPtr& session) {
  const std::string& file = options.session_out;
  if (file.empty()) {
    return true;
  }
  if (session == nullptr) {
    return Failure{
        ExitCode::local,
        "there is no session to write to " + file + ": the peer gave neither an id nor a ticket",
        "--tickets, for a peer that only has those",
        "session_missing"};
  }
  const std::string key_file = key_file_of(options, file);
  if (Outcome<bool> made = make_key_if_missing(key_file); !made) {
    return made;
  }
  KeyBytes key;
  if (Outcome<bool> read = read_key(key_file, key); !read) {
    return read;
  }
  const Result<std::vector<std::uint8_t>> sealed = export_session(*session, key.bytes);
  if (!sealed.has_value()) {
    return Failure{ExitCode::local, "the system has no random bytes to give", "", "random_failed"};
  }
  const int number = replace_file(file, std::string(sealed->begin(), sealed->end()));
  return number == 0 ? Outcome<bool>(true) : Outcome<bool>(not_written(file, number));
}

}  // namespace heirloom::app

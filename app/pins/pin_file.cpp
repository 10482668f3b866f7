#include "pins/pin_file.hpp"

#include "common/private_files.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

namespace heirloom::app {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "sha256:";

Failure local_failure(const fs::path& path, std::string_view doing, int number) {
  return Failure{ExitCode::local,
                 "cannot " + std::string(doing) + " the pin file " + path.string() + ": " +
                     std::generic_category().message(number),
                 "a writable directory in XDG_STATE_HOME",
                 "pin_file"};
}

Failure chain_failure(const fs::path& path, const std::string& what) {
  return Failure{ExitCode::local,
                 "the certificates in " + path.string() + " cannot be used: " + what,
                 "removing that file; the next connection to the box writes it anew",
                 "chain_unreadable"};
}

/// real_path follows a symbolic link, so that a pin file that lives elsewhere stays there.
fs::path real_path(const fs::path& path) {
  std::error_code error;
  const fs::path real = fs::is_symlink(path, error) ? fs::canonical(path, error) : path;
  return error ? path : real;
}

fs::path lock_path(const fs::path& path) {
  return path.string() + ".lock";
}

}  // namespace

Outcome<PinFile> PinFile::at_default_place() {
  // The XDG Base Directory Specification wants relative paths ignored.
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && fs::path(state).is_absolute()) {
    return PinFile(fs::path(state) / "heirloom" / "pins");
  }
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    const passwd* entry = ::getpwuid(::getuid());
    home = entry == nullptr ? nullptr : entry->pw_dir;
  }
  if (home == nullptr || !fs::path(home).is_absolute()) {
    return Failure{ExitCode::local,
                   "there is no home directory to keep the pin file in",
                   "a writable directory in XDG_STATE_HOME",
                   "no_home"};
  }
  return PinFile(fs::path(home) / ".local" / "state" / "heirloom" / "pins");
}

Outcome<PinList> PinFile::load() const {
  std::string text;
  const int error = read_file_if_there(path_, text);
  if (error != 0) {
    return local_failure(path_, "read", error);
  }
  return PinList(text);
}

Outcome<bool> PinFile::check_writable() const {
  const int made = make_directories(path_.parent_path());
  if (made != 0) {
    return local_failure(path_, "write", made);
  }
  const FileHandle lock = open_lock_file(lock_path(path_));
  if (!lock.is_open()) {
    return local_failure(path_, "write", errno);
  }
  if (::access(real_path(path_).parent_path().c_str(), W_OK) != 0) {
    return local_failure(path_, "write", errno);
  }
  std::error_code error;
  if (fs::is_directory(path_, error)) {
    return local_failure(path_, "write", EISDIR);
  }
  return true;
}

Outcome<bool> PinFile::check_readable_about(const PinList& list, const std::string& box) const {
  const PinList::Problem* const problem = list.problem_of(box);
  if (problem == nullptr) {
    return true;
  }
  return Failure{ExitCode::local,
                 path_.string() + ", line " + std::to_string(problem->line) + " is about " + box +
                     " and cannot be used: " + problem->what,
                 "an editor on that line; without it the box counts as new",
                 "pin_malformed"};
}

Outcome<bool> PinFile::change(const std::function<Outcome<bool>(PinList&)>& edit) const {
  const int made = make_directories(path_.parent_path());
  if (made != 0) {
    return local_failure(path_, "write", made);
  }
  const FileHandle lock = open_lock_file(lock_path(path_));
  if (!lock.is_open() || ::flock(lock.get(), LOCK_EX) != 0) {
    return local_failure(path_, "lock", errno);
  }
  Outcome<PinList> list = load();
  if (!list.has_value()) {
    return list.error();
  }
  const std::string before = list->text();
  Outcome<bool> edited = edit(*list);
  const std::string text = list->text();
  if (!edited.has_value() || text == before) {
    return edited;
  }
  const int error = replace_file(real_path(path_), text);
  if (error != 0) {
    return local_failure(path_, "write", error);
  }
  drop_chains_without_pin(text);
  return true;
}

Outcome<bool> PinFile::put(const Pin& pin) const {
  return change([&](PinList& list) {
    Outcome<bool> readable = check_readable_about(list, pin.box);
    if (readable.has_value()) {
      list.put(pin);
    }
    return readable;
  });
}

Outcome<bool> PinFile::remember(const Pin& pin,
                                const CertificateChain& chain,
                                const std::optional<Pin>& before) const {
  return change([&](PinList& list) -> Outcome<bool> {
    Outcome<bool> readable = check_readable_about(list, pin.box);
    if (!readable.has_value()) {
      return readable;
    }
    const Pin* const now = list.find(pin.box);
    const bool is_as_before =
        now == nullptr || (before.has_value() && expects_the_same(*now, *before));
    Pin shown = pin;
    shown.allow = now == nullptr ? pin.allow : now->allow;
    if (!is_as_before && !expects_the_same(*now, shown)) {
      return Failure{ExitCode::identity,
                     "somebody else has just changed what is remembered of " + pin.box +
                         ", to something that this connection did not show",
                     "the same command again",
                     "pin_changed_meanwhile"};
    }
    Outcome<bool> kept = keep_chain(chain);
    if (kept.has_value()) {
      list.put(pin);
    }
    return kept;
  });
}

fs::path PinFile::chain_path(const std::string& certificate) const {
  return path_.parent_path() / "certificates" / (certificate.substr(kPrefix.size()) + ".pem");
}

Outcome<bool> PinFile::keep_chain(const CertificateChain& chain) const {
  if (chain.empty()) {
    return true;
  }
  const fs::path path = chain_path(format_fingerprint(certificate_fingerprint(chain.front())));
  std::string text;
  for (const CertificateDer& certificate : chain) {
    text += format_pem(certificate);
  }
  std::string before;
  if (read_file_if_there(path, before) == 0 && before == text) {
    return true;
  }
  int error = make_directories(path.parent_path());
  error = error == 0 ? replace_file(path, text) : error;
  return error == 0 ? Outcome<bool>(true)
                    : chain_failure(path, std::generic_category().message(error));
}

Outcome<CertificateChain> PinFile::chain_of(const std::string& certificate) const {
  const fs::path path = chain_path(certificate);
  std::string text;
  const int error = read_file_if_there(path, text);
  if (error != 0) {
    return chain_failure(path, std::generic_category().message(error));
  }
  if (text.empty()) {
    return CertificateChain{};
  }
  auto chain = parse_pem_chain(text);
  if (!chain) {
    return chain_failure(path, chain.error().text());
  }
  if (format_fingerprint(certificate_fingerprint(chain->front())) != certificate) {
    return chain_failure(path, "the first one is not the one that the file is named for");
  }
  return *std::move(chain);
}

void PinFile::drop_chains_without_pin(const std::string& text) const {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path_.parent_path() / "certificates", error)) {
    const fs::path& path = entry.path();
    // A line that cannot be read may name the certificate, too.
    if (path.extension() == ".pem" && text.find(path.stem().string()) == std::string::npos) {
      fs::remove(path, error);
    }
  }
}

}  // namespace heirloom::app

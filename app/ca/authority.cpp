#include "ca/authority.hpp"

#include "ca/mint.hpp"
#include "common/files.hpp"
#include "common/private_files.hpp"
#include "common/tcp.hpp"
#include "pins/pin_file.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace heirloom::app {

namespace fs = std::filesystem;

namespace {

constexpr mode_t kOthers = 0077;
constexpr std::chrono::hours kRenewBefore{30 * 24};

fs::path certificate_in(const fs::path& folder) {
  return folder / "certificate.pem";
}

fs::path key_in(const fs::path& folder) {
  return folder / "key.pem";
}

fs::path lock_in(const fs::path& folder) {
  return folder / "lock";
}

Failure missing(const fs::path& folder) {
  return {ExitCode::local,
          "there is no local authority in " + folder.string() + " yet",
          "heirloom reach --tls https://BOX, which makes one",
          "ca_missing"};
}

Failure damaged(const fs::path& folder, const std::string& what) {
  return {ExitCode::local,
          "the local authority in " + folder.string() + " cannot be used: " + what,
          "heirloom ca remove; the next reach --tls makes a new one",
          "ca_damaged"};
}

Failure files_failure(const fs::path& path, std::string_view doing, int number) {
  return {ExitCode::local,
          "cannot " + std::string(doing) + " " + path.string() +
              " for the local authority: " + errno_text(number),
          "a writable directory in XDG_STATE_HOME",
          "ca_files"};
}

Failure no_minting() {
  return {ExitCode::internal, "libcrypto cannot make a certificate", "", "ca_minting"};
}

}  // namespace

struct LocalAuthority::Pair {
  KeyPtr key;
  CertificatePtr certificate;
};

LocalAuthority::LocalAuthority(fs::path folder, std::unique_ptr<Pair> pair, std::string pem)
    : folder_(std::move(folder)), pair_(std::move(pair)), pem_(std::move(pem)) {}

LocalAuthority::LocalAuthority(LocalAuthority&&) noexcept = default;
LocalAuthority& LocalAuthority::operator=(LocalAuthority&&) noexcept = default;
LocalAuthority::~LocalAuthority() = default;

Outcome<fs::path> LocalAuthority::default_folder() {
  const Outcome<PinFile> pins = PinFile::at_default_place();
  if (!pins.has_value()) {
    return pins.error();
  }
  return pins->path().parent_path() / "ca";
}

Outcome<LocalAuthority> LocalAuthority::load(const fs::path& folder) {
  struct stat status {};

  if (::stat(key_in(folder).c_str(), &status) != 0) {
    return errno == ENOENT || errno == ENOTDIR ? missing(folder)
                                               : files_failure(key_in(folder), "read", errno);
  }
  // Security: a key that others could read may be theirs by now.
  if ((status.st_mode & kOthers) != 0) {
    return Failure{ExitCode::local,
                   "others can read " + key_in(folder).string() + ", the local authority's key",
                   "heirloom ca remove, or chmod 600 if nobody has had it",
                   "ca_key_exposed"};
  }
  std::error_code error;
  if (!fs::exists(certificate_in(folder), error)) {
    return damaged(folder, "the certificate is missing");
  }
  for (const fs::path& file : {key_in(folder), certificate_in(folder)}) {
    if (::access(file.c_str(), R_OK) != 0) {
      return files_failure(file, "read", errno);
    }
  }
  const Outcome<std::string> key_pem = read_file(key_in(folder).string());
  Outcome<std::string> pem = read_file(certificate_in(folder).string());
  if (!key_pem.has_value() || !pem.has_value()) {
    return damaged(folder, key_pem.has_value() ? pem.error().what : key_pem.error().what);
  }
  auto pair = std::make_unique<Pair>(Pair{key_from_pem(*key_pem), certificate_from_pem(*pem)});
  if (pair->key == nullptr || pair->certificate == nullptr) {
    return damaged(
        folder, pair->key == nullptr ? "the key is unreadable" : "the certificate is unreadable");
  }
  if (X509_check_private_key(pair->certificate.get(), pair->key.get()) != 1) {
    return damaged(folder, "key and certificate do not belong together");
  }
  std::string own_pem = to_pem(pair->certificate.get());
  return LocalAuthority(folder, std::move(pair), std::move(own_pem));
}

/// make is called with the lock held.
Outcome<LocalAuthority> LocalAuthority::make(const fs::path& folder) {
  auto pair = std::make_unique<Pair>();
  pair->key = make_key();
  pair->certificate = pair->key == nullptr ? nullptr : make_authority(pair->key.get());
  if (pair->certificate == nullptr) {
    return no_minting();
  }
  std::string pem = to_pem(pair->certificate.get());
  // The certificate comes first: without its key it does nothing, and load finds nothing.
  int error = replace_file(certificate_in(folder), pem);
  if (error == 0) {
    error = replace_file(key_in(folder), to_pem(pair->key.get()));
  }
  if (error != 0) {
    return files_failure(folder, "write", error);
  }
  LocalAuthority made(folder, std::move(pair), std::move(pem));
  made.is_new_ = true;
  return made;
}

Outcome<LocalAuthority> LocalAuthority::load_or_make(const fs::path& folder) {
  const int made = make_directories(folder);
  if (made != 0) {
    return files_failure(folder, "make", made);
  }
  const FileHandle lock = open_lock_file(lock_in(folder));
  if (!lock.is_open() || ::flock(lock.get(), LOCK_EX) != 0) {
    return files_failure(folder, "lock", errno);
  }
  Outcome<LocalAuthority> known = load(folder);
  const bool is_there = known.has_value();
  if (!is_there && known.error().cause != "ca_missing") {
    return known;
  }
  if (is_there && known->not_after() > std::chrono::system_clock::now() + kRenewBefore) {
    return known;
  }
  return make(folder);
}

Outcome<bool> LocalAuthority::remove(const fs::path& folder) {
  std::error_code error;
  const bool is_there =
      fs::exists(key_in(folder), error) || fs::exists(certificate_in(folder), error);
  if (!is_there) {
    return missing(folder);
  }
  // The key first: from then on there is no authority, whatever else goes wrong.
  for (const fs::path& file : {key_in(folder), certificate_in(folder), lock_in(folder)}) {
    if (::unlink(file.c_str()) != 0 && errno != ENOENT) {
      return files_failure(file, "remove", errno);
    }
  }
  ::rmdir(folder.c_str());  // stays if a person has put something there
  return true;
}

Outcome<IssuedCertificate> LocalAuthority::issue(const std::vector<std::string>& names) const {
  const KeyPtr key = make_key();
  const CertificatePtr leaf =
      key == nullptr ? nullptr
                     : make_leaf(key.get(), names, pair_->certificate.get(), pair_->key.get());
  if (leaf == nullptr) {
    return no_minting();
  }
  return IssuedCertificate{to_pem(leaf.get()) + pem_, to_pem(key.get()), end_of(leaf.get())};
}

fs::path LocalAuthority::certificate_file() const {
  return certificate_in(folder_);
}

fs::path LocalAuthority::key_file() const {
  return key_in(folder_);
}

std::chrono::system_clock::time_point LocalAuthority::not_after() const {
  return end_of(pair_->certificate.get());
}

}  // namespace heirloom::app

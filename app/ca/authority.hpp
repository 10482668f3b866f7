// LocalAuthority: the certificate authority of this user and this machine, for `reach --tls`.
//
// It is made on first use and lives in one folder: certificate.pem, which people import, and
// key.pem, mode 0600. Security: whoever has the key can answer for every name that the certificate
// allows, so it allows localhost names and loopback addresses only (name constraints, RFC 5280
// §4.2.1.10): a stolen key is of no use against any other machine.
#pragma once

#include "common/failure.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace heirloom::app {

/// IssuedCertificate is a server certificate that exists in memory only.
struct IssuedCertificate {
  std::string chain_pem;  ///< own one first
  std::string key_pem;
  std::chrono::system_clock::time_point not_after;
};

class LocalAuthority {
 public:
  /// default_folder is $XDG_STATE_HOME/heirloom/ca, else ~/.local/state/heirloom/ca.
  [[nodiscard]] static Outcome<std::filesystem::path> default_folder();

  /// load reads an existing one. ExitCode::local with cause "ca_missing" if there is none,
  /// "ca_damaged" if its files do not fit each other, "ca_key_exposed" if others can read the key,
  /// "ca_files" if they cannot be read.
  [[nodiscard]] static Outcome<LocalAuthority> load(const std::filesystem::path& folder);

  /// load_or_make is load, and makes one if there is none or if it ends within a month. Programs
  /// that do this at the same time get the same one.
  [[nodiscard]] static Outcome<LocalAuthority> load_or_make(const std::filesystem::path& folder);

  /// remove deletes the files and the folder; "ca_missing" if there is none.
  [[nodiscard]] static Outcome<bool> remove(const std::filesystem::path& folder);

  LocalAuthority(LocalAuthority&&) noexcept;
  LocalAuthority& operator=(LocalAuthority&&) noexcept;
  LocalAuthority(const LocalAuthority&) = delete;
  LocalAuthority& operator=(const LocalAuthority&) = delete;
  ~LocalAuthority();

  /// issue makes a certificate with a key of its own for names under localhost and loopback
  /// addresses, valid for a little more than a year.
  [[nodiscard]] Outcome<IssuedCertificate> issue(const std::vector<std::string>& names) const;

  [[nodiscard]] const std::string& certificate_pem() const noexcept { return pem_; }

  [[nodiscard]] std::filesystem::path certificate_file() const;
  [[nodiscard]] std::filesystem::path key_file() const;
  [[nodiscard]] std::chrono::system_clock::time_point not_after() const;

  /// is_new is true if load_or_make has just made it.
  [[nodiscard]] bool is_new() const noexcept { return is_new_; }

 private:
  struct Pair;  // key and certificate
  LocalAuthority(std::filesystem::path folder, std::unique_ptr<Pair> pair, std::string pem);
  [[nodiscard]] static Outcome<LocalAuthority> make(const std::filesystem::path& folder);

  std::filesystem::path folder_;
  std::unique_ptr<Pair> pair_;
  std::string pem_;
  bool is_new_ = false;
};

}  // namespace heirloom::app

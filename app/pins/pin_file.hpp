// PinFile: the pin list on disk, and beside it the certificates that the pins name.
//
// $XDG_STATE_HOME/heirloom/pins, else ~/.local/state/heirloom/pins; directory 0700, file 0600. A
// change is made under a lock, on what the file says at that moment, into a new file that takes the
// place of the old one: programs at once lose nothing, and neither does a full disk. The chain that
// a box showed is certificates/<SHA-256 of its own certificate>.pem; it stays as long as a line of
// the pin file names it.
#pragma once

#include "heirloom/certificate.hpp"

#include "common/failure.hpp"
#include "pins/pin.hpp"
#include "pins/pin_list.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace heirloom::app {

class PinFile {
 public:
  explicit PinFile(std::filesystem::path path) : path_(std::move(path)) {}

  /// at_default_place reads the environment. ExitCode::local if there is no home either.
  [[nodiscard]] static Outcome<PinFile> at_default_place();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// load reads the file; a missing one is an empty list.
  [[nodiscard]] Outcome<PinList> load() const;

  /// check_writable proves that put would work, before anything is asked of anybody. A failure
  /// names the file and the reason.
  [[nodiscard]] Outcome<bool> check_writable() const;

  /// check_readable_about fails ("pin_malformed") if a line that cannot be used may be about the
  /// box: it must not count as new then.
  [[nodiscard]] Outcome<bool> check_readable_about(const PinList& list,
                                                   const std::string& box) const;

  /// put stores one box. If it fails, the file is what it was.
  [[nodiscard]] Outcome<bool> put(const Pin& pin) const;

  /// remember is put for a connection that was judged by `before`, what the file said then; the
  /// chain is kept too. Security: if somebody has changed what the box is held to in the meantime,
  /// to something that this connection has not shown either, the judgement is void
  /// ("pin_changed_meanwhile").
  [[nodiscard]] Outcome<bool> remember(const Pin& pin,
                                       const CertificateChain& chain,
                                       const std::optional<Pin>& before) const;

  /// change lets `edit` change the list under the lock, and writes the result unless edit fails.
  [[nodiscard]] Outcome<bool> change(const std::function<Outcome<bool>(PinList&)>& edit) const;

  /// keep_chain stores what a box showed. Call it from an edit, before the list names it.
  [[nodiscard]] Outcome<bool> keep_chain(const CertificateChain& chain) const;

  /// chain_of gives the chain of a pin's certificate; empty if it was not kept. "chain_unreadable"
  /// if the file does not hold what its name says.
  [[nodiscard]] Outcome<CertificateChain> chain_of(const std::string& certificate) const;

 private:
  [[nodiscard]] std::filesystem::path chain_path(const std::string& certificate) const;
  void drop_chains_without_pin(const std::string& text) const;

  std::filesystem::path path_;
};

}  // namespace heirloom::app

// SessionDisplay: what a client connection shows on standard error, as text or JSON lines.
#pragma once

#include "heirloom/connection.hpp"
#include "heirloom/event.hpp"

#include "common/output.hpp"

#include <cstdint>
#include <string>

namespace heirloom::app {

class SessionDisplay {
 public:
  struct Settings {
    std::string target;
    OutputFormat format = OutputFormat::text;
    int verbosity = 0;
    bool show_messages = false;
    bool show_certificates = false;
    std::string prefix = {};  ///< of every line about a message: whose connection it is
  };

  explicit SessionDisplay(Settings settings) : settings_(std::move(settings)) {}

  /// show_event prints a handshake message, change_cipher_spec or alert, if asked to.
  void show_event(const Event& event, const ConnectionInfo& info) const;

  /// show_summary prints the one line about the connection and how weak it is; with -v or
  /// show_certificates the certificates from the peer's up to the root that vouches for it.
  void show_summary(const ConnectionInfo& info) const;

  /// show_end prints how much went each way (-v and JSON).
  void show_end(std::uint64_t sent, std::uint64_t received) const;

 private:
  void show_chain(const ConnectionInfo& info) const;

  Settings settings_;
};

}  // namespace heirloom::app

// SessionDisplay: what a client connection shows on standard error, as text or JSON lines.
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/connection.hpp"
#include "heirloom/event.hpp"

#include "common/output.hpp"

#include <cstddef>
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

  /// show_event prints a handshake message, change_cipher_spec or alert, if asked to, and always a
  /// renegotiation: that it happened, and whether the certificate is the same, or that it was
  /// refused.
  void show_event(const Event& event, const ConnectionInfo& info);

  /// show_summary prints the one line about the connection and how weak it is; with -v or
  /// show_certificates the certificates from the peer's up to the root that vouches for it.
  void show_summary(const ConnectionInfo& info) const;

  /// show_resumption prints how many of several connections were resumed.
  void show_resumption(std::size_t connections, std::size_t resumed) const;

  /// show_end prints how much went each way (-v and JSON).
  void show_end(std::uint64_t sent, std::uint64_t received) const;

 private:
  void show_chain(const ConnectionInfo& info) const;
  void show_renegotiation(const ConnectionInfo& info) const;
  void show_refusal(const Event& event, const ConnectionInfo& info) const;

  Settings settings_;
  CertificateChain shown_chain_;  ///< of the last handshake
};

}  // namespace heirloom::app

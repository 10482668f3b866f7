// Dialogue: the plain-text part of a connection, read piece by piece, with everything that can go
// wrong in it turned into a sentence.
#pragma once

#include "common/failure.hpp"
#include "common/stream.hpp"
#include "starttls/start_tls.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app {

class Dialogue {
 public:
  Dialogue(Stream& plain, const StartTlsRequest& request, Deadline deadline)
      : plain_(plain), request_(request), deadline_(deadline) {}

  /// read_line gives the next line without its line end. A server that sends 4096 bytes without
  /// one is none that this dialogue is for.
  Outcome<std::string> read_line();

  /// read_through reads until `end` has come, and gives everything up to and with it.
  Outcome<std::string> read_through(std::string_view end);

  /// read_bytes gives exactly that many.
  Outcome<std::vector<std::uint8_t>> read_bytes(std::size_t count);

  Outcome<bool> send(std::string_view text);
  Outcome<bool> send(std::span<const std::uint8_t> bytes);

  /// finish says that the server has agreed. In TLS the client speaks first (RFC 2246 §7.3), so
  /// bytes that are already here were put in by somebody who is not protected by the handshake:
  /// "starttls_injected".
  Outcome<bool> finish();

  /// refused is the failure for a server that said no, in these words.
  [[nodiscard]] Failure refused(std::string_view its_words) const;

  /// unexpected is the failure for a server that is none of this protocol.
  [[nodiscard]] Failure unexpected(std::string_view its_words) const;

  [[nodiscard]] const StartTlsRequest& request() const noexcept { return request_; }

 private:
  Outcome<bool> receive();
  [[nodiscard]] Failure silent() const;
  [[nodiscard]] Failure closed() const;
  /// without_start_tls is the command for a port that is TLS from its first byte.
  [[nodiscard]] std::string without_start_tls() const;

  Stream& plain_;
  const StartTlsRequest& request_;
  Deadline deadline_;
  std::string buffer_;  ///< received, not yet given
};

/// The conversations. Each ends with the server's consent read and nothing behind it looked at.
Outcome<bool> ask_smtp(Dialogue& dialogue);
Outcome<bool> ask_imap(Dialogue& dialogue);
Outcome<bool> ask_pop3(Dialogue& dialogue);
Outcome<bool> ask_ftp(Dialogue& dialogue);
Outcome<bool> ask_ldap(Dialogue& dialogue);
Outcome<bool> ask_xmpp(Dialogue& dialogue);
Outcome<bool> ask_postgres(Dialogue& dialogue);
Outcome<bool> ask_mysql(Dialogue& dialogue);

}  // namespace heirloom::app

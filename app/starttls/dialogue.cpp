#include "starttls/dialogue.hpp"

#include "common/command_text.hpp"
#include "common/output.hpp"
#include "common/tcp.hpp"

#include <array>

namespace heirloom::app {

namespace {

/// kPatience bounds what a server may say before it agrees: capabilities take some hundred bytes.
constexpr std::size_t kMostBytes = 65536;
constexpr std::size_t kLongestLine = 4096;
constexpr std::size_t kShownBytes = 120;

/// show makes a server's words fit for a sentence.
std::string show(std::string_view words) {
  while (!words.empty() && (words.back() == '\r' || words.back() == '\n' || words.back() == '.')) {
    words.remove_suffix(1);
  }
  const bool is_cut = words.size() > kShownBytes;
  return "\"" + escape_text(words.substr(0, kShownBytes)) + (is_cut ? "…" : "") + "\"";
}

}  // namespace

std::string Dialogue::without_start_tls() const {
  return "heirloom connect " + shell_word(request_.target) +
         ", if this port is TLS from its first byte";
}

Failure Dialogue::refused(std::string_view its_words) const {
  const std::string words = its_words.empty() ? "" : ": " + show(its_words);
  return {ExitCode::handshake,
          request_.target + " refuses to begin TLS by " +
              std::string(start_tls_word(request_.protocol)) + words,
          "the server's own settings: it needs a certificate before it can offer TLS",
          "starttls_refused"};
}

Failure Dialogue::unexpected(std::string_view its_words) const {
  const std::string words = its_words.empty() ? "" : ": it says " + show(its_words);
  return {ExitCode::handshake,
          request_.target + " does not answer as " +
              std::string(start_tls_word(request_.protocol)) + " does" + words,
          without_start_tls(),
          "starttls_unexpected"};
}

Failure Dialogue::silent() const {
  return {ExitCode::network,
          request_.target + " did not answer in time, before TLS, when asked by " +
              std::string(start_tls_word(request_.protocol)),
          without_start_tls(),
          "starttls_timeout"};
}

Failure Dialogue::closed() const {
  return {ExitCode::handshake,
          request_.target + " hung up before TLS had begun",
          without_start_tls(),
          "starttls_closed"};
}

Outcome<bool> Dialogue::receive() {
  std::array<std::uint8_t, 4096> piece{};
  const StreamOutcome got = plain_.read(piece, deadline_);
  if (got.count > 0) {
    buffer_.append(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(got.count));
    return buffer_.size() <= kMostBytes ? Outcome<bool>(true) : unexpected(buffer_);
  }
  switch (got.status) {
    case StreamStatus::ok:
      return true;
    case StreamStatus::timeout:
      return silent();
    case StreamStatus::end:
    case StreamStatus::truncated:
    case StreamStatus::failed:
      return closed();
  }
  return closed();
}

Outcome<std::string> Dialogue::read_through(std::string_view end) {
  std::size_t found = buffer_.find(end);
  while (found == std::string::npos) {
    const Outcome<bool> more = receive();
    if (!more) {
      return more.error();
    }
    found = buffer_.find(end);
  }
  std::string text = buffer_.substr(0, found + end.size());
  buffer_.erase(0, text.size());
  return text;
}

Outcome<std::string> Dialogue::read_line() {
  while (buffer_.find('\n') == std::string::npos) {
    if (buffer_.size() > kLongestLine) {
      return unexpected(buffer_);
    }
    const Outcome<bool> more = receive();
    if (!more) {
      return more.error();
    }
  }
  auto line = read_through("\n");
  line->pop_back();
  if (line->ends_with('\r')) {
    line->pop_back();
  }
  return line;
}

Outcome<std::vector<std::uint8_t>> Dialogue::read_bytes(std::size_t count) {
  if (count > kMostBytes) {
    return unexpected(buffer_);
  }
  while (buffer_.size() < count) {
    const Outcome<bool> more = receive();
    if (!more) {
      return more.error();
    }
  }
  std::vector<std::uint8_t> bytes(buffer_.begin(),
                                  buffer_.begin() + static_cast<std::ptrdiff_t>(count));
  buffer_.erase(0, count);
  return bytes;
}

Outcome<bool> Dialogue::send(std::string_view text) {
  return send({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

Outcome<bool> Dialogue::send(std::span<const std::uint8_t> bytes) {
  const StreamOutcome sent = plain_.write(bytes, deadline_);
  if (sent.status == StreamStatus::timeout) {
    return silent();
  }
  return sent.status == StreamStatus::ok ? Outcome<bool>(true) : closed();
}

Outcome<bool> Dialogue::finish() {
  if (buffer_.empty() && wait_for(plain_.readable_handle(), {true, false}, in({})).readable) {
    // Readable can also mean that the server has hung up: the handshake will say so.
    static_cast<void>(receive());
  }
  if (buffer_.empty()) {
    return true;
  }
  // Security: a person in the middle can send plain text along with the server's consent, to be
  // taken for what the server says under TLS (CVE-2011-0411, CVE-2021-23222).
  return Failure{
      ExitCode::handshake,
      "behind the consent of " + request_.target +
          " to begin TLS came more plain text, which nobody vouches for: " + show(buffer_),
      "a look at who can change this traffic; an honest server sends nothing there",
      "starttls_injected"};
}

}  // namespace heirloom::app

#include "starttls/start_tls.hpp"

#include "starttls/dialogue.hpp"

#include <algorithm>
#include <array>

namespace heirloom::app {

namespace {

/// Row is what is known of one protocol.
struct Row {
  std::string_view word;
  StartTlsProtocol protocol;
  std::uint16_t port;
  Outcome<bool> (*ask)(Dialogue& dialogue);
};

constexpr std::array<Row, 8> kRows{{
    {"smtp", StartTlsProtocol::smtp, 25, ask_smtp},
    {"imap", StartTlsProtocol::imap, 143, ask_imap},
    {"pop3", StartTlsProtocol::pop3, 110, ask_pop3},
    {"ftp", StartTlsProtocol::ftp, 21, ask_ftp},
    {"ldap", StartTlsProtocol::ldap, 389, ask_ldap},
    {"xmpp", StartTlsProtocol::xmpp, 5222, ask_xmpp},
    {"postgres", StartTlsProtocol::postgres, 5432, ask_postgres},
    {"mysql", StartTlsProtocol::mysql, 3306, ask_mysql},
}};

const Row& row_of(StartTlsProtocol protocol) noexcept {
  return *std::ranges::find(kRows, protocol, &Row::protocol);  // every enumerator has a row
}

}  // namespace

std::optional<StartTlsProtocol> parse_start_tls_protocol(std::string_view word) {
  const auto* const row = std::ranges::find(kRows, word, &Row::word);
  return row == kRows.end() ? std::nullopt : std::optional(row->protocol);
}

std::string_view start_tls_word(StartTlsProtocol protocol) noexcept {
  return row_of(protocol).word;
}

std::vector<std::string> start_tls_words() {
  std::vector<std::string> words;
  std::ranges::transform(
      kRows, std::back_inserter(words), [](const Row& row) { return std::string(row.word); });
  return words;
}

std::uint16_t start_tls_port(StartTlsProtocol protocol) noexcept {
  return row_of(protocol).port;
}

Outcome<bool> start_tls(Stream& plain, const StartTlsRequest& request, Deadline deadline) {
  Dialogue dialogue(plain, request, deadline);
  const Outcome<bool> agreed = row_of(request.protocol).ask(dialogue);
  return agreed ? dialogue.finish() : agreed;
}

}  // namespace heirloom::app

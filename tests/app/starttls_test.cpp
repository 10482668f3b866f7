// start_tls against servers whose every byte is chosen here: what is understood, what is refused,
// and that nothing else happens whatever they send. Servers that take turns are in the end-to-end
// tests.
#include "common/tcp.hpp"
#include "starttls/start_tls.hpp"

#include <array>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace heirloom::app {
namespace {

using namespace std::string_literals;

/// ask lets the server say all of it in advance and then hang up; "ok", or the cause.
std::string ask(StartTlsProtocol protocol, const std::string& server_says) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  EXPECT_EQ(::write(ends[1], server_says.data(), server_says.size()),
            static_cast<ssize_t>(server_says.size()));
  ::shutdown(ends[1], SHUT_WR);
  TcpStream client(ends[0]);
  const auto outcome =
      start_tls(client, {protocol, "box:1", "box", "localhost"}, in(std::chrono::seconds(60)));
  ::close(ends[1]);
  return outcome ? "ok" : outcome.error().cause;
}

std::string mysql(const std::string& body) {
  return std::string(1, static_cast<char>(body.size())) + "\0\0\0"s + body;
}

std::string mysql_body() {
  return "\x0a"s + "5.0.45\0"s + "\7\0\0\0"s + "saltsalt\0"s + "\x0c\xaa"s + "\x08\2\0"s +
         std::string(13, '\0') + "moresaltmore\0"s;
}

/// ldap_message: an ExtendedResponse with short lengths.
std::string ldap_message(char code) {
  const std::string body = "\x0a\1"s + code + "\4\0\4\0"s;
  const std::string response = "\x78"s + static_cast<char>(body.size()) + body;
  return "\x30"s + static_cast<char>(response.size() + 3) + "\2\1\1"s + response;
}

std::vector<std::pair<StartTlsProtocol, std::string>> consents() {
  using enum StartTlsProtocol;
  return {{smtp, "220 box\r\n250-box\r\n250 STARTTLS\r\n220 go\r\n"},
          {imap, "* OK box\r\n* CAPABILITY IMAP4rev1\r\n. OK\r\n. OK begin\r\n"},
          {pop3, "+OK box\r\n+OK begin\r\n"},
          {ftp, "220-box\r\n 220 x\r\n220 box\r\n234 go\r\n"},
          {ldap, ldap_message(0)},
          {xmpp,
           "<?xml version='1.0'?><stream:stream id='1'><stream:features><starttls "
           "xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features><proceed></proceed>"},
          {postgres, "S"},
          {mysql, app::mysql(mysql_body())}};
}

TEST(StartTls, EveryWordHasItsPort) {
  const std::vector<std::pair<std::string, std::uint16_t>> expected = {{"smtp", 25},
                                                                       {"imap", 143},
                                                                       {"pop3", 110},
                                                                       {"ftp", 21},
                                                                       {"ldap", 389},
                                                                       {"xmpp", 5222},
                                                                       {"postgres", 5432},
                                                                       {"mysql", 3306}};
  ASSERT_EQ(start_tls_words().size(), expected.size());
  for (const auto& [word, port] : expected) {
    const auto protocol = parse_start_tls_protocol(word);
    ASSERT_TRUE(protocol.has_value()) << word;
    EXPECT_EQ(start_tls_word(*protocol), word);
    EXPECT_EQ(start_tls_port(*protocol), port);
  }
  EXPECT_FALSE(parse_start_tls_protocol("SMTP").has_value());
  EXPECT_FALSE(parse_start_tls_protocol("").has_value());
}

TEST(StartTls, ConsentIsUnderstood) {
  for (const auto& [protocol, text] : consents()) {
    EXPECT_EQ(ask(protocol, text), "ok") << start_tls_word(protocol);
  }
}

TEST(StartTls, OneByteMoreIsInjected) {
  for (const auto& [protocol, text] : consents()) {
    EXPECT_EQ(ask(protocol, text + "x"), "starttls_injected") << start_tls_word(protocol);
  }
}

TEST(StartTls, OneByteLessIsAnEnd) {
  for (const auto& [protocol, text] : consents()) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      EXPECT_EQ(ask(protocol, text.substr(0, size)), "starttls_closed")
          << start_tls_word(protocol) << " " << size;
    }
  }
}

TEST(StartTls, CodesOfSmtpAndFtp) {
  using enum StartTlsProtocol;
  EXPECT_EQ(ask(smtp, "220 x\r\n250 x\r\n502 no\r\n"), "starttls_refused");
  EXPECT_EQ(ask(smtp, "220 x\r\n502 no EHLO\r\n220 go\r\n"), "ok") << "EHLO may be unknown";
  EXPECT_EQ(ask(smtp, "220 x\n250 x\n220\n"), "ok") << "line feeds alone";
  EXPECT_EQ(ask(smtp, "200 x\r\n"), "starttls_unexpected");
  EXPECT_EQ(ask(smtp, "22 x\r\n"), "starttls_unexpected");
  EXPECT_EQ(ask(smtp, "220x\r\n"), "starttls_unexpected");
  EXPECT_EQ(ask(ftp, "120 wait\r\n220 x\r\n234 go\r\n"), "ok");
  EXPECT_EQ(ask(ftp, "220 x\r\n500 no\r\n334 go\r\n"), "ok");
  EXPECT_EQ(ask(ftp, "220 x\r\n530 log in first\r\n530 log in first\r\n"), "starttls_refused");
}

TEST(StartTls, ImapThatIsLoggedInAlready) {
  EXPECT_EQ(ask(StartTlsProtocol::imap, "* PREAUTH hello\r\n"), "starttls_refused");
  EXPECT_EQ(ask(StartTlsProtocol::imap, "* BYE\r\n"), "starttls_refused");
  EXPECT_EQ(ask(StartTlsProtocol::imap, "* OK\r\n. BAD\r\n. NO\r\n"), "starttls_refused");
}

TEST(StartTls, LengthsOfLdap) {
  using enum StartTlsProtocol;
  const std::string short_form = ldap_message(0);
  const std::string long_form = "\x30\x84\0\0\0"s + short_form.substr(1);
  EXPECT_EQ(ask(ldap, long_form), "ok");
  EXPECT_EQ(ask(ldap, ldap_message(2)), "starttls_refused");
  EXPECT_EQ(ask(ldap, "\x30\x80"s), "starttls_unexpected") << "indefinite";
  EXPECT_EQ(ask(ldap, "\x30\x85\0\0\0\0\0"s), "starttls_unexpected") << "five bytes";
  EXPECT_EQ(ask(ldap, "\x30\x84\xff\xff\xff\xff"s), "starttls_unexpected") << "4 GiB";
  EXPECT_EQ(ask(ldap, "\x30\0"s), "starttls_unexpected");
  EXPECT_EQ(ask(ldap, "\x30\x05\2\1\1\x78\x7f"s), "starttls_unexpected") << "longer than it is";
}

TEST(StartTls, PacketsOfMySql) {
  using enum StartTlsProtocol;
  EXPECT_EQ(ask(mysql, app::mysql("\xff\x15\4no"s)), "starttls_refused");
  EXPECT_EQ(ask(mysql, app::mysql("\xff\x15\4"s)), "starttls_refused");
  EXPECT_EQ(ask(mysql, app::mysql("\x09"s + mysql_body().substr(1))), "starttls_unexpected");
  EXPECT_EQ(ask(mysql, app::mysql("\x0a"s + std::string(60, 'v'))), "starttls_unexpected");
  EXPECT_EQ(ask(mysql, app::mysql(mysql_body().substr(0, 21))), "starttls_unexpected");
  EXPECT_EQ(ask(mysql, "\xff\xff\xff\0"s), "starttls_unexpected");
}

TEST(StartTls, ChangedBytesDoNoHarm) {
  std::mt19937 random(20260101);
  const auto below = [&random](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  for (const auto& [protocol, text] : consents()) {
    for (int round = 0; round < 300; ++round) {
      std::string changed = text;
      for (std::size_t count = below(4) + 1; count != 0; --count) {
        changed[below(changed.size())] = static_cast<char>(below(256));
      }
      const std::string end = ask(protocol, changed);
      EXPECT_TRUE(end == "ok" || end.starts_with("starttls_")) << end;
      EXPECT_NE(end, "starttls_timeout");
    }
  }
}

}  // namespace
}  // namespace heirloom::app

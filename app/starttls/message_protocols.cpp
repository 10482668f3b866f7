// The protocols that talk in binary messages: LDAP, PostgreSQL, MySQL.
#include "starttls/dialogue.hpp"

#include <array>
#include <optional>

namespace heirloom::app {

namespace {

using Bytes = std::vector<std::uint8_t>;

/// Element is one element of BER (X.690 §8.1): its tag and its contents.
struct Element {
  std::uint8_t tag = 0;
  std::span<const std::uint8_t> contents;
};

/// take_element takes one element off the front. Empty if there is none, or if its length is
/// written in a form that LDAP forbids (RFC 4511 §5.1) or in more than four bytes.
std::optional<Element> take_element(std::span<const std::uint8_t>& bytes) {
  if (bytes.size() < 2) {
    return std::nullopt;
  }
  const std::uint8_t tag = bytes[0];
  std::size_t length = bytes[1];
  std::size_t header = 2;
  if (length >= 0x80) {
    const std::size_t count = length & 0x7fU;
    header += count;
    if (count == 0 || count > 4 || bytes.size() < header) {
      return std::nullopt;
    }
    length = 0;
    for (const std::uint8_t byte : bytes.subspan(2, count)) {
      length = (length << 8U) | byte;
    }
  }
  if (bytes.size() - header < length) {
    return std::nullopt;
  }
  const Element element{tag, bytes.subspan(header, length)};
  bytes = bytes.subspan(header + length);
  return element;
}

/// read_ldap_message reads the contents of one LDAPMessage (RFC 4511 §4.1.1).
Outcome<Bytes> read_ldap_message(Dialogue& dialogue) {
  auto head = dialogue.read_bytes(2);
  if (!head) {
    return head;
  }
  std::size_t length = (*head)[1];
  const std::size_t count = length & 0x7fU;
  if ((*head)[0] != 0x30 || length == 0x80 || (length > 0x80 && count > 4)) {
    return dialogue.unexpected("");
  }
  if (length > 0x80) {
    auto more = dialogue.read_bytes(count);
    if (!more) {
      return more;
    }
    length = 0;
    for (const std::uint8_t byte : *more) {
      length = (length << 8U) | byte;
    }
  }
  return dialogue.read_bytes(length);
}

std::string as_text(std::span<const std::uint8_t> bytes) {
  return {bytes.begin(), bytes.end()};
}

/// MySqlGreeting is what counts of the server's first packet.
struct MySqlGreeting {
  std::uint8_t sequence = 0;
  std::uint32_t capabilities = 0;
};

constexpr std::uint32_t kClientSsl = 0x0800;
constexpr std::uint32_t kClientProtocol41 = 0x0200;

/// read_mysql_greeting understands protocol 10; an error packet (too many connections, host not
/// allowed) is the server's refusal.
Outcome<MySqlGreeting> read_mysql_greeting(Dialogue& dialogue) {
  const auto head = dialogue.read_bytes(4);
  if (!head) {
    return head.error();
  }
  const std::size_t length = (*head)[0] | static_cast<std::size_t>((*head)[1]) << 8U |
                             static_cast<std::size_t>((*head)[2]) << 16U;
  // A greeting ends with the salt and some strings; a kibibyte is plenty.
  if (length < 3 || length > 1024) {
    return dialogue.unexpected(as_text(*head));
  }
  const auto packet = dialogue.read_bytes(length);
  if (!packet) {
    return packet.error();
  }
  if (packet->front() == 0xff) {
    return dialogue.refused(as_text(std::span(*packet).subspan(3)));
  }
  std::size_t at = 1;
  while (at < packet->size() && (*packet)[at] != 0) {
    ++at;
  }
  at += 1 + 4 + 8 + 1;  // end of the version's name, connection number, salt, filler
  if (packet->front() != 10 || at + 2 > packet->size()) {
    return dialogue.unexpected(as_text(*packet));
  }
  const auto low = static_cast<std::uint32_t>((*packet)[at] | (*packet)[at + 1] << 8U);
  return MySqlGreeting{(*head)[3], low};
}

}  // namespace

// RFC 4511 §4.14.
Outcome<bool> ask_ldap(Dialogue& dialogue) {
  constexpr std::string_view kName = "1.3.6.1.4.1.1466.20037";
  Bytes request{0x30, 29, 0x02, 1, 1, 0x77, 24, 0x80, 22};  // message 1: ExtendedRequest, its name
  request.insert(request.end(), kName.begin(), kName.end());
  const Outcome<bool> sent = dialogue.send(request);
  const auto message = sent ? read_ldap_message(dialogue) : sent.error();
  if (!message) {
    return message.error();
  }
  std::span<const std::uint8_t> rest = *message;
  const auto number = take_element(rest);
  const auto response = take_element(rest);
  if (!number || number->tag != 0x02 || !response || response->tag != 0x78) {
    return dialogue.unexpected("");
  }
  rest = response->contents;
  const auto code = take_element(rest);
  static_cast<void>(take_element(rest));  // matchedDN
  const auto diagnosis = take_element(rest);
  if (!code || code->tag != 0x0a || code->contents.size() != 1) {
    return dialogue.unexpected("");
  }
  if (code->contents[0] == 0) {
    return true;
  }
  return dialogue.refused(
      "result code " + std::to_string(code->contents[0]) +
      (diagnosis && !diagnosis->contents.empty() ? ", " + as_text(diagnosis->contents) : ""));
}

// PostgreSQL's manual, "Message Formats", SSLRequest.
Outcome<bool> ask_postgres(Dialogue& dialogue) {
  constexpr std::array<std::uint8_t, 8> kRequest{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f};
  const Outcome<bool> sent = dialogue.send(kRequest);
  const auto answer = sent ? dialogue.read_bytes(1) : sent.error();
  if (!answer) {
    return answer.error();
  }
  switch (answer->front()) {
    case 'S':
      return true;
    case 'N':
      return dialogue.refused("");
    case 'E':
      return dialogue.refused("it answers with an error");
    default:
      return dialogue.unexpected(as_text(*answer));
  }
}

// MySQL's manual, "Protocol::SSLRequest". Before 4.1 the packet was shorter.
Outcome<bool> ask_mysql(Dialogue& dialogue) {
  const auto greeting = read_mysql_greeting(dialogue);
  if (!greeting) {
    return greeting.error();
  }
  if ((greeting->capabilities & kClientSsl) == 0) {
    return dialogue.refused("its greeting does not offer SSL");
  }
  // 4.1: capabilities of an ordinary client with CLIENT_SSL, packets of 16 MiB, character set 33.
  Bytes body{0x85, 0xae, 0x7f, 0x00, 0x00, 0x00, 0x00, 0x01, 0x21};
  body.resize(32);
  if ((greeting->capabilities & kClientProtocol41) == 0) {
    body = {0x85, 0x2c, 0xff, 0xff, 0xff};
  }
  Bytes packet{static_cast<std::uint8_t>(body.size()),
               0,
               0,
               static_cast<std::uint8_t>(greeting->sequence + 1)};
  packet.insert(packet.end(), body.begin(), body.end());
  return dialogue.send(packet);
}

}  // namespace heirloom::app

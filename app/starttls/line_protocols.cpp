// The protocols that talk in lines: SMTP, IMAP, POP3, FTP. XMPP, which talks in XML, is here too,
// because it is text.
#include "common/letter_case.hpp"
#include "starttls/dialogue.hpp"

#include <algorithm>
#include <cctype>
#include <initializer_list>

namespace heirloom::app {

namespace {

constexpr int kMostLines = 100;
constexpr std::size_t kLongestFeatures = 65536;

/// Reply is an answer of SMTP or FTP: RFC 5321 §4.2, RFC 959 §4.2.
struct Reply {
  std::string code;
  std::string last_line;
};

bool is_code(std::string_view line) {
  return line.size() >= 3 && std::all_of(line.begin(), line.begin() + 3, [](unsigned char c) {
           return std::isdigit(c) != 0;
         });
}

/// read_reply reads up to the line that has the code of the first one and no hyphen behind it. In
/// between FTP may say anything; SMTP repeats the code.
Outcome<Reply> read_reply(Dialogue& dialogue) {
  auto line = dialogue.read_line();
  if (!line) {
    return std::move(line).error();
  }
  if (!is_code(*line) || (line->size() > 3 && (*line)[3] != ' ' && (*line)[3] != '-')) {
    return dialogue.unexpected(*line);
  }
  const std::string code = line->substr(0, 3);
  bool is_last = line->size() == 3 || (*line)[3] == ' ';
  for (int count = 0; !is_last; ++count) {
    line = dialogue.read_line();
    if (!line) {
      return std::move(line).error();
    }
    if (count == kMostLines) {
      return dialogue.unexpected(*line);
    }
    is_last = line->starts_with(code) && (line->size() == 3 || (*line)[3] == ' ');
  }
  return Reply{code, *std::move(line)};
}

/// ask_for_reply sends a command and reads the reply.
Outcome<Reply> ask_for_reply(Dialogue& dialogue, std::string_view command) {
  const Outcome<bool> sent = dialogue.send(command);
  return sent ? read_reply(dialogue) : sent.error();
}

/// read_tagged reads IMAP's answers up to the one with our tag (RFC 3501 §2.2.2).
Outcome<std::string> read_tagged(Dialogue& dialogue) {
  for (int count = 0;; ++count) {
    auto line = dialogue.read_line();
    if (!line || line->starts_with(". ")) {
      return line;
    }
    if (!line->starts_with("* ") || count == kMostLines) {
      return dialogue.unexpected(*line);
    }
  }
}

Outcome<std::string> ask_tagged(Dialogue& dialogue, std::string_view command) {
  const Outcome<bool> sent = dialogue.send(command);
  return sent ? read_tagged(dialogue) : sent.error();
}

/// read_through_tag reads whole tags until one of `ends` has come.
Outcome<std::string> read_through_tag(Dialogue& dialogue,
                                      std::initializer_list<std::string_view> ends) {
  std::string text;
  while (true) {
    auto tag = dialogue.read_through(">");
    if (!tag) {
      return tag;
    }
    text += *tag;
    if (text.size() > kLongestFeatures) {
      return dialogue.unexpected(text);
    }
    const auto is_in_tag = [&](std::string_view end) {
      return tag->find(end) != std::string::npos;
    };
    if (std::ranges::any_of(ends, is_in_tag)) {
      return text;
    }
  }
}

std::string escape_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '\'':
        out += "&apos;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

// RFC 3207. A server that does not list STARTTLS is asked all the same: some forget to.
Outcome<bool> ask_smtp(Dialogue& dialogue) {
  auto reply = read_reply(dialogue);
  if (reply && reply->code != "220") {
    return reply->code[0] == '2' ? dialogue.unexpected(reply->last_line)
                                 : dialogue.refused(reply->last_line);
  }
  if (reply) {
    reply = ask_for_reply(dialogue, "EHLO " + dialogue.request().own_name + "\r\n");
  }
  if (reply) {
    reply = ask_for_reply(dialogue, "STARTTLS\r\n");
  }
  if (!reply) {
    return std::move(reply).error();
  }
  return reply->code == "220" ? Outcome<bool>(true) : dialogue.refused(reply->last_line);
}

// RFC 4217 §4. Servers from before it know AUTH SSL only, of its drafts.
Outcome<bool> ask_ftp(Dialogue& dialogue) {
  auto reply = read_reply(dialogue);
  while (reply && reply->code == "120") {  // "ready in … minutes", RFC 959 §5.4
    reply = read_reply(dialogue);
  }
  if (reply && reply->code != "220") {
    return reply->code[0] == '2' ? dialogue.unexpected(reply->last_line)
                                 : dialogue.refused(reply->last_line);
  }
  if (reply) {
    reply = ask_for_reply(dialogue, "AUTH TLS\r\n");
  }
  if (reply && reply->code[0] == '5') {
    reply = ask_for_reply(dialogue, "AUTH SSL\r\n");
  }
  if (!reply) {
    return std::move(reply).error();
  }
  return reply->code == "234" || reply->code == "334" ? Outcome<bool>(true)
                                                      : dialogue.refused(reply->last_line);
}

// RFC 3501 §6.2.1. After PREAUTH the command is not allowed (§6.2), so a greeting with it means
// that TLS cannot be had.
Outcome<bool> ask_imap(Dialogue& dialogue) {
  auto line = dialogue.read_line();
  if (line && !starts_with_ignoring_case(*line, "* OK")) {
    return starts_with_ignoring_case(*line, "* BYE") ||
                   starts_with_ignoring_case(*line, "* PREAUTH")
               ? dialogue.refused(*line)
               : dialogue.unexpected(*line);
  }
  if (line) {
    line = ask_tagged(dialogue, ". CAPABILITY\r\n");
  }
  if (line) {
    line = ask_tagged(dialogue, ". STARTTLS\r\n");
  }
  if (!line) {
    return std::move(line).error();
  }
  return starts_with_ignoring_case(*line, ". OK") ? Outcome<bool>(true) : dialogue.refused(*line);
}

// RFC 2595 §4.
Outcome<bool> ask_pop3(Dialogue& dialogue) {
  auto line = dialogue.read_line();
  if (!line) {
    return std::move(line).error();
  }
  if (!line->starts_with("+OK")) {
    return line->starts_with("-ERR") ? dialogue.refused(*line) : dialogue.unexpected(*line);
  }
  const Outcome<bool> sent = dialogue.send("STLS\r\n");
  if (!sent) {
    return sent.error();
  }
  line = dialogue.read_line();
  if (!line) {
    return std::move(line).error();
  }
  return line->starts_with("+OK") ? Outcome<bool>(true) : dialogue.refused(*line);
}

// RFC 6120 §5.4. Tag by tag: nothing behind the one that counts is read.
Outcome<bool> ask_xmpp(Dialogue& dialogue) {
  const Outcome<bool> opened = dialogue.send(
      "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
      "xmlns='jabber:client' to='" +
      escape_xml(dialogue.request().host) + "' version='1.0'>");
  const auto first = opened ? dialogue.read_bytes(1) : opened.error();
  if (!first) {
    return first.error();
  }
  if (first->front() != '<') {
    return dialogue.unexpected("");
  }
  const auto features = read_through_tag(dialogue, {"</stream:features", "</stream:stream"});
  if (!features) {
    return features.error();
  }
  if (features->find("<starttls") == std::string::npos) {
    return dialogue.refused(features->find("<stream:error") == std::string::npos
                                ? "no starttls among its features"
                                : *features);
  }
  const Outcome<bool> asked = dialogue.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
  const auto answer = asked ? dialogue.read_through(">") : asked.error();
  if (!answer) {
    return answer.error();
  }
  if (answer->find("<proceed") == std::string::npos) {
    return dialogue.refused(*answer);
  }
  if (answer->ends_with("/>")) {
    return true;
  }
  const auto end = dialogue.read_through(">");
  return end ? Outcome<bool>(true) : end.error();
}

}  // namespace heirloom::app

// Request smuggling and its kin (Linhart and others 2005; Kettle 2019): a message that two readers
// cut at different places, so that what one takes for a body is the next request for the other.
//
// The bridge reads a message once and writes it anew: it is refused, or has one length that every
// reader finds. What a browser would never send is refused in requests; boxes are mended where
// there is one way to do it.
#include "http/message.hpp"
#include "http/parser.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::app::http {
namespace {

using namespace std::string_literals;
using Stage = MessageParser::Stage;

const std::string kHidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";

/// Case is what stands behind the first line, and the body that the message has; none: refused.
struct Case {
  std::string text;
  std::optional<std::string> body;
};

/// Read is what came of a message.
struct Read {
  std::optional<std::string> body;
  std::string rest;
  std::string wire;  ///< the head, as it is passed on
};

template <class Make, class Wire>
Read read(const std::string& text, std::size_t piece, Make make, Wire wire) {
  MessageParser parser = make();
  std::size_t taken = 0;
  while (taken < text.size()) {
    const std::string_view part = std::string_view(text).substr(taken, piece);
    const std::size_t count =
        parser.feed({reinterpret_cast<const std::uint8_t*>(part.data()), part.size()});
    taken += count;
    if (count < part.size()) {
      break;
    }
  }
  if (parser.stage() == Stage::failed) {
    return {};
  }
  EXPECT_EQ(parser.stage(), Stage::complete) << "it waits for what the other reader does not send";
  return {parser.take_body(), text.substr(taken), wire(parser)};
}

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; ++at) {
    ++found;
  }
  return found;
}

/// expect plays each case whole and byte by byte, with the hidden message behind it.
template <class Make, class Wire>
void expect(const std::string& first_line, const std::vector<Case>& cases, Make make, Wire wire) {
  for (const Case& one : cases) {
    SCOPED_TRACE(::testing::PrintToString(one.text));
    for (const std::size_t piece : {std::size_t{1}, std::size_t{100000}}) {
      const Read got = read(first_line + one.text + kHidden, piece, make, wire);
      EXPECT_EQ(got.body, one.body);
      if (!got.body.has_value()) {
        continue;
      }
      EXPECT_EQ(got.rest, kHidden) << "nothing of it was taken, and nothing left for it";
      EXPECT_LE(count(got.wire, "\nContent-Length: ") + count(got.wire, "\nTransfer-Encoding: "),
                1U);
      EXPECT_EQ(count(got.wire, "\n"), count(got.wire, "\r\n"));
      EXPECT_EQ(count(got.wire, "\r"), count(got.wire, "\r\n"));
      EXPECT_EQ(count(got.wire, "\n "), 0U);
      EXPECT_EQ(count(got.wire, "\nContent-Length: 0"), 0U) << "octal to some";
    }
  }
}

const std::string kTe = "Transfer-Encoding: chunked\r\n";
const std::string kChunked = "\r\n3\r\nabc\r\n0\r\n\r\n";

TEST(Smuggling, requests_have_one_meaning_or_none) {
  const std::vector<Case> cases{
      // What is right.
      {"Content-Length: 3\r\n\r\nabc", "abc"},
      {kTe + kChunked, "abc"},
      {"\r\n", ""},
      // Two lengths.
      {"Content-Length: 3\r\n" + kTe + kChunked, std::nullopt},
      {kTe + "Content-Length: 3\r\n" + kChunked, std::nullopt},
      {"Content-Length: 3\r\nContent-Length: 0\r\n\r\nabc", std::nullopt},
      {"Content-Length: 3\r\ncontent-length: 4\r\n\r\nabc", std::nullopt},
      {"Content-Length: 3, 4\r\n\r\nabc", std::nullopt},
      {"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "abc"},
      {"Content-Length: 3, 3\r\n\r\nabc", "abc"},
      // Lengths that are none, or one in another base.
      {"Content-Length: +3\r\n\r\nabc", std::nullopt},
      {"Content-Length: -3\r\n\r\nabc", std::nullopt},
      {"Content-Length: 0x3\r\n\r\nabc", std::nullopt},
      {"Content-Length: 3.0\r\n\r\nabc", std::nullopt},
      {"Content-Length: 3 3\r\n\r\nabc", std::nullopt},
      {"Content-Length: 3;4\r\n\r\nabc", std::nullopt},
      {"Content-Length: \x0b"
       "3\r\n\r\nabc",
       std::nullopt},
      {"Content-Length: 18446744073709551619\r\n\r\nabc", std::nullopt},
      {"Content-Length:\r\n\r\nabc", std::nullopt},
      {"Content-Length: \t3 \r\n\r\nabc", "abc"},
      {"Content-Length: 010\r\n\r\n0123456789", "0123456789"},
      // Codings that are nearly chunked.
      {"Transfer-Encoding: xchunked\r\n" + kChunked, std::nullopt},
      {"Transfer-Encoding: chunked, identity\r\n" + kChunked, std::nullopt},
      {"Transfer-Encoding: identity, chunked\r\n" + kChunked, std::nullopt},
      {"Transfer-Encoding: identity\r\n\r\n", std::nullopt},
      {"Transfer-Encoding: chunked;a=b\r\n" + kChunked, std::nullopt},
      {"Transfer-Encoding: \"chunked\"\r\n" + kChunked, std::nullopt},
      {"Transfer-Encoding: \x0b"
       "chunked\r\n" +
           kChunked,
       std::nullopt},
      {"Transfer-Encoding: chunked\x0b\r\n" + kChunked, std::nullopt},
      {"Transfer-Encoding: chunk\r\n" + kChunked, std::nullopt},
      {"Transfer-Encoding:\r\n\r\n", std::nullopt},
      // http_parser 2.9.4 takes it for a body up to the end of the connection (fuzz.http_bridge).
      {"Transfer-Encodings: chunked\r\n\r\n", std::nullopt},
      {"transfer-encoding-x: y\r\nContent-Length: 3\r\n\r\nabc", std::nullopt},
      {"Transfer-Encodin: chunked\r\n\r\n", ""},
      {kTe + kTe + kChunked, std::nullopt},
      {"Transfer-Encoding: CHUNKED\r\n" + kChunked, "abc"},
      // Names that are nearly names, lines that are nearly lines.
      {"Transfer-Encoding : chunked\r\n" + kChunked, std::nullopt},
      {"Content-Length : 3\r\n\r\nabc", std::nullopt},
      {" Content-Length: 3\r\n\r\nabc", std::nullopt},
      {"X: y\r\n Content-Length: 3\r\n\r\nabc", std::nullopt},
      {"X: y\r\n\tContent-Length: 3\r\n\r\nabc", std::nullopt},
      {"X: y\rContent-Length: 3\r\n\r\nabc", std::nullopt},
      {"X: y\0Content-Length: 3\r\n\r\nabc"s, std::nullopt},
      {"Content-Length\0: 3\r\n\r\nabc"s, std::nullopt},
      {": 3\r\n\r\n", std::nullopt},
      {"X\r\n\r\n", std::nullopt},
      {"Content Length: 3\r\n\r\nabc", std::nullopt},
      {"X: y\nContent-Length: 3\n\nabc", "abc"},
      // Chunks.
      {kTe + "\r\n0x3\r\nabc\r\n0\r\n\r\n", std::nullopt},
      {kTe + "\r\n+3\r\nabc\r\n0\r\n\r\n", std::nullopt},
      {kTe + "\r\n-3\r\nabc\r\n0\r\n\r\n", std::nullopt},
      {kTe + "\r\n \r\nabc\r\n0\r\n\r\n", std::nullopt},
      {kTe + "\r\n10000000000000003\r\nabc\r\n0\r\n\r\n", std::nullopt},
      {kTe + "\r\n3\r\nabcd\r\n0\r\n\r\n", std::nullopt},
      {kTe + "\r\n3;a=b\r\nabc\r\n0\r\n\r\n", "abc"},
      {kTe + "\r\n3\r\nabc\r\n0\r\nContent-Length: 40\r\n\r\n", "abc"},
  };
  expect(
      "POST / HTTP/1.1\r\nHost: a\r\n",
      cases,
      [] { return MessageParser(); },
      [](const MessageParser& parser) { return to_wire(parser.request()); });
}

TEST(Smuggling, first_lines_have_one_meaning_or_none) {
  for (const std::string& line : {"GET / HTTP/1.1\rX"s,
                                  "GET / x HTTP/1.1"s,
                                  "GET /\tHTTP/1.1"s,
                                  "GET\t/ HTTP/1.1"s,
                                  "GET /\x0bx HTTP/1.1"s,
                                  "GET /\x7f HTTP/1.1"s,
                                  "GET /\0 HTTP/1.1"s,
                                  "GET / HTTP/1.1\x0b"s,
                                  "GET / HTTP/1.1x"s,
                                  "GET / HTTP/3000.1"s,
                                  " GET / HTTP/1.1"s,
                                  "GET/ HTTP/1.1"s}) {
    MessageParser parser;
    const std::string text = line + "\r\nHost: a\r\n\r\n";
    static_cast<void>(
        parser.feed({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
    EXPECT_EQ(parser.stage(), Stage::failed) << line << " became " << to_wire(parser.request());
  }
}

TEST(Smuggling, answers_have_one_meaning_or_none) {
  const std::vector<Case> cases{
      {"Content-Length: 3\r\n\r\nabc", "abc"},
      {"Content-Length: 3\r\n" + kTe + kChunked, "abc"},
      {kTe + "Content-Length: 3\r\n" + kChunked, "abc"},
      {"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", std::nullopt},
      {"Content-Length: 3, 4\r\n\r\nabc", std::nullopt},
      {"Content-Length: 010\r\n\r\n0123456789", "0123456789"},
      {"Transfer-Encoding: gzip, chunked\r\n" + kChunked, std::nullopt},
      {"Transfer-Encodings: chunked\r\nContent-Length: 3\r\n\r\nabc", "abc"},
      {"Transfer-Encoding: \x0b"
       "chunked\r\n" +
           kChunked,
       std::nullopt},
      {"X: y\rContent-Length: 3\r\n\r\nabc", std::nullopt},
      {"Content-Length : 3\r\n\r\nabc", "abc"},
      {"X: y\r\n Content-Length: 40\r\nContent-Length: 3\r\n\r\nabc", "abc"},
      {"X: y\nContent-Length: 3\n\nabc", "abc"},
  };
  expect(
      "HTTP/1.1 200 OK\r\n",
      cases,
      [] {
        return MessageParser(
            ResponseContext{ResponseContext::Body::possible, ResponseContext::Http09::refused});
      },
      [](const MessageParser& parser) { return to_wire(parser.response()); });
}

}  // namespace
}  // namespace heirloom::app::http

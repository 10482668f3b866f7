// HTTP messages of devices and browsers: what is mended, what is refused, and where bodies end.
#include "http/head_bytes.hpp"
#include "http/message.hpp"
#include "http/parser.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::app::http {
namespace {

using namespace std::string_literals;
using Kind = BodyFraming::Kind;
using Stage = MessageParser::Stage;

std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// feed_all feeds in pieces of that size until the parser takes no more.
std::size_t feed_all(MessageParser& parser, std::string_view text, std::size_t piece) {
  std::size_t taken = 0;
  while (taken < text.size()) {
    const std::string_view part = text.substr(taken, piece);
    const std::size_t count = parser.feed(bytes(part));
    taken += count;
    if (count < part.size()) {
      break;
    }
  }
  return taken;
}

struct Answer {
  Stage stage;
  int status;
  std::string reason;
  Kind kind;
  std::string body;
  std::size_t taken;
  bool keeps;
  Fields fields;
};

ResponseContext fresh() {
  return ResponseContext{ResponseContext::Body::possible, ResponseContext::Http09::allowed};
}

Answer read_answer(std::string_view text, std::size_t piece, ResponseContext context = fresh()) {
  MessageParser parser(context);
  const std::size_t taken = feed_all(parser, text, piece);
  return Answer{parser.stage(),
                parser.response().status,
                parser.response().reason,
                parser.framing().kind,
                parser.take_body(),
                taken,
                parser.keeps_connection(),
                parser.response().fields};
}

/// kPieces are the sizes in which an answer arrives.
constexpr std::array<std::size_t, 5> kPieces{1, 2, 3, 7, 1000};

TEST(EveryCut, content_length_body) {
  for (const std::size_t piece : kPieces) {
    SCOPED_TRACE(piece);
    const Answer answer =
        read_answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhelloREST", piece);
    EXPECT_EQ(answer.stage, Stage::complete);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_TRUE(answer.keeps);
    EXPECT_EQ(answer.kind, Kind::length);
    EXPECT_LE(answer.taken, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello"s.size());
  }
}

TEST(EveryCut, chunked_body_with_extension_and_trailer) {
  for (const std::size_t piece : kPieces) {
    SCOPED_TRACE(piece);
    const Answer answer = read_answer(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nT: "
        "u\r\n\r\n",
        piece);
    EXPECT_EQ(answer.stage, Stage::complete);
    EXPECT_EQ(answer.body, "abcde");
    EXPECT_EQ(answer.fields.find("T"), nullptr) << "trailers are not header fields";
  }
}

TEST(EveryCut, bare_line_feeds_and_no_reason_phrase) {
  for (const std::size_t piece : kPieces) {
    SCOPED_TRACE(piece);
    const Answer answer = read_answer("HTTP/1.0 200\nContent-Length: 2\n\nhi", piece);
    EXPECT_EQ(answer.stage, Stage::complete);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.reason, "");
    EXPECT_EQ(answer.body, "hi");
    EXPECT_FALSE(answer.keeps);
  }
}

TEST(EveryCut, body_until_close) {
  for (const std::size_t piece : kPieces) {
    SCOPED_TRACE(piece);
    MessageParser parser(fresh());
    feed_all(parser, "HTTP/1.1 200 OK\r\n\r\nsome text", piece);
    EXPECT_EQ(parser.stage(), Stage::body);
    EXPECT_EQ(parser.framing().kind, Kind::until_close);
    parser.feed_end();
    EXPECT_EQ(parser.stage(), Stage::complete);
    EXPECT_EQ(parser.take_body(), "some text");
    EXPECT_FALSE(parser.keeps_connection());
  }
}

TEST(EveryCut, answer_without_head_is_http09) {
  for (const std::size_t piece : kPieces) {
    SCOPED_TRACE(piece);
    MessageParser parser(fresh());
    feed_all(parser, "<html>\nold\n</html>\n", piece);
    parser.feed_end();
    EXPECT_EQ(parser.stage(), Stage::complete);
    EXPECT_TRUE(parser.response().is_http09);
    EXPECT_EQ(parser.take_body(), "<html>\nold\n</html>\n");
  }
}

TEST(EveryCut, garbage_behind_an_answer_is_not_http09) {
  for (const std::size_t piece : kPieces) {
    SCOPED_TRACE(piece);
    ResponseContext context;
    context.http09 = ResponseContext::Http09::refused;
    EXPECT_EQ(read_answer("garbage", piece, context).stage, Stage::failed);
  }
}

TEST(EveryCut, interim_answer_ends_with_its_head) {
  for (const std::size_t piece : kPieces) {
    SCOPED_TRACE(piece);
    const Answer answer =
        read_answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", piece);
    EXPECT_EQ(answer.stage, Stage::complete);
    EXPECT_EQ(answer.status, 100);
    EXPECT_EQ(answer.kind, Kind::none);
  }
}

TEST(EveryCut, request_with_body) {
  for (const std::size_t piece : kPieces) {
    SCOPED_TRACE(piece);
    MessageParser parser;
    const std::string text =
        "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na=bGET / HTTP/1.1\r\n";
    const std::size_t taken = feed_all(parser, text, piece);
    EXPECT_EQ(parser.stage(), Stage::complete);
    EXPECT_EQ(parser.request().method, "POST");
    EXPECT_EQ(parser.request().target, "/login");
    EXPECT_EQ(parser.request().fields.value("host"), "a");
    EXPECT_EQ(parser.take_body(), "a=b");
    EXPECT_EQ(text.substr(taken), "GET / HTTP/1.1\r\n") << "pipelined bytes stay";
  }
}

TEST(Answer, doubled_identical_content_length_is_one) {
  const Answer answer =
      read_answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", 1000);
  EXPECT_EQ(answer.stage, Stage::complete);
  EXPECT_EQ(answer.body, "hi");
  EXPECT_EQ(answer.fields.all().size(), 1U);
  EXPECT_EQ(read_answer("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nhi", 1000).body, "hi");
}

TEST(Answer, different_content_lengths_are_refused) {
  MessageParser parser(fresh());
  feed_all(parser, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi", 1000);
  EXPECT_EQ(parser.stage(), Stage::failed);
  EXPECT_EQ(parser.problem(), "two different Content-Length values, \"2\" and \"3\"");
}

TEST(Answer, senseless_content_lengths_are_refused) {
  for (const char* const length : {"-1", "+2", "0x2", "2 2", "", "9999999999999999999"}) {
    const Answer answer =
        read_answer("HTTP/1.1 200 OK\r\nContent-Length: "s + length + "\r\n\r\nhi", 1000);
    EXPECT_EQ(answer.stage, Stage::failed) << length;
  }
}

TEST(Answer, spaces_in_header_names_are_mended_or_dropped) {
  const Answer answer = read_answer(
      "HTTP/1.1 200 OK\r\nContent-Length : 2\r\nMy Header: x\r\n: y\r\nno colon\r\nA:b\r\n\r\nhi",
      1000);
  EXPECT_EQ(answer.stage, Stage::complete);
  EXPECT_EQ(answer.body, "hi");
  ASSERT_EQ(answer.fields.all().size(), 2U);
  EXPECT_EQ(answer.fields.all()[0], (Field{"Content-Length", "2"}));
  EXPECT_EQ(answer.fields.all()[1], (Field{"A", "b"}));
}

TEST(Answer, space_before_the_colon_cannot_hide_a_transfer_coding) {
  const Answer answer = read_answer(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\nContent-Length: 99\r\n\r\n2\r\nhi\r\n0\r\n"
      "\r\n",
      1000);
  EXPECT_EQ(answer.stage, Stage::complete);
  EXPECT_EQ(answer.kind, Kind::chunked);
  EXPECT_EQ(answer.body, "hi");
  EXPECT_EQ(answer.fields.find("Content-Length"), nullptr);
}

TEST(Answer, folded_line_is_unfolded) {
  const Answer answer =
      read_answer("HTTP/1.1 200 OK\r\nX: one\r\n\t two\r\nContent-Length: 0\r\n\r\n", 1000);
  EXPECT_EQ(answer.fields.value("X"), "one two");
}

TEST(Answer, other_transfer_codings_are_refused) {
  EXPECT_EQ(read_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 1000).stage,
            Stage::failed);
  const Answer identity = read_answer(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nhi", 1000);
  EXPECT_EQ(identity.stage, Stage::complete);
  EXPECT_EQ(identity.body, "hi");
}

TEST(Answer, to_head_and_204_and_304_have_no_body) {
  const ResponseContext head{ResponseContext::Body::none_after_head_request,
                             ResponseContext::Http09::allowed};
  const Answer answer = read_answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 1000, head);
  EXPECT_EQ(answer.stage, Stage::complete);
  EXPECT_EQ(answer.fields.value("Content-Length"), "5");
  EXPECT_EQ(read_answer("HTTP/1.1 204 No Content\r\n\r\n", 1000).stage, Stage::complete);
  EXPECT_EQ(read_answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 1000).stage,
            Stage::complete);
}

TEST(Answer, cut_short_is_a_failure) {
  for (const char* const text : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe",
                                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
                                 "HTTP/1.1 200 OK\r\nContent-"}) {
    MessageParser parser(fresh());
    feed_all(parser, text, 1000);
    parser.feed_end();
    EXPECT_EQ(parser.stage(), Stage::failed) << text;
  }
}

TEST(Request, ambiguous_heads_are_refused) {
  const std::vector<std::string> heads = {
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
      "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
      "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n"s,
      "GET / HTTP/1.1\r\nHost: a\r\nno field\r\n\r\n",
      "GET / HTTP/1.1\r\n\x0bHost: a\r\n\r\n",
      "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
      "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
  };
  for (const std::string& head : heads) {
    MessageParser parser;
    feed_all(parser, head, 1000);
    EXPECT_EQ(parser.stage(), Stage::failed) << head;
    EXPECT_FALSE(parser.problem().empty());
  }
}

TEST(Request, endless_head_is_refused) {
  MessageParser parser;
  feed_all(parser, "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(kMaxHead, 'x'), 1000);
  EXPECT_EQ(parser.stage(), Stage::failed);
  EXPECT_TRUE(parser.is_head_too_large());
}

TEST(Request, upgrade_leaves_the_other_protocol_alone) {
  MessageParser parser;
  const std::string text =
      "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x00"s;
  EXPECT_EQ(feed_all(parser, text, 1000), text.size() - 2);
  EXPECT_EQ(parser.stage(), Stage::complete);
}

TEST(Wire, nothing_can_start_another_message) {
  ResponseHead head;
  head.fields.add("Good", "yes");
  head.fields.add("Bad", "a\r\nSet-Cookie: b");
  head.fields.add("Worse\n", "x");
  head.fields.add("Zero", "a\0b"s);
  EXPECT_EQ(to_wire(head), "HTTP/1.1 200 \r\nGood: yes\r\n\r\n");
}

TEST(Fields, are_found_in_any_case_and_as_lists) {
  Fields fields{{"Connection", "close, Upgrade"}, {"X", "1"}, {"connection", "x-y"}, {"x", "2"}};
  EXPECT_TRUE(fields.has_token("CONNECTION", "upgrade"));
  EXPECT_TRUE(fields.has_token("connection", "X-Y"));
  EXPECT_FALSE(fields.has_token("connection", "up"));
  fields.set("x", "3");
  ASSERT_EQ(fields.all().size(), 3U);
  EXPECT_EQ(fields.all()[1], (Field{"X", "3"}));
  fields.remove("CONNECTION");
  EXPECT_EQ(fields.all().size(), 1U);
}

}  // namespace
}  // namespace heirloom::app::http

#include "common/output.hpp"

#include "common/log.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

TEST(EscapeText, LeavesNothingThatATerminalObeys) {
  EXPECT_EQ(escape_text("plain text, \"quoted\""), "plain text, \"quoted\"");
  EXPECT_EQ(escape_text("\x1b]0;owned\x07"), "\\x1b]0;owned\\x07");
  EXPECT_EQ(escape_text(std::string_view("a\0b\r\n\x7f", 6)), "a\\x00b\\x0d\\n\\x7f");
  // U+009B is CSI in terminals that read C1 controls.
  EXPECT_EQ(escape_text("\xc2\x9b"), "\\xc2\\x9b");
}

TEST(EscapeText, KeepsUtf8AndEscapesWhatIsNone) {
  EXPECT_EQ(escape_text("Zürich €, 𝄞"), "Zürich €, 𝄞");
  EXPECT_EQ(escape_text("\xff"), "\\xff");
  EXPECT_EQ(escape_text("\xc3"), "\\xc3");                             // cut short
  EXPECT_EQ(escape_text("\xc0\xaf"), "\\xc0\\xaf");                    // overlong
  EXPECT_EQ(escape_text("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");           // overlong
  EXPECT_EQ(escape_text("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // surrogate
  EXPECT_EQ(escape_text("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
}

TEST(Failure, AsJson) {
  EXPECT_EQ(format_json_failure({ExitCode::identity, "a \"b\"", "c", "d"}),
            R"({"event":"error","cause":"d","message":"a \"b\"","try":"c","exit_code":5})");
  EXPECT_EQ(format_json_failure({ExitCode::network, "\xff", "", ""}),
            "{\"event\":\"error\",\"cause\":\"\",\"message\":\"\xef\xbf\xbd\",\"try\":\"\","
            "\"exit_code\":3}");
}

TEST(Paint, ObeysTheChoiceAndNoColor) {
  set_color(ColorChoice::always);
  EXPECT_EQ(paint(Style::bad, "x"), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(paint(Style::plain, "x"), "x");
  set_color(ColorChoice::never);
  EXPECT_EQ(paint(Style::bad, "x"), "x");
  ::setenv("NO_COLOR", "1", 1);
  set_color(ColorChoice::automatic);
  EXPECT_EQ(paint(Style::bad, "x"), "x");
  ::unsetenv("NO_COLOR");
}

TEST(Log, LogfmtQuotesWhereNeeded) {
  EXPECT_EQ(format_log_fields(LogFormat::logfmt,
                              "closed",
                              {{"client", std::string("[::1]:5")},
                               {"why", std::string("said \"no\" = end")},
                               {"empty", std::string()},
                               {"bytes", std::int64_t{12}},
                               {"resumed", true}}),
            R"(event=closed client=[::1]:5 why="said \"no\" = end" empty="" bytes=12 resumed=yes)");
}

TEST(Log, OneLineWhateverThePeerSent) {
  const std::vector<LogField> hostile{{"name", std::string("a\nlevel=error x\x1b[31m")}};
  EXPECT_EQ(format_log_fields(LogFormat::logfmt, "e", hostile),
            "event=e name=\"a\\nlevel=error x\\x1b[31m\"");
  EXPECT_EQ(format_log_fields(LogFormat::json, "e", hostile),
            R"("event":"e","name":"a\nlevel=error x\u001b[31m")");
}

}  // namespace
}  // namespace heirloom::app

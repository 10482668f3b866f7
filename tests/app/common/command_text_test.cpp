// What is advised to a person must be one word for a shell, whoever has made it up.
#include "common/command_text.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

/// in_a_shell is what /bin/sh makes of the words behind printf's format.
std::string in_a_shell(const std::string& words) {
  const auto close = [](FILE* pipe) { ::pclose(pipe); };
  const std::unique_ptr<FILE, decltype(close)> pipe(
      ::popen(("printf '<%s>' " + words).c_str(), "r"), close);
  std::array<char, 256> piece{};
  std::string text;
  while (pipe != nullptr && std::fgets(piece.data(), piece.size(), pipe.get()) != nullptr) {
    text += piece.data();
  }
  return text;
}

TEST(ShellWord, LeavesWhatIsHarmless) {
  for (const auto* text : {"https://10.0.0.5:8443/a-b_c.d", "sha256:00ff", "RC4-MD5,DES-CBC-SHA"}) {
    EXPECT_EQ(shell_word(text), text);
  }
}

TEST(ShellWord, IsOneWordForTheShell) {
  for (const std::string text : {"https://box/;touch$IFS/tmp/x;",
                                 "https://box/a?b=c&d=e",
                                 "it's",
                                 "'",
                                 "''; id; '",
                                 "a b",
                                 "$(id)`id`",
                                 "\\",
                                 "[::1]:443",
                                 "~root",
                                 ""}) {
    EXPECT_EQ(in_a_shell(shell_word(text)), "<" + text + ">");
  }
}

TEST(CommandText, ChangesOneOption) {
  EXPECT_EQ(without_option("x --min tls1 -v", "--min"), "x -v");
  EXPECT_EQ(without_option("x --min tls1", "--min"), "x");
  EXPECT_EQ(without_option("x --minor tls1", "--min"), "x --minor tls1");
  EXPECT_EQ(with_option("x --max ssl3", "--max", "tls1"), "x --max tls1");
}

TEST(CommandText, KnowsAnOptionAndItsValue) {
  const std::string command = "heirloom connect box --preset museum --suites RC4";
  EXPECT_TRUE(has_words(command, "--preset"));
  EXPECT_TRUE(has_words(command, "--preset museum"));
  EXPECT_TRUE(has_words(command, "--suites RC4"));
  EXPECT_FALSE(has_words(command, "--preset muse"));
  EXPECT_FALSE(has_words(command, "--preset strict"));
  EXPECT_FALSE(has_words(command, "preset"));
  EXPECT_FALSE(has_words(command, "--suite"));
  EXPECT_FALSE(has_words("", "--preset"));
}

TEST(CommandText, TakesAQuotedValueForOneWord) {
  const std::string file = shell_word("it's --min here");
  EXPECT_EQ(without_option("x --cert " + file + " --min tls1", "--min"), "x --cert " + file);
  EXPECT_EQ(without_option("x --cert " + file + " -v", "--cert"), "x -v");
  EXPECT_FALSE(has_words("x --cert " + file, "--min"));
  EXPECT_TRUE(has_words("x --cert " + file + " --min tls1", "--min tls1"));
}

}  // namespace
}  // namespace heirloom::app

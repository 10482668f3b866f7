#include "heirloom/key_log.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace heirloom {
namespace {

class KeyLogFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "key_log_XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string file() const { return (folder_ / "keys.log").string(); }

  [[nodiscard]] std::string content() const {
    std::ifstream in(file());
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
  }

  std::filesystem::path folder_;
};

TEST_F(KeyLogFile, HasEveryLineAtOnce) {
  const auto log = open_key_log(file());
  ASSERT_TRUE(log.has_value());
  (*log)->line("CLIENT_RANDOM 00 11");
  EXPECT_EQ(content(), "CLIENT_RANDOM 00 11\n");
  (*log)->line("CLIENT_RANDOM 22 33");
  EXPECT_EQ(content(), "CLIENT_RANDOM 00 11\nCLIENT_RANDOM 22 33\n");
}

TEST_F(KeyLogFile, IsAppendedTo) {
  std::ofstream(file()) << "old\n";
  const auto log = open_key_log(file());
  ASSERT_TRUE(log.has_value());
  (*log)->line("new");
  EXPECT_EQ(content(), "old\nnew\n");
}

TEST_F(KeyLogFile, IsForItsOwnerOnly) {
  const mode_t before = ::umask(0);
  const auto log = open_key_log(file());
  ::umask(before);
  ASSERT_TRUE(log.has_value());

  struct stat status {};

  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(KeyLogFile, SaysWhyItCannotBeOpened) {
  const std::string nowhere = (folder_ / "missing" / "keys.log").string();
  const auto log = open_key_log(nowhere);
  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error().cause, Cause::file_unreadable);
  EXPECT_EQ(log.error().detail, nowhere + ": No such file or directory");
}

TEST_F(KeyLogFile, RemembersThatALineWasLost) {
  const auto full = open_key_log("/dev/full");
  ASSERT_TRUE(full.has_value());
  EXPECT_EQ((*full)->problem(), "");
  (*full)->line("CLIENT_RANDOM 00 11");
  EXPECT_EQ((*full)->problem(), "No space left on device");
}

TEST_F(KeyLogFile, KeepsLinesOfManyThreadsApart) {
  constexpr int kLines = 200;
  const auto log = open_key_log(file());
  ASSERT_TRUE(log.has_value());
  std::vector<std::thread> threads;
  for (const char letter : {'a', 'b', 'c'}) {
    threads.emplace_back([&, letter] {
      for (int i = 0; i < kLines; ++i) {
        (*log)->line(std::string(150, letter));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  std::istringstream lines(content());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_EQ(line, std::string(150, line.front()));
  }
  EXPECT_EQ(count, 3 * kLines);
}

}  // namespace
}  // namespace heirloom

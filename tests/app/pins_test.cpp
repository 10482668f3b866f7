// The pin file: its lines, what is kept of a file that others edit, and two writers at once.
#include "pins/pin_file.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace heirloom::app {
namespace {

namespace fs = std::filesystem;

const std::string kCertificate = "sha256:" + std::string(64, 'a');

Pin example(const std::string& box) {
  Pin pin;
  pin.box = box;
  pin.version = "tls1.0";
  pin.suite = "rc4-128";
  pin.hello = "tls1.0";
  pin.certificate = kCertificate;
  pin.port = 40123;
  pin.first_seen = "2026-01-31T12:00:00Z";
  pin.last_seen = "2026-02-01T08:30:00Z";
  return pin;
}

class PinFileTest : public ::testing::Test {
 protected:
  PinFileTest() {
    std::string name = (fs::temp_directory_path() / "heirloom-pins-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }

  ~PinFileTest() override { fs::remove_all(directory_); }

  [[nodiscard]] fs::path path() const { return directory_ / "state" / "heirloom" / "pins"; }

  void write(const std::string& text) const {
    fs::create_directories(path().parent_path());
    std::ofstream(path()) << text;
  }

  [[nodiscard]] std::string read() const {
    std::ostringstream text;
    text << std::ifstream(path()).rdbuf();
    return text.str();
  }

  fs::path directory_;
};

TEST(Pin, line_can_be_read_back) {
  Pin pin = example("[fe80::1]:8443");
  pin.trust = Pin::Trust::system;
  pin.other = {{"rack", "12"}, {"owner", "ops"}};
  const auto read = parse_pin(format_pin(pin));
  ASSERT_TRUE(std::holds_alternative<Pin>(read));
  EXPECT_EQ(std::get<Pin>(read), pin);
}

TEST(Pin, line_is_greppable_text) {
  EXPECT_EQ(format_pin(example("10.0.0.5:443")),
            "10.0.0.5:443 version=tls1.0 suite=rc4-128 hello=tls1.0 certificate=" + kCertificate +
                " trust=accepted port=40123 first-seen=2026-01-31T12:00:00Z "
                "last-seen=2026-02-01T08:30:00Z");
}

TEST(Pin, malformed_lines_are_named) {
  const std::string rest = " version=tls1.0 hello=x certificate=" + kCertificate;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"nonsense", "it does not begin with HOST:PORT"},
      {"10.0.0.5:99999" + rest, "it does not begin with HOST:PORT"},
      {"10.0.0.5:443 version=tls9" + rest, "unknown version"},
      {"10.0.0.5:443 version=tls1.0 hello=x", "certificate is missing"},
      {"10.0.0.5:443 hello=x certificate=" + kCertificate, "version is missing"},
      {"10.0.0.5:443" + rest + "a", "certificate is not sha256: and 64 hexadecimal digits"},
      {"10.0.0.5:443" + rest + " port=x", "port is no port"},
      {"10.0.0.5:443" + rest + " trust=everybody", "trust is neither system nor accepted"},
      {"10.0.0.5:443" + rest + " version=tls1.0", "version is given twice"},
      {"10.0.0.5:443" + rest + " word", "\"word\" is not key=value"},
  };
  for (const auto& [line, expected] : cases) {
    const auto read = parse_pin(line);
    ASSERT_TRUE(std::holds_alternative<std::string>(read)) << line;
    EXPECT_EQ(std::get<std::string>(read), expected) << line;
  }
}

TEST(Pin, versions_are_ordered) {
  EXPECT_LT(version_rank("ssl3.0"), version_rank("tls1.0"));
  EXPECT_LT(version_rank("tls1.0"), version_rank("tls1.1"));
  EXPECT_LT(version_rank("tls1.2"), version_rank("tls1.3"));
  EXPECT_FALSE(version_rank("tls1").has_value());
}

TEST(PinList, keeps_what_it_does_not_understand) {
  const std::string text =
      "# my boxes\n\nbroken line here\n" + format_pin(example("a:443")) + " rack=12\n# end\n";
  PinList list(text);
  ASSERT_EQ(list.problems().size(), 1U);
  EXPECT_EQ(list.problems()[0].line, 3U);
  EXPECT_EQ(list.problems()[0].box, "broken");
  Pin changed = example("a:443");
  changed.port = 1;
  changed.first_seen = "2030-01-01T00:00:00Z";
  list.put(changed);
  list.put(example("b:443"));
  changed.first_seen = "2026-01-31T12:00:00Z";
  EXPECT_EQ(list.text(),
            "# my boxes\n\nbroken line here\n" + format_pin(changed) + " rack=12\n# end\n" +
                format_pin(example("b:443")) + "\n");
}

TEST(PinList, second_line_of_a_box_that_says_something_else_is_a_problem) {
  Pin other = example("a:443");
  other.version = "ssl3.0";
  const PinList list(format_pin(example("a:443")) + "\n" + format_pin(other) + "\n");
  ASSERT_EQ(list.problems().size(), 1U);
  EXPECT_EQ(list.problems()[0].line, 2U);
}

TEST(PinList, reads_carriage_returns_of_other_editors) {
  const PinList list(format_pin(example("a:443")) + "\r\n");
  ASSERT_NE(list.find("a:443"), nullptr);
  EXPECT_EQ(list.find("a:443")->last_seen, "2026-02-01T08:30:00Z");
}

TEST_F(PinFileTest, missing_file_is_empty) {
  const auto list = PinFile(path()).load();
  ASSERT_TRUE(list.has_value());
  EXPECT_EQ(list->text(), "");
}

TEST_F(PinFileTest, file_and_directory_are_private) {
  const PinFile file(path());
  ASSERT_TRUE(file.put(example("a:443")).has_value());

  struct stat status {};

  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(path().parent_path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST_F(PinFileTest, many_writers_lose_nothing) {
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([this, writer] {
      const PinFile file(path());
      for (int box = 0; box < 8; ++box) {
        const std::string name =
            "box-" + std::to_string(writer) + "-" + std::to_string(box) + ":443";
        EXPECT_TRUE(file.put(example(name)).has_value());
        EXPECT_TRUE(file.put(example("shared:443")).has_value());
      }
    });
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  const auto list = PinFile(path()).load();
  ASSERT_TRUE(list.has_value());
  EXPECT_TRUE(list->problems().empty());
  EXPECT_NE(list->find("shared:443"), nullptr);
  for (int writer = 0; writer < 4; ++writer) {
    for (int box = 0; box < 8; ++box) {
      const std::string name = "box-" + std::to_string(writer) + "-" + std::to_string(box) + ":443";
      EXPECT_NE(list->find(name), nullptr) << name;
    }
  }
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(path().parent_path())) {
    ++files;
  }
  EXPECT_EQ(files, 2U) << "the pin file and its lock, no temporary file";
}

TEST_F(PinFileTest, unwritable_place_is_named_and_nothing_is_lost) {
  fs::create_directories(path().parent_path().parent_path());
  std::ofstream(path().parent_path()) << "a file where a directory should be";
  const PinFile file(path());
  for (const auto& outcome : {file.check_writable(), file.put(example("a:443"))}) {
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().code, ExitCode::local);
    EXPECT_NE(outcome.error().what.find(path().string()), std::string::npos);
  }
  EXPECT_TRUE(fs::is_regular_file(path().parent_path()));
}

TEST_F(PinFileTest, failed_replacement_keeps_the_old_file) {
  write(format_pin(example("a:443")) + "\n");
  const std::string before = read();
  fs::permissions(path().parent_path(), fs::perms::owner_read | fs::perms::owner_exec);
  const auto outcome = PinFile(path()).put(example("b:443"));
  fs::permissions(path().parent_path(), fs::perms::owner_all);
  if (::geteuid() != 0) {
    EXPECT_FALSE(outcome.has_value());
    EXPECT_EQ(read(), before);
  } else {
    EXPECT_NE(read().find("a:443 "), std::string::npos);  // root may write anywhere
  }
}

TEST_F(PinFileTest, default_place_follows_xdg) {
  const char* const before = std::getenv("XDG_STATE_HOME");
  const std::string saved = before == nullptr ? "" : before;
  ::setenv("XDG_STATE_HOME", directory_.c_str(), 1);
  const auto chosen = PinFile::at_default_place();
  ::setenv("XDG_STATE_HOME", "relative/is/ignored", 1);
  ::setenv("HOME", "/home/someone", 1);
  const auto fallback = PinFile::at_default_place();
  if (before == nullptr) {
    ::unsetenv("XDG_STATE_HOME");
  } else {
    ::setenv("XDG_STATE_HOME", saved.c_str(), 1);
  }
  ASSERT_TRUE(chosen.has_value());
  EXPECT_EQ(chosen->path(), directory_ / "heirloom" / "pins");
  ASSERT_TRUE(fallback.has_value());
  EXPECT_EQ(fallback->path(), "/home/someone/.local/state/heirloom/pins");
}

}  // namespace
}  // namespace heirloom::app

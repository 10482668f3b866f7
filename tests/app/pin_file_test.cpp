// The pin file on disk: what happens to it when it cannot be written, and with several writers.
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

CertificateChain read_chain(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(std::string(HEIRLOOM_SOURCE_DIR) + "/tests/vectors/certificates/" + name)
              .rdbuf();
  return *parse_pem_chain(text.str());
}

TEST_F(PinFileTest, chain_is_kept_as_long_as_a_pin_names_it) {
  const PinFile file(path());
  const CertificateChain chain = read_chain("rsa2048.chain");
  ASSERT_GT(chain.size(), 1U);
  Pin pin = example("a:443");
  pin.certificate = format_fingerprint(certificate_fingerprint(chain.front()));
  ASSERT_TRUE(file.remember(pin, chain, std::nullopt).has_value());
  pin.box = "b:443";
  ASSERT_TRUE(file.remember(pin, chain, std::nullopt).has_value());
  EXPECT_EQ(*file.chain_of(pin.certificate), chain);
  const auto forget = [](const std::string& box) {
    return [box](PinList& list) -> Outcome<bool> { return list.erase(box); };
  };
  ASSERT_TRUE(file.change(forget("a:443")).has_value());
  EXPECT_EQ(*file.chain_of(pin.certificate), chain);
  ASSERT_TRUE(file.change(forget("b:443")).has_value());
  EXPECT_TRUE(file.chain_of(pin.certificate)->empty());
}

TEST_F(PinFileTest, chain_that_is_not_what_its_name_says_is_refused) {
  const PinFile file(path());
  const CertificateChain chain = read_chain("device.crt");
  ASSERT_TRUE(file.keep_chain(chain).has_value());
  const auto folder = path().parent_path() / "certificates";
  fs::rename(fs::directory_iterator(folder)->path(), folder / (std::string(64, 'a') + ".pem"));
  EXPECT_EQ(file.chain_of(kCertificate).error().cause, "chain_unreadable");
  std::ofstream(folder / (std::string(64, 'a') + ".pem")) << "no certificate";
  EXPECT_EQ(file.chain_of(kCertificate).error().cause, "chain_unreadable");
}

TEST_F(PinFileTest, line_that_cannot_be_used_is_not_written_over) {
  const std::string text = "a:443 version=tls1.0 broken\n";
  write(text);
  const auto outcome = PinFile(path()).put(example("a:443"));
  EXPECT_EQ(outcome.error().cause, "pin_malformed");
  EXPECT_EQ(read(), text);
}

TEST_F(PinFileTest, judgement_by_an_old_file_is_void) {
  const PinFile file(path());
  const Pin before = example("a:443");
  ASSERT_TRUE(file.put(before).has_value());
  Pin agreed = before;
  agreed.certificate = "sha256:" + std::string(64, 'b');
  ASSERT_TRUE(file.put(agreed).has_value());
  const std::string text = read();
  Pin shown = before;
  shown.version = "ssl3.0";
  EXPECT_EQ(file.remember(shown, {}, before).error().cause, "pin_changed_meanwhile");
  EXPECT_EQ(file.remember(shown, {}, std::nullopt).error().code, ExitCode::identity);
  EXPECT_EQ(read(), text);
  EXPECT_TRUE(file.remember(agreed, {}, before).has_value()) << "it has shown just that";
  EXPECT_TRUE(file.remember(shown, {}, agreed).has_value()) << "it was judged by that";
}

TEST_F(PinFileTest, allowance_of_another_process_stays) {
  const PinFile file(path());
  const Pin before = example("a:443");
  ASSERT_TRUE(file.put(before).has_value());
  Pin allowed = before;
  allowed.allow = {"null"};
  const auto edit = [&allowed](PinList& list) -> Outcome<bool> {
    list.set(allowed);
    return true;
  };
  ASSERT_TRUE(file.change(edit).has_value());
  ASSERT_TRUE(file.remember(before, {}, before).has_value());
  EXPECT_EQ(file.load()->find("a:443")->allow, allowed.allow);
}

TEST_F(PinFileTest, link_to_a_file_elsewhere_stays_a_link) {
  const fs::path elsewhere = directory_ / "shared-pins";
  std::ofstream(elsewhere) << "# shared\n";
  fs::create_directories(path().parent_path());
  fs::create_symlink(elsewhere, path());
  ASSERT_TRUE(PinFile(path()).put(example("a:443")).has_value());
  EXPECT_TRUE(fs::is_symlink(path()));
  EXPECT_EQ(read(), "# shared\n" + format_pin(example("a:443")) + "\n");
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

// Ticket keys: sealing, rotation, and the file that servers share (RFC 5077 §4, §5).
#include "heirloom/ticket_keys.hpp"

#include "crypto/seal.hpp"
#include "session/session_access.hpp"
#include "session/session_state.hpp"
#include "support/pair.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using namespace std::chrono_literals;
using detail::SessionAccess;
using testing::FixedClock;

SessionPtr some_session() {
  Secret<48> secret;
  std::ranges::fill(secret.expose(), std::uint8_t{0x5a});
  return SessionAccess::make({.cipher_suite = 0x002f,
                              .server_name = "old-box.example",
                              .peer_chain = {CertificateDer(300, 0x30)},
                              .created = FixedClock().now()},
                             MasterSecret(std::move(secret)));
}

MadeTicket made(TicketKeys& keys) {
  auto ticket = keys.make(*some_session());
  EXPECT_TRUE(ticket.has_value());
  return std::move(ticket).value();
}

bool opens(TicketKeys& keys, const MadeTicket& made) {
  return keys.open(made.ticket).session != nullptr;
}

TEST(TicketKeys, ATicketIsTheWholeSession) {
  const auto keys = make_ticket_keys();
  const MadeTicket ticket = made(*keys);
  const OpenedTicket opened = keys->open(ticket.ticket);
  ASSERT_NE(opened.session, nullptr);
  EXPECT_FALSE(opened.is_outdated);
  const SecretBytes before = session::encode_state(*some_session());
  const SecretBytes after = session::encode_state(*opened.session);
  EXPECT_TRUE(std::ranges::equal(before.expose(), after.expose()));
}

// RFC 5077 §5.8: "the content of the ticket is confidentiality protected".
TEST(TicketKeys, ATicketShowsNothing) {
  const auto keys = make_ticket_keys();
  const MadeTicket first = made(*keys);
  const MadeTicket second = made(*keys);
  for (const Bytes& needle : {Bytes(6, 0x5a), Bytes{'o', 'l', 'd', '-'}, Bytes(6, 0x30)}) {
    EXPECT_TRUE(std::ranges::search(first.ticket, needle).empty());
  }
  EXPECT_NE(first.ticket, second.ticket);
  EXPECT_TRUE(std::equal(first.ticket.begin(), first.ticket.begin() + 16, second.ticket.begin()))
      << "the name of the key";
}

// RFC 5077 §5.3: "forge or alter a ticket".
TEST(TicketKeys, NothingButTheTicketIsTaken) {
  const auto keys = make_ticket_keys();
  const MadeTicket good = made(*keys);
  for (std::size_t i = 0; i < good.ticket.size(); ++i) {
    MadeTicket changed = good;
    changed.ticket[i] ^= 0x10;
    EXPECT_FALSE(opens(*keys, changed)) << i;
    MadeTicket shorter = good;
    shorter.ticket.resize(i);
    EXPECT_FALSE(opens(*keys, shorter)) << i;
  }
  MadeTicket longer = good;
  longer.ticket.push_back(0);
  EXPECT_FALSE(opens(*keys, longer));
  EXPECT_FALSE(opens(*make_ticket_keys(), good)) << "another server's";
}

// RFC 5077 §5.5: "The keys should be changed regularly."
TEST(TicketKeys, TheNewestSealsAndOlderOnesOpenUntilTheirEnd) {
  const auto clock = std::make_shared<FixedClock>();
  const auto keys = make_ticket_keys({.seal_for = 12h, .open_for = 36h}, clock);
  const MadeTicket first = made(*keys);
  EXPECT_EQ(first.lifetime, 36h);
  clock->advance(12h - 1s);
  const MadeTicket late = made(*keys);
  EXPECT_EQ(late.lifetime, 24h + 1s);
  EXPECT_TRUE(std::equal(first.ticket.begin(), first.ticket.begin() + 16, late.ticket.begin()));
  EXPECT_FALSE(keys->open(first.ticket).is_outdated);
  clock->advance(1s);
  EXPECT_TRUE(keys->open(first.ticket).is_outdated) << "before the next key is made";
  const MadeTicket second = made(*keys);
  EXPECT_FALSE(std::equal(first.ticket.begin(), first.ticket.begin() + 16, second.ticket.begin()));
  EXPECT_TRUE(keys->open(first.ticket).is_outdated);
  EXPECT_NE(keys->open(first.ticket).session, nullptr);
  EXPECT_FALSE(keys->open(second.ticket).is_outdated);
  clock->advance(24h - 1s);
  EXPECT_TRUE(opens(*keys, first));
  clock->advance(1s);
  EXPECT_FALSE(opens(*keys, first));
  EXPECT_FALSE(opens(*keys, late));
  EXPECT_TRUE(opens(*keys, second));
}

TEST(TicketKeys, ServeManyThreads) {
  const auto keys = make_ticket_keys();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        EXPECT_TRUE(opens(*keys, made(*keys)));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

/// KeyFile is a file in a folder of its own.
class TicketKeyFile : public ::testing::Test {
 protected:
  TicketKeyFile() {
    std::string name = (std::filesystem::temp_directory_path() / "ticket_keys_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }

  ~TicketKeyFile() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path() const { return (folder_ / "ticket.keys").string(); }

  /// write replaces the file as the header says it should be done; each version has a time of its
  /// own.
  void write(const std::string& text,
             std::filesystem::perms permissions = std::filesystem::perms::owner_read) {
    const auto next = folder_ / "next";
    std::ofstream(next, std::ios::binary) << text;
    std::filesystem::permissions(next, permissions);
    time_ += 1s;
    std::filesystem::last_write_time(next, time_);
    std::filesystem::rename(next, path());
  }

  [[nodiscard]] std::shared_ptr<TicketKeys> load() const {
    auto keys = load_ticket_keys(path(), clock_);
    EXPECT_TRUE(keys.has_value()) << keys.error().text();
    return keys.has_value() ? *keys : nullptr;
  }

  [[nodiscard]] std::string refusal() const {
    const auto keys = load_ticket_keys(path(), clock_);
    if (keys.has_value()) {
      return "accepted";
    }
    EXPECT_EQ(keys.error().cause, Cause::config_invalid);
    const std::string& detail = keys.error().detail;
    EXPECT_TRUE(detail.starts_with(path() + ": "));
    return detail.substr(std::min(detail.size(), path().size() + 2));
  }

  static std::string line(char digit) { return std::string(96, digit) + "\n"; }

  std::shared_ptr<FixedClock> clock_ = std::make_shared<FixedClock>();

 private:
  std::filesystem::path folder_;
  std::filesystem::file_time_type time_ = std::filesystem::file_time_type::clock::now();
};

TEST_F(TicketKeyFile, IsSharedByServers) {
  write("# newest first\n\n" + line('a') + line('B') + "\r\n");
  const auto one = load();
  const auto other = load();
  const MadeTicket ticket = made(*one);
  EXPECT_EQ(ticket.lifetime, 24h);
  EXPECT_EQ(Bytes(ticket.ticket.begin(), ticket.ticket.begin() + 16), Bytes(16, 0xaa));
  EXPECT_TRUE(opens(*other, ticket));
  // Another program with the same key can open it, by the documented format.
  const std::vector<std::uint8_t> key(32, 0xaa);
  const ByteView bytes(ticket.ticket);
  EXPECT_TRUE(crypto::open(crypto::SealKey(key.data(), 32),
                           bytes.subspan<16, 12>(),
                           bytes.first(16),
                           bytes.subspan(28))
                  .has_value());
}

TEST_F(TicketKeyFile, IsReadAgainWhenItHasChanged) {
  write(line('a'));
  const auto keys = load();
  const MadeTicket first = made(*keys);
  write(line('b') + line('a'));
  EXPECT_FALSE(keys->open(first.ticket).is_outdated) << "looked at once a second";
  clock_->advance(1s);
  EXPECT_TRUE(keys->open(first.ticket).is_outdated);
  EXPECT_TRUE(opens(*keys, first));
  const MadeTicket second = made(*keys);
  EXPECT_EQ(second.ticket.front(), 0xbb);
  write(line('b'));
  clock_->advance(1s);
  EXPECT_FALSE(opens(*keys, first)) << "a key that is not there any more opens nothing";
  EXPECT_TRUE(opens(*keys, second));
  EXPECT_EQ(keys->problem(), "");
}

TEST_F(TicketKeyFile, AWrongFileLeavesTheOldKeys) {
  write(line('a'));
  const auto keys = load();
  const MadeTicket ticket = made(*keys);
  write("-----BEGIN CERTIFICATE-----\n");
  clock_->advance(1s);
  EXPECT_TRUE(opens(*keys, ticket));
  EXPECT_EQ(keys->problem(), path() + ": line 1 is no ticket key, which has 96 hexadecimal digits");
  std::filesystem::remove(path());
  clock_->advance(1s);
  EXPECT_TRUE(opens(*keys, ticket));
  EXPECT_NE(keys->problem().find("No such file"), std::string::npos) << keys->problem();
  write(line('c') + line('a'));
  clock_->advance(1s);
  EXPECT_TRUE(keys->open(ticket.ticket).is_outdated);
  EXPECT_EQ(keys->problem(), "");
}

TEST_F(TicketKeyFile, SaysWhatIsWrongWithIt) {
  EXPECT_EQ(load_ticket_keys(path()).error().cause, Cause::file_unreadable);
  write("");
  EXPECT_EQ(refusal(), "there is no ticket key in it");
  write("# nothing\n");
  EXPECT_EQ(refusal(), "there is no ticket key in it");
  write(line('a') + std::string(95, 'b') + "\n");
  EXPECT_EQ(refusal(), "line 2 is no ticket key, which has 96 hexadecimal digits");
  write(line('g'));
  EXPECT_EQ(refusal(), "line 1 is no ticket key, which has 96 hexadecimal digits");
  write(line('a') + "#\n" + line('A'));
  EXPECT_EQ(refusal(), "line 3 has the name of a key before it");
  std::string many;
  for (int i = 0; i < 65; ++i) {
    many += make_ticket_key_line().value() + "\n";
  }
  write(many);
  EXPECT_EQ(refusal(), "there are more than 64 keys");
  using std::filesystem::perms;
  for (const perms others : {perms::others_read, perms::others_write}) {
    write(line('a'), perms::owner_read | perms::owner_write | others);
    EXPECT_EQ(refusal(), "everybody may read or change these keys: chmod o= would forbid it");
  }
  write(line('a'), perms::owner_read | perms::group_read);
  EXPECT_NE(load(), nullptr);
}

TEST_F(TicketKeyFile, TakesTheLinesThatTheLibraryMakes) {
  std::set<std::string> lines;
  for (int i = 0; i < 8; ++i) {
    lines.insert(make_ticket_key_line().value());
  }
  EXPECT_EQ(lines.size(), 8U);
  std::string text;
  for (const std::string& one : lines) {
    EXPECT_EQ(one.size(), 96U);
    text += one + "\n";
  }
  write(text);
  const auto keys = load();
  EXPECT_TRUE(opens(*keys, made(*keys)));
}

}  // namespace
}  // namespace heirloom

// Ticket keys that several servers take from a file (RFC 5077 §5.5); heirloom/ticket_keys.hpp has
// its format.
#include "heirloom/random.hpp"
#include "heirloom/ticket_keys.hpp"

#include "base/try.hpp"
#include "crypto/pem.hpp"
#include "session/ticket_seal.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace heirloom {

namespace {

using session::TicketKey;
using session::TicketKeyPtr;
using Keys = std::vector<TicketKeyPtr>;
using Time = std::chrono::system_clock::time_point;

constexpr std::size_t kLineSize = 2 * (session::kTicketKeyNameSize + session::kTicketKeySize);
constexpr std::size_t kMaxKeys = 64;
constexpr std::chrono::seconds kTicketLifetime{86400};

Error invalid(const std::string& file, const std::string& why) {
  return {Cause::config_invalid, file + ": " + why};
}

std::optional<std::uint8_t> digit(char c) {
  if (c >= '0' && c <= '9') {
    return static_cast<std::uint8_t>(c - '0');
  }
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') {
    return static_cast<std::uint8_t>(lower - 'a' + 10);
  }
  return std::nullopt;
}

/// parse_line reads one key; null if there is anything but 96 hexadecimal digits.
TicketKeyPtr parse_line(std::string_view line) {
  if (line.size() != kLineSize) {
    return nullptr;
  }
  const auto key = std::make_shared<TicketKey>();
  for (std::size_t i = 0; i < kLineSize; i += 2) {
    const auto high = digit(line[i]);
    const auto low = digit(line[i + 1]);
    if (!high.has_value() || !low.has_value()) {
      return nullptr;
    }
    const auto byte = static_cast<std::uint8_t>(*high << 4U | *low);
    const std::size_t at = i / 2;
    if (at < session::kTicketKeyNameSize) {
      key->name[at] = byte;
    } else {
      key->key.expose()[at - session::kTicketKeyNameSize] = byte;
    }
  }
  return key;
}

/// next_line takes a line off the front, without what ends it.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) {
    line.remove_suffix(1);
  }
  return line;
}

Result<Keys> parse_keys(const std::string& file, std::string_view text) {
  Keys keys;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = next_line(text);
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const std::string where = "line " + std::to_string(number);
    TicketKeyPtr key = parse_line(line);
    if (key == nullptr) {
      return invalid(file, where + " is no ticket key, which has 96 hexadecimal digits");
    }
    if (std::ranges::any_of(keys, [&](const auto& other) { return other->name == key->name; })) {
      return invalid(file, where + " has the name of a key before it");
    }
    if (keys.size() == kMaxKeys) {
      return invalid(file, "there are more than " + std::to_string(kMaxKeys) + " keys");
    }
    keys.push_back(std::move(key));
  }
  if (keys.empty()) {
    return invalid(file, "there is no ticket key in it");
  }
  return keys;
}

/// Stamp tells whether a file is still the one that was read.
struct Stamp {
  std::filesystem::file_time_type time{};
  std::uintmax_t size = 0;

  friend bool operator==(const Stamp&, const Stamp&) = default;
};

Stamp stamp_of(const std::string& file) {
  std::error_code
      error;  // a file that is gone has no stamp, and is looked at again when it is back
  Stamp stamp;
  stamp.time = std::filesystem::last_write_time(file, error);
  stamp.size = error ? 0 : std::filesystem::file_size(file, error);
  return error ? Stamp{} : stamp;
}

Result<Keys> read_keys(const std::string& file) {
  HEIRLOOM_TRY(const SecretBytes text, crypto::read_file(file));
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  // Security: whoever can read the keys can be any client, and can read what they have resumed.
  constexpr auto kOthers =
      std::filesystem::perms::others_read | std::filesystem::perms::others_write;
  if (!error && (status.permissions() & kOthers) != std::filesystem::perms::none) {
    return invalid(file, "everybody may read or change these keys: chmod o= would forbid it");
  }
  return parse_keys(file, crypto::as_text(text.expose()));
}

class TicketKeyFile final : public TicketKeys {
 public:
  TicketKeyFile(std::string file, Stamp stamp, Keys keys, std::shared_ptr<Clock> clock)
      : file_(std::move(file)),
        clock_(std::move(clock)),
        stamp_(stamp),
        keys_(std::move(keys)),
        looked_(clock_->now()) {}

  [[nodiscard]] Result<MadeTicket> make(const Session& session) override {
    const Keys keys = current_keys();
    HEIRLOOM_TRY(Bytes ticket, session::seal_ticket(*keys.front(), session));
    return MadeTicket{.ticket = std::move(ticket), .lifetime = kTicketLifetime};
  }

  [[nodiscard]] OpenedTicket open(std::span<const std::uint8_t> ticket) override {
    const Keys keys = current_keys();
    const auto found = std::ranges::find_if(
        keys, [&](const TicketKeyPtr& key) { return session::is_sealed_with(*key, ticket); });
    if (found == keys.end()) {
      return {};
    }
    return {.session = session::open_ticket(**found, ticket), .is_outdated = found != keys.begin()};
  }

  [[nodiscard]] std::string problem() const override {
    const std::lock_guard lock(mutex_);
    return problem_;
  }

 private:
  /// current_keys looks at the file first, once a second at most.
  Keys current_keys() {
    constexpr std::chrono::seconds kPause{1};
    const Time now = clock_->now();
    const std::lock_guard lock(mutex_);
    if (now >= looked_ && now < looked_ + kPause) {
      return keys_;
    }
    looked_ = now;
    const Stamp stamp = stamp_of(file_);
    if (stamp != stamp_) {
      stamp_ = stamp;
      reload();
    }
    return keys_;
  }

  void reload() {
    auto keys = read_keys(file_);
    problem_ = keys.has_value() ? std::string() : keys.error().detail;
    if (keys.has_value()) {
      keys_ = std::move(keys).value();
    }
  }

  const std::string file_;
  const std::shared_ptr<Clock> clock_;
  mutable std::mutex mutex_;
  Stamp stamp_;
  Keys keys_;
  Time looked_;
  std::string problem_;
};

}  // namespace

Result<std::shared_ptr<TicketKeys>> load_ticket_keys(const std::string& file,
                                                     std::shared_ptr<Clock> clock) {
  // The stamp first: what changes while the file is read is read again.
  const Stamp stamp = stamp_of(file);
  HEIRLOOM_TRY(Keys keys, read_keys(file));
  return std::shared_ptr<TicketKeys>(std::make_shared<TicketKeyFile>(
      file, stamp, std::move(keys), clock == nullptr ? system_clock() : std::move(clock)));
}

Result<std::string> make_ticket_key_line() {
  SecretBytes bytes(kLineSize / 2);
  if (!system_random()->fill(bytes.expose())) {
    return Cause::random_failed;
  }
  return to_hex(std::as_const(bytes).expose());
}

}  // namespace heirloom

// What the demonstration does: every suite at every version it has, a full handshake and then a
// resumed one, where a suite can be resumed, and what became of each.
#pragma once

#include "heirloom/cipher_suite.hpp"
#include "heirloom/inspector.hpp"

#include "common/describe.hpp"
#include "demo/conversation.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace heirloom::app::demo {

/// Scene is one suite at one version.
struct Scene {
  const CipherSuite* suite;
  ProtocolVersion version;
};

/// is_ever_resumed is false for FORTEZZA_CBC, whose keys would be used a second time (RFC 6101
/// D.5.3): its second connection has a full handshake, too.
[[nodiscard]] bool is_ever_resumed(const CipherSuite& suite);

/// all_scenes is every row of the library's table at every version it has.
[[nodiscard]] std::vector<Scene> all_scenes();

enum class HandshakeKind : std::uint8_t { full, resumed };

[[nodiscard]] std::string_view to_string(HandshakeKind kind) noexcept;

/// Appearance is one connection of a scene.
struct Appearance {
  Scene scene;
  HandshakeKind kind;
  std::size_t number;  ///< from 1
  std::size_t of;      ///< how many there will be
  Conversation conversation;
  std::string key_log_lines;
  Strength strength;

  [[nodiscard]] bool has_passed() const noexcept { return conversation.problem.empty(); }
};

/// iana_name is the suite's name in IANA's list, which has TLS names for SSL 3.0 too, but for
/// FORTEZZA's, which it does not have.
[[nodiscard]] std::string iana_name(const CipherSuite& suite);

/// title is "TLS_RSA_WITH_RC4_128_MD5 (0x0004) at SSL 3.0, full handshake".
[[nodiscard]] std::string title(const Appearance& appearance);

/// Data says how much the two ends have to tell each other.
enum class Data : std::uint8_t {
  bulk,   ///< several records each way
  brief,  ///< a line each way, to be read
};

/// Watchers see both ends from inside, with all secrets; null for nobody. They are asked for anew
/// before each connection.
struct Watchers {
  std::shared_ptr<Inspector> client = nullptr;
  std::shared_ptr<Inspector> server = nullptr;
};

struct Performance {
  std::vector<Scene> scenes;
  Data data = Data::bulk;
  std::chrono::microseconds patience{};  ///< for one connection
  std::function<Watchers()> watchers = {};
  /// on_appearance is told of every connection when it has ended.
  std::function<void(const Appearance&)> on_appearance = {};
};

/// Tally is what there was in all.
struct Tally {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::uint64_t data_bytes = 0;
  std::chrono::milliseconds elapsed{};
};

/// perform plays all scenes, one after the other. A scene that fails does not end it.
[[nodiscard]] Tally perform(const Performance& performance);

}  // namespace heirloom::app::demo

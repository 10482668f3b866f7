// Pair: a client and a server connection joined in memory, for tests of the engine as a whole.
//
// The wire between them is two byte strings that a test may cut, change or record. Randomness and
// time are injected, so a conversation is a function of its seeds.
#pragma once

#include "heirloom/heirloom.hpp"

#include "base/bytes.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace heirloom::testing {

/// SeededRandom is no good for anything but tests: a counter through SHA-256.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed) : seed_(seed) {}

  bool fill(std::span<std::uint8_t> out) noexcept override;

 private:
  std::uint64_t seed_;
  std::uint64_t counter_ = 0;
};

/// FailingRandom has nothing to give after `good` calls.
class FailingRandom final : public RandomSource {
 public:
  explicit FailingRandom(std::size_t good) : good_(good) {}

  bool fill(std::span<std::uint8_t> out) noexcept override;

 private:
  std::size_t good_;
  SeededRandom random_{7};
};

/// FixedClock says what it is told: 2020-01-01 by default, when the test certificates are valid.
class FixedClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const noexcept override { return now_; }

  void advance(std::chrono::seconds by) { now_ += by; }

 private:
  std::chrono::system_clock::time_point now_{std::chrono::seconds(1767225600)};
};

/// KeyLines keeps what the key log was told.
class KeyLines final : public KeyLog {
 public:
  void line(std::string_view text) override { lines.emplace_back(text); }

  std::vector<std::string> lines;
};

/// policy_for allows exactly one version and one suite.
[[nodiscard]] Policy policy_for(ProtocolVersion version, std::uint16_t suite);

/// client_options and server_options: device policy, seeded randomness, fixed clock, and a client
/// that pins the server's certificate.
[[nodiscard]] ClientOptions client_options(std::uint64_t seed = 1);
[[nodiscard]] ServerOptions server_options(std::uint64_t seed = 2);

[[nodiscard]] std::shared_ptr<const ClientConfig> build(ClientOptions options);
[[nodiscard]] std::shared_ptr<const ServerConfig> build(ServerOptions options);

/// take_outgoing empties outgoing() into one byte string.
[[nodiscard]] Bytes take_outgoing(Connection& connection);

/// deliver hands bytes over in pieces of at most `chunk`, and takes plaintext out as it comes.
void deliver(Connection& to, ByteView bytes, Bytes& plaintext, std::size_t chunk = SIZE_MAX);

/// take_events drains the queue.
[[nodiscard]] std::vector<Event> take_events(Connection& connection);

struct Pair {
  Pair(std::shared_ptr<const ClientConfig> client_config,
       std::shared_ptr<const ServerConfig> server_config,
       SessionPtr resume = nullptr);

  /// run carries bytes both ways until neither side has any more.
  void run();

  /// run_cut is run with every delivery cut into pieces of at most `chunk` bytes.
  void run_cut(std::size_t chunk);

  /// send writes application data from one side and carries it over.
  void send_to_server(ByteView bytes);
  void send_to_client(ByteView bytes);

  Connection client;
  Connection server;
  Bytes at_client;  ///< plaintext that arrived
  Bytes at_server;
  Bytes wire_to_server;  ///< everything that was carried
  Bytes wire_to_client;

 private:
  void send(Connection& from, ByteView bytes);
};

/// name_of is "SSL30_RSA_WITH_RC4_128_MD5" for parameterised test names.
[[nodiscard]] std::string name_of(ProtocolVersion version, const CipherSuite& suite);

/// Combination is a version and a suite it has.
struct Combination {
  ProtocolVersion version;
  std::uint16_t suite;
};

/// combinations is every version × suite of the library, from its tables.
[[nodiscard]] std::vector<Combination> combinations();

}  // namespace heirloom::testing

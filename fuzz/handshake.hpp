// handshake: drives one connection with a fuzzer's bytes and checks what must hold whatever comes.
//
// An input: one byte for the size of the pieces (0: all at once), one that picks version and suite,
// and then what the peer sends.
#pragma once

#include "heirloom/connection.hpp"

#include "support/pair.hpp"
#include "support/suite_setup.hpp"

#include <cstdlib>
#include <vector>

namespace heirloom::fuzz {

/// require stops the fuzzer, which keeps the input.
inline void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// check_state is true after every step.
inline void check_state(const Connection& connection) {
  require((connection.error() != nullptr) == (connection.phase() == Phase::failed));
  if (connection.phase() == Phase::handshaking) {
    require(connection.plaintext().empty());  // nothing is delivered before Finished has verified
  }
}

inline constexpr std::size_t kHeaderSize = 2;

/// picks are suites that together have every key exchange and every cipher, at both versions.
inline const std::vector<testing::Combination>& picks() {
  static const auto all = [] {
    auto chosen = testing::representatives(ProtocolVersion::ssl30);
    const auto more = testing::representatives(ProtocolVersion::tls10);
    chosen.insert(chosen.end(), more.begin(), more.end());
    return chosen;
  }();
  return all;
}

/// combination_of is what the second byte of an input picks.
inline testing::Combination combination_of(std::span<const std::uint8_t> input) {
  return picks()[input[1] % picks().size()];
}

/// feed hands the input over to a connection.
inline void feed(Connection connection, std::span<const std::uint8_t> input) {
  const std::size_t chunk = input[0] == 0 ? input.size() : input[0];
  input = input.subspan(kHeaderSize);
  while (!input.empty()) {
    const auto piece = input.first(std::min(chunk, input.size()));
    const auto taken = connection.receive(piece);
    check_state(connection);
    if (!taken.has_value()) {
      require(connection.error() != nullptr);
      break;
    }
    connection.consume_plaintext(connection.plaintext().size());
    if (*taken == 0) {
      break;  // closed, or parked
    }
    input = input.subspan(*taken);
    while (connection.next_event().has_value()) {
    }
  }
  (void)connection.receive_end();
  check_state(connection);
  (void)testing::take_outgoing(connection);
}

}  // namespace heirloom::fuzz

// handshake: drives one connection with a fuzzer's bytes and checks what must hold whatever comes.
//
// An input: one byte for the size of the pieces (0: all at once), one that picks version and suite,
// and then what the peer sends.
#pragma once

#include "heirloom/connection.hpp"

#include "support/pair.hpp"

#include <cstdlib>

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

/// policy_of is the policy that the second byte of an input picks.
inline Policy policy_of(std::span<const std::uint8_t> input) {
  static const auto all = testing::combinations();
  const auto& combination = all[input[1] % all.size()];
  return testing::policy_for(combination.version, combination.suite);
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

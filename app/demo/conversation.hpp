// One connection of the demonstration: both ends in this thread, over a pair of real loopback
// sockets, with everything checked and every byte of the wire kept.
#pragma once

#include "heirloom/connection.hpp"
#include "heirloom/inspector.hpp"

#include "common/stream.hpp"
#include "demo/bytes.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace heirloom::app::demo {

/// Chunk is what one call of send(2) took.
struct Chunk {
  End from;
  std::chrono::system_clock::time_point when;
  Bytes bytes;
};

/// Script is what the two ends are to do.
struct Script {
  std::shared_ptr<const ClientConfig> client;
  std::shared_ptr<const ServerConfig> server;
  SessionPtr resume;  ///< null: a full handshake
  Bytes request;      ///< client to server
  Bytes reply;        ///< server to client
};

/// Conversation is what they did.
struct Conversation {
  std::string problem;  ///< why it did not pass, in words; empty: everything was as it should be
  std::chrono::microseconds handshake{};  ///< from the ClientHello until both ends are open
  std::size_t temporary_key_bits = 0;     ///< of the ServerKeyExchange; 0: there was none
  std::uint64_t data_bytes = 0;           ///< application data that arrived, both ways
  std::vector<Chunk> chunks;              ///< the wire, in order
  SessionPtr session;                     ///< to resume
};

/// converse connects, shakes hands, carries the request and the reply, and closes: close_notify
/// from both ends, then the end of TCP from both. It checks that both ends agree on version, suite
/// and whether the session was resumed, that the data arrive as sent, that what was received from
/// the sockets is what was sent into them, and that nothing is left over.
[[nodiscard]] Conversation converse(const Script& script, Deadline deadline);

}  // namespace heirloom::app::demo

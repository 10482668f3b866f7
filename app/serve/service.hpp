// Services: what `heirloom serve` does with a client once the handshake is complete.
#pragma once

#include "common/heirloom_stream.hpp"
#include "common/stop.hpp"
#include "common/target.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace heirloom::app {

/// ServiceReport is what a service did: for the log line.
struct ServiceReport {
  std::uint64_t bytes_in = 0;   ///< from the client
  std::uint64_t bytes_out = 0;  ///< to the client
  std::string close;            ///< why it ended, in words
};

struct ServiceLimits {
  std::chrono::milliseconds idle;  ///< nothing moved for that long: the end
  const StopSignal& stop;
};

/// serve_echo sends back what comes.
[[nodiscard]] ServiceReport serve_echo(HeirloomStream& client, const ServiceLimits& limits);

/// serve_forward relays to a plain TCP back end.
[[nodiscard]] ServiceReport serve_forward(HeirloomStream& client,
                                          const HostPort& back_end,
                                          const ServiceLimits& limits);

/// serve_www answers HTTP: a page that names what was negotiated, and /bytes/N, which is N bytes.
[[nodiscard]] ServiceReport serve_www(HeirloomStream& client, const ServiceLimits& limits);

/// describe_close puts the status that ended a service into words.
[[nodiscard]] std::string describe_close(const StreamOutcome& outcome, const StopSignal& stop);

/// www_byte is the byte at an offset of /bytes/N: letters, so that a dump can be read.
[[nodiscard]] constexpr std::uint8_t www_byte(std::uint64_t offset) noexcept {
  return static_cast<std::uint8_t>('a' + offset % 26);
}

}  // namespace heirloom::app

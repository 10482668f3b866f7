// ExitCode: what the program's exit status means, the same for every subcommand.
//
// "The tool failed" and "the target is bad" are never mixed, and an output format never changes the
// status.
#pragma once

#include <cstdint>

namespace heirloom::app {

enum class ExitCode : std::uint8_t {
  ok = 0,
  usage = 2,       ///< the command line or its combination of options makes no sense
  network = 3,     ///< name resolution, TCP, or a peer that does not answer in time
  handshake = 4,   ///< no TLS connection came about, or it broke and data is missing
  identity = 5,    ///< certificate, pin, or a version lower than the remembered one
  incomplete = 6,  ///< some lines of a report could not be tested; another run may tell more
  local = 7,       ///< something of this machine: a port in use, an unreadable file
  internal = 70,   ///< our own fault
};

}  // namespace heirloom::app

// RecordBoundary: the proof that no part of a handshake message waits for its rest.
//
// Only the reassembler can make one. Whatever changes keys asks for it, so a message that is split
// across a change of keys cannot be accepted by accident (RFC is silent; drift D65, CVE-2014-0224).
#pragma once

namespace heirloom {

class HandshakeReassembler;
class RecordBoundaryForTests;

class RecordBoundary {
  friend class HandshakeReassembler;
  friend class RecordBoundaryForTests;
  RecordBoundary() = default;
};

}  // namespace heirloom

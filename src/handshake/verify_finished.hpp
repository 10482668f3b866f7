// verify_finished: the one place that compares a Finished (RFC 6101 §5.6.9, RFC 2246 §7.4.9), and
// the proof that it did.
#pragma once

#include "heirloom/result.hpp"

#include "crypto/handshake_hashes.hpp"
#include "message/finished.hpp"
#include "version/profile.hpp"

namespace heirloom {

/// FinishedVerified can only be made by verify_finished, and the states Established only from one:
/// a handshake that skips the check does not compile.
class FinishedVerified {
  friend Result<FinishedVerified> verify_finished(const VersionProfile&,
                                                  const HandshakeHashes&,
                                                  const MasterSecret&,
                                                  Side,
                                                  const message::Finished&);

  explicit FinishedVerified(const VerifyData& verified) : verify_data(verified) {}

 public:
  VerifyData verify_data;  ///< as both sides have it
};

/// verify_finished compares in constant time. message_malformed for a wrong length,
/// finished_mismatch.
[[nodiscard]] Result<FinishedVerified> verify_finished(const VersionProfile& profile,
                                                       const HandshakeHashes& messages,
                                                       const MasterSecret& master,
                                                       Side sender,
                                                       const message::Finished& finished);

}  // namespace heirloom

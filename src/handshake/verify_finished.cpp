#include "handshake/verify_finished.hpp"

#include "base/constant_time.hpp"

#include <string>

namespace heirloom {

Result<FinishedVerified> verify_finished(const VersionProfile& profile,
                                         const HandshakeHashes& messages,
                                         const MasterSecret& master,
                                         Side sender,
                                         const message::Finished& finished) {
  const VerifyData expected = profile.finished(messages, master, sender);
  if (finished.verify_data.size() != expected.size) {
    return Error(Cause::message_malformed,
                 "finished: " + std::to_string(finished.verify_data.size()) + " bytes instead of " +
                     std::to_string(expected.size));
  }
  if (!constant_time::verdict(constant_time::equal_bytes(finished.verify_data, expected.view()))) {
    return Cause::finished_mismatch;
  }
  return FinishedVerified(expected);
}

}  // namespace heirloom

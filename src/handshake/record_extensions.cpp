#include "handshake/record_extensions.hpp"

#include "handshake/previous_handshake.hpp"

namespace heirloom {

void limit_fragments(const Negotiated& negotiated, Effects& effects) {
  effects.limit_fragments(negotiated.max_fragment_length.has_value()
                              ? bytes_of(*negotiated.max_fragment_length)
                              : kMaxPlaintext);
}

Result<void> check_not_dropped(const Environment& environment, const Negotiated& negotiated) {
  const bool was_agreed_on =
      environment.previous != nullptr && environment.previous->had_encrypt_then_mac;
  const bool is_block = info(negotiated.suite->bulk).type == CipherType::block;
  if (was_agreed_on && is_block && negotiated.mac_order != MacOrder::encrypt_then_mac) {
    return Cause::encrypt_then_mac_dropped;
  }
  if (environment.previous != nullptr && environment.previous->had_extended_master_secret &&
      !negotiated.has_extended_master_secret) {
    return Error(Cause::extended_master_secret_missing, "in a renegotiation");
  }
  return {};
}

}  // namespace heirloom

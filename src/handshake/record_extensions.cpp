#include "handshake/record_extensions.hpp"

namespace heirloom {

void limit_fragments(const Negotiated& negotiated, Effects& effects) {
  effects.limit_fragments(negotiated.max_fragment_length.has_value()
                              ? bytes_of(*negotiated.max_fragment_length)
                              : kMaxPlaintext);
}

}  // namespace heirloom

// The fields of the two key exchange messages, which the library shows as one field each.
#pragma once

#include "heirloom/inspector.hpp"

#include "demo/performance.hpp"

#include <vector>

namespace heirloom::app::demo {

/// key_exchange_fields cuts "params" of a server_key_exchange (RFC 2246 §7.4.3, RFC 4492 §5.4) and
/// "exchange_keys" of a client_key_exchange (RFC 2246 §7.4.7, RFC 4492 §5.7) into what the scene's
/// key exchange puts there, under the names of the documents. What does not fit stays whole, and so
/// do other messages.
[[nodiscard]] std::vector<MessageField> key_exchange_fields(std::vector<MessageField> fields,
                                                            const Scene& scene);

}  // namespace heirloom::app::demo

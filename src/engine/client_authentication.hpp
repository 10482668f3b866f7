// Whether a server's configuration can ask for client certificates at all.
#pragma once

#include "heirloom/config.hpp"
#include "heirloom/result.hpp"

namespace heirloom {

/// check_client_authentication: a verifier and the names of authorities must be there if anything
/// is asked for (RFC 2246 §7.4.4). config_invalid.
[[nodiscard]] Result<void> check_client_authentication(const ServerOptions& options,
                                                       ClientAuthentication demanded);

}  // namespace heirloom

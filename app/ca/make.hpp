// make: what `heirloom ca key`, `authority` and `leaf` do.
#pragma once

#include "ca/made.hpp"
#include "ca/make_options.hpp"
#include "common/failure.hpp"

namespace heirloom::app {

/// make_key_file writes one private key.
[[nodiscard]] Outcome<Made> make_key_file(const MakeOptions& options);

/// make_authority_folder writes certificate.pem, chain.pem and key.pem: a root, or an authority
/// below another one.
[[nodiscard]] Outcome<Made> make_authority_folder(const MakeOptions& options);

/// make_leaf_folder writes chain.pem, key.pem and root.pem.
[[nodiscard]] Outcome<Made> make_leaf_folder(const MakeOptions& options);

}  // namespace heirloom::app

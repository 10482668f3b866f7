// All of the public interface, except the Asio adapters (heirloom/asio/).
#pragma once

#include "heirloom/alert.hpp"                 // IWYU pragma: export
#include "heirloom/certificate.hpp"           // IWYU pragma: export
#include "heirloom/certificate_rules.hpp"     // IWYU pragma: export
#include "heirloom/certificate_verifier.hpp"  // IWYU pragma: export
#include "heirloom/cipher_suite.hpp"          // IWYU pragma: export
#include "heirloom/clock.hpp"                 // IWYU pragma: export
#include "heirloom/config.hpp"                // IWYU pragma: export
#include "heirloom/connection.hpp"            // IWYU pragma: export
#include "heirloom/credentials.hpp"           // IWYU pragma: export
#include "heirloom/error.hpp"                 // IWYU pragma: export
#include "heirloom/event.hpp"                 // IWYU pragma: export
#include "heirloom/export_rule.hpp"           // IWYU pragma: export
#include "heirloom/hello_extension.hpp"       // IWYU pragma: export
#include "heirloom/inspector.hpp"             // IWYU pragma: export
#include "heirloom/key_log.hpp"               // IWYU pragma: export
#include "heirloom/pending.hpp"               // IWYU pragma: export
#include "heirloom/policy.hpp"                // IWYU pragma: export
#include "heirloom/random.hpp"                // IWYU pragma: export
#include "heirloom/result.hpp"                // IWYU pragma: export
#include "heirloom/session.hpp"               // IWYU pragma: export
#include "heirloom/ticket_keys.hpp"           // IWYU pragma: export
#include "heirloom/version.hpp"               // IWYU pragma: export

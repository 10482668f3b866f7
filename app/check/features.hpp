// Features: what a server does beyond versions and suites. No I/O of its own.
#pragma once

#include "check/examine.hpp"

namespace heirloom::app {

/// ask_renegotiation: does every version up to TLS 1.2 signal RFC 5746?
[[nodiscard]] Tested ask_renegotiation(Interview& interview,
                                       const std::vector<VersionReport>& versions,
                                       const HelloOffer& manner);

/// ask_fallback_signal offers a lower version than the highest one, with the signal of RFC 7507. A
/// server that honours it answers with alert 86.
[[nodiscard]] Tested ask_fallback_signal(Interview& interview,
                                         const std::vector<VersionReport>& versions,
                                         const HelloOffer& manner);

/// ask_compression offers DEFLATE (RFC 3749) and LZS (RFC 3943) before none.
[[nodiscard]] Tested ask_compression(Interview& interview,
                                     const std::vector<VersionReport>& versions,
                                     const HelloOffer& manner);

/// judge_higher_version looks at the hellos above the highest version, up to TLS 1.2: a server has
/// to answer them with its own highest (RFC 5246 E.1).
[[nodiscard]] Tested judge_higher_version(const std::vector<VersionReport>& versions);

/// ask_extensions offers our engine's suites in a TLS 1.0 hello with extensions, and if that is not
/// taken without. yes and no are proved; otherwise the box takes neither.
[[nodiscard]] Tested ask_extensions(Interview& interview, const HelloOffer& manner);

}  // namespace heirloom::app

// permit: which option of the command line would allow what was just refused.
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/cipher_suite.hpp"
#include "heirloom/error.hpp"
#include "heirloom/policy.hpp"

#include <span>
#include <string>
#include <vector>

namespace heirloom::app {

/// permitting_option is "--allow dh512", "--allow rsa512" or "--preset device" for a temporary key
/// that is too short, "--allow export" for a suite that was chosen without being offered; "" if no
/// option permits it. Security: it is for a person to type, never for a program to do.
[[nodiscard]] std::string permitting_option(const Error& error);

/// is_about_policy is true for a certificate's key that is too short for the policy: no pin helps.
/// It is false if only the rules for a path to an authority want a longer one.
[[nodiscard]] bool is_about_policy(const Error& error);

/// permitting_key_option is "--allow dh512" or "--preset device" for such a key; "" if no option
/// permits it. The chain says what kind of key it is.
[[nodiscard]] std::string permitting_key_option(const Error& error, const CertificateChain& chain);

/// with_permission puts such an option into a command, in place of the one it contradicts.
[[nodiscard]] std::string with_permission(const std::string& command, const std::string& option);

/// allowances_for is what would have to be allowed for the policy to have one of these suites, the
/// least of them; empty if it has one already or has none of them at all.
[[nodiscard]] std::vector<Allowance> allowances_for(std::span<const std::uint16_t> suites,
                                                    const Policy& policy);

/// suites_named reads the numbers in an error's detail: "the client offers 0x0003 0x0006".
[[nodiscard]] std::vector<std::uint16_t> suites_named(const std::string& detail);

/// other_allowances are the words for suites that the policy does not have yet and a box may want:
/// "export,anon".
[[nodiscard]] std::string other_allowances(const Policy& policy);

}  // namespace heirloom::app

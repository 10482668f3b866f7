// The language of --suites: which cipher suites, in which order.
//
// Words stand one after the other, with commas, colons or blanks between them. A word is the name
// or number of one suite, or a group: whatever stands in the names of the library's table (key
// exchange, cipher, MAC), EXPORT, a weakness, a word of --allow, ALL. Groups have no list of their
// own anywhere: a new row of the table is in all that fit. `A+B` is what is in both. `+X` adds to
// the end of the preset's list, `-X` takes out; words without a sign replace the preset's list.
#pragma once

#include "heirloom/cipher_suite.hpp"

#include "common/failure.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app {

/// split_list takes apart what was typed with commas, colons (OpenSSL's habit) or blanks.
[[nodiscard]] std::vector<std::string> split_list(const std::vector<std::string>& typed);

/// is_in_group is true if the word names a group and the suite is in it: "DHE", "AES_128", "MD5",
/// "EXPORT1024", "broken", "anon", in any case.
[[nodiscard]] bool is_in_group(const CipherSuite& suite, std::string_view word);

/// apply_suite_list changes the preset's list as the words say. Of a group, what needs an allowance
/// that is not in `allowed` is left out; ExitCode::usage, with the flag, if nothing is left of it
/// or a single suite is not allowed, and for words that mean nothing.
[[nodiscard]] Outcome<std::vector<std::uint16_t>> apply_suite_list(
    std::vector<std::uint16_t> preset,
    const std::vector<std::string>& words,
    const std::vector<Allowance>& allowed);

/// missing_allowances are those that the suite needs and nobody gave.
[[nodiscard]] std::vector<Allowance> missing_allowances(const CipherSuite& suite,
                                                        const std::vector<Allowance>& allowed);

}  // namespace heirloom::app

// The table of versions: names, spellings on a command line, membership in a VersionSet, and the
// prefix of suite names (RFC 6101 A.6, RFC 2246 A.5).
#include "heirloom/cipher_suite.hpp"
#include "heirloom/version.hpp"

#include "base/ignoring_case.hpp"
#include "protocol/cipher_suite_names.hpp"
#include "version/version_range.hpp"

#include <algorithm>
#include <array>

namespace heirloom {
namespace {

struct VersionRow {
  ProtocolVersion version;
  std::string_view name;
  std::array<std::string_view, 4> spellings;  ///< besides the name, in lower case
  std::string_view suite_prefix;
  bool VersionSet::*member;
};

constexpr std::array kVersions = std::to_array<VersionRow>({
    {ProtocolVersion::ssl30, "SSL 3.0", {"ssl3", "sslv3", "3.0"}, "SSL_", &VersionSet::ssl30},
    {ProtocolVersion::tls10,
     "TLS 1.0",
     {"tls1", "tls1.0", "tlsv1", "1.0"},
     "TLS_",
     &VersionSet::tls10},
});

const VersionRow* find(ProtocolVersion version) noexcept {
  const auto* const row = std::ranges::find(kVersions, version, &VersionRow::version);
  return row == kVersions.end() ? nullptr : row;
}

}  // namespace

bool is_supported(ProtocolVersion version) noexcept {
  return find(version) != nullptr;
}

std::string_view to_string(ProtocolVersion version) noexcept {
  const VersionRow* const row = find(version);
  return row == nullptr ? "unknown version" : row->name;
}

std::optional<ProtocolVersion> parse_version(std::string_view text) noexcept {
  for (const VersionRow& row : kVersions) {
    const bool is_a_spelling = std::ranges::any_of(row.spellings, [&](std::string_view spelling) {
      return !spelling.empty() && equal_ignoring_case(spelling, text);
    });
    if (is_a_spelling || equal_ignoring_case(row.name, text)) {
      return row.version;
    }
  }
  return std::nullopt;
}

bool VersionSet::contains(ProtocolVersion version) const noexcept {
  const VersionRow* const row = find(version);
  return row != nullptr && this->*row->member;
}

std::string cipher_suite_name(const CipherSuite& suite, ProtocolVersion version) {
  const VersionRow* row = find(version);
  if (row != nullptr && !(suite.versions.*row->member)) {
    // FORTEZZA's suites have no name in TLS, which does not have them.
    const auto* const own = std::ranges::find_if(
        kVersions, [&](const VersionRow& each) { return suite.versions.*each.member; });
    row = own == kVersions.end() ? row : own;
  }
  // RFC is silent on versions that we do not know; the registry's names begin with TLS.
  const std::string_view prefix = row == nullptr ? "TLS_" : row->suite_prefix;
  return std::string(prefix) + suite_base_name(suite);
}

bool VersionRange::is_valid() const noexcept {
  return is_supported(min) && is_supported(max) && min <= max;
}

bool VersionRange::contains(ProtocolVersion version) const noexcept {
  return is_supported(version) && min <= version && version <= max;
}

bool VersionRange::overlaps(const VersionSet& set) const noexcept {
  return std::ranges::any_of(
      kVersions, [&](const VersionRow& row) { return contains(row.version) && set.*row.member; });
}

}  // namespace heirloom

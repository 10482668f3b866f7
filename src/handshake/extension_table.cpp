#include "handshake/extension_table.hpp"

#include "message/extensions.hpp"

#include <algorithm>
#include <array>

namespace heirloom {

namespace {

// Padding looks at all that stands before it.
constexpr std::array kTable = {&kServerName,
                               &kMaxFragmentLength,
                               &kEncryptThenMac,
                               &kExtendedMasterSecret,
                               &kStatusRequest,
                               &kSessionTicket,
                               &kApplicationProtocol,
                               &kEllipticCurves,
                               &kEcPointFormats,
                               &kRenegotiationInfo,
                               &kPadding};

}  // namespace

std::span<const ExtensionRow* const> extension_table() {
  return kTable;
}

const ExtensionRow* find_row(std::uint16_t type) {
  const auto* const found = std::ranges::find(
      kTable, static_cast<Extension>(type), [](const ExtensionRow* row) { return row->type; });
  return found == kTable.end() ? nullptr : *found;
}

bool is_carried(const ExtensionRow& row, const VersionProfile& profile) {
  return row.versions == CarriedBy::every_version ||
         profile.hello_extensions == HelloExtensionSet::all;
}

const Bytes* asked_for(const message::ClientHello& hello, Extension type) {
  static const Bytes kEmptyRenegotiationInfo{0};
  const Bytes* const data = message::find_extension(hello.extensions, type);
  const bool is_signalled = data == nullptr && type == Extension::renegotiation_info &&
                            has_signal(hello, kEmptyRenegotiationInfoScsv);
  return is_signalled ? &kEmptyRenegotiationInfo : data;
}

}  // namespace heirloom

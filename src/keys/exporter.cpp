#include "keys/exporter.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace heirloom {

namespace {

/// kOwnLabels are what the PRF is used with otherwise (RFC 2246 §5 to §8, RFC 7627 §4). RFC 5705
/// §4: such "labels […] MUST NOT be used".
constexpr std::array<std::string_view, 8> kOwnLabels = {"client finished",
                                                        "server finished",
                                                        "master secret",
                                                        "extended master secret",
                                                        "key expansion",
                                                        "client write key",
                                                        "server write key",
                                                        "IV block"};

Error refused(std::string why) {
  return {Cause::export_refused, std::move(why)};
}

bool takes_unbound(UnboundExport unbound) {
  switch (unbound) {
    case UnboundExport::refuse:
      return false;
    case UnboundExport::accept:
      return true;
  }
  return false;
}

}  // namespace

Result<Bytes> Exporter::tls_unique(UnboundExport unbound) const {
  if (profile->keying_material == nullptr) {
    return refused("SSL 3.0 has no channel bindings");
  }
  const bool is_bound = has_extended_master_secret || kind == HandshakeKind::full;
  if (!is_bound && !takes_unbound(unbound)) {
    return refused("resumed without extended master secret");
  }
  return first_finished;
}

Result<Bytes> Exporter::keying_material(std::string_view label,
                                        std::optional<ByteView> context,
                                        std::size_t length,
                                        UnboundExport unbound) const {
  if (profile->keying_material == nullptr) {
    return refused("SSL 3.0 has no keying material");
  }
  if (!has_extended_master_secret && !takes_unbound(unbound)) {
    return refused("there is no extended master secret");
  }
  if (std::ranges::find(kOwnLabels, label) != kOwnLabels.end()) {
    return refused("the label is one of the protocol itself");
  }
  if (context.has_value() && context->size() > 0xffff) {
    return refused("the context has more than 65535 bytes");
  }
  Bytes out(length);
  profile->keying_material(master, randoms, label, context, out);
  return out;
}

}  // namespace heirloom

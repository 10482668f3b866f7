#include "handshake/client_extensions.hpp"

#include "base/try.hpp"
#include "handshake/extension_table.hpp"
#include "message/extensions.hpp"

#include <string>
#include <utility>

namespace heirloom::client {

namespace {

/// check_offered: RFC 3546 §2.3: "If a client receives an extension type in the server hello that
/// it did not request in the associated client hello, it MUST abort the handshake with an
/// unsupported_extension fatal alert", and "there MUST NOT be more than one extension of the same
/// type".
Result<void> check_offered(const message::ClientHello& offer, const message::ServerHello& answer) {
  if (!answer.extensions.has_value()) {
    return {};
  }
  if (message::has_duplicate(answer.extensions)) {
    return Error(Cause::extension_malformed, "an extension stands twice");
  }
  for (const auto& extension : *answer.extensions) {
    if (asked_for(offer, static_cast<Extension>(extension.type)) == nullptr) {
      return Error(Cause::extension_not_offered, "extension " + std::to_string(extension.type));
    }
  }
  return {};
}

}  // namespace

void offer_extensions(message::ClientHello& hello, Effects& effects) {
  const ExtensionSet& is_on = effects.environment().policy->extensions;
  const VersionProfile& profile = profile_for(hello.client_version);
  for (const ExtensionRow* const row : extension_table()) {
    if (row->offer == nullptr || !is_on.has(row->type) || !is_carried(*row, profile)) {
      continue;
    }
    if (std::optional<Bytes> data = row->offer(hello, effects)) {
      if (!hello.extensions.has_value()) {
        hello.extensions.emplace();
      }
      hello.extensions->push_back(
          {.type = static_cast<std::uint16_t>(row->type), .data = *std::move(data)});
    }
  }
}

Result<void> judge_extensions(const message::ClientHello& offer,
                              const message::ServerHello& answer,
                              Negotiated& negotiated,
                              Effects& effects) {
  HEIRLOOM_TRY_VOID(check_offered(offer, answer));
  for (const ExtensionRow* const row : extension_table()) {
    if (row->judge == nullptr) {
      continue;
    }
    // What SSL 3.0 does not have means nothing there, also if a server repeats it, but for what
    // deployed servers go by.
    const bool counts =
        is_carried(*row, *negotiated.profile) || row->answered_in == CarriedBy::every_version;
    const Bytes* const data =
        counts ? message::find_extension(answer.extensions, row->type) : nullptr;
    HEIRLOOM_TRY_VOID(row->judge(data, negotiated, effects));
  }
  return {};
}

}  // namespace heirloom::client

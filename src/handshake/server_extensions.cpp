#include "handshake/server_extensions.hpp"

#include "base/try.hpp"
#include "handshake/extension_table.hpp"
#include "message/extensions.hpp"

#include <utility>

namespace heirloom::server {

namespace {

bool is_on(const ExtensionRow& row, const Policy& policy) {
  return row.switched_by == SwitchedBy::client_policy || policy.extensions.has(row.type);
}

}  // namespace

const Bytes* requested(const message::ClientHello& hello,
                       const VersionProfile& profile,
                       const Policy& policy,
                       Extension type) {
  const ExtensionRow* const row = find_row(static_cast<std::uint16_t>(type));
  return row != nullptr && is_on(*row, policy) && is_carried(*row, profile) ? asked_for(hello, type)
                                                                            : nullptr;
}

Result<void> read_extensions(const message::ClientHello& hello, Effects& effects) {
  if (message::has_duplicate(hello.extensions)) {
    return Error(Cause::extension_malformed, "an extension stands twice");
  }
  for (const ExtensionRow* const row : extension_table()) {
    if (row->read != nullptr && is_on(*row, *effects.environment().policy)) {
      HEIRLOOM_TRY_VOID(row->read(hello, asked_for(hello, row->type), effects));
    }
  }
  return {};
}

Result<wire::HelloExtensions> answer_extensions(const AwaitSession& state,
                                                const Choice& choice,
                                                Negotiated& negotiated,
                                                Effects& effects) {
  const Policy& policy = *effects.environment().policy;
  wire::HelloExtensions answers;
  for (const ExtensionRow* const row : extension_table()) {
    const Bytes* const data = requested(state.hello, *state.profile, policy, row->type);
    if (row->answer == nullptr || data == nullptr) {
      continue;
    }
    HEIRLOOM_TRY(std::optional<Bytes> answer,
                 row->answer(*data,
                             {.hello = state.hello,
                              .choice = choice,
                              .negotiated = negotiated,
                              .effects = effects}));
    if (answer.has_value()) {
      answers.push_back(
          {.type = static_cast<std::uint16_t>(row->type), .data = *std::move(answer)});
    }
  }
  return answers;
}

}  // namespace heirloom::server

// extended_master_secret (RFC 7627): the master secret depends on the whole handshake up to the
// client's key exchange, so that nobody can make two connections have the same one. What a
// resumption may do with it stands in client_resumption.cpp and server_resumption.cpp (§5.3).
#include "handshake/extension_table.hpp"

namespace heirloom {

namespace {

/// check: §5.1: "The "extension_data" field of this extension is empty."
Result<void> check(const Bytes* data) {
  if (data != nullptr && !data->empty()) {
    return Error(Cause::extension_malformed, "extended_master_secret with data");
  }
  return {};
}

std::optional<Bytes> offer(const message::ClientHello& /*hello*/, Effects& /*effects*/) {
  return Bytes();
}

Result<void> judge(const Bytes* data, Negotiated& negotiated, Effects& /*effects*/) {
  negotiated.has_extended_master_secret = data != nullptr;
  return check(data);
}

Result<void> read(const message::ClientHello& /*hello*/, const Bytes* data, Effects& /*effects*/) {
  return check(data);
}

/// answer: §5.2, and §5.3 for a resumed session, which has it (can_resume).
Result<std::optional<Bytes>> answer(ByteView /*data*/, const AnswerContext& context) {
  context.negotiated.has_extended_master_secret = true;
  return std::optional(Bytes());
}

}  // namespace

constinit const ExtensionRow kExtendedMasterSecret = {.type = Extension::extended_master_secret,
                                                      .offer = offer,
                                                      .judge = judge,
                                                      .read = read,
                                                      .answer = answer};

}  // namespace heirloom

// session_ticket (RFC 5077 §3.2): the client shows the ticket of the session that it offers, or
// says with an empty one that it would take one; the server says that a NewSessionTicket comes.
#include "handshake/extension_table.hpp"

namespace heirloom {

namespace {

/// offer: a session with a ticket has no id of its own, and its hello has one that was made up
/// (tickets.hpp). A hello without any offers no session.
std::optional<Bytes> offer(const message::ClientHello& hello, Effects& effects) {
  const SessionPtr& resume = effects.environment().resume;
  const bool has_ticket =
      resume != nullptr && !hello.session_id.empty() && resume->facts().id.empty();
  return has_ticket ? resume->facts().ticket : Bytes();
}

/// judge: "The server uses a zero-length SessionTicket extension to indicate to the client that it
/// will send a new session ticket".
Result<void> judge(const Bytes* data, Negotiated& negotiated, Effects& /*effects*/) {
  if (data != nullptr && !data->empty()) {
    return Error(Cause::extension_malformed, "session_ticket with data");
  }
  negotiated.new_ticket = data == nullptr ? NewTicket::none : NewTicket::announced;
  return {};
}

/// answer: whether a ticket comes was settled when the session was looked for (server.cpp).
Result<std::optional<Bytes>> answer(ByteView /*data*/, const AnswerContext& context) {
  return context.negotiated.new_ticket == NewTicket::announced ? std::optional(Bytes())
                                                               : std::nullopt;
}

}  // namespace

constinit const ExtensionRow kSessionTicket = {.type = Extension::session_ticket,
                                               .switched_by = SwitchedBy::client_policy,
                                               .offer = offer,
                                               .judge = judge,
                                               .answer = answer};

}  // namespace heirloom

// encrypt_then_mac (RFC 7366): the MAC of a block cipher's record covers the ciphertext.
//
// RFC 7366 is silent about SSL 3.0, which we neither offer nor answer it in. But Bouncy Castle and
// Pike answer so a hello that offers TLS 1.0 and gets SSL 3.0, and then go by it: so do we, with
// the MAC of SSL 3.0.
#include "handshake/extension_table.hpp"

#include <algorithm>

namespace heirloom {

namespace {

bool is_block(const CipherSuite& suite) {
  return info(suite.bulk).type == CipherType::block;
}

/// check_empty: RFC 7366 §2: the extension_data "SHALL be empty".
Result<void> check_empty(const Bytes* data) {
  return data == nullptr || data->empty()
             ? Result<void>()
             : Error(Cause::extension_malformed, "encrypt_then_mac with data");
}

std::optional<Bytes> offer(const message::ClientHello& hello, Effects& /*effects*/) {
  const bool offers_block = std::ranges::any_of(hello.cipher_suites, [](std::uint16_t id) {
    const CipherSuite* const suite = find_cipher_suite(id);
    return suite != nullptr && is_block(*suite);
  });
  return offers_block ? std::optional(Bytes()) : std::nullopt;
}

/// judge: a server MUST NOT answer with a stream cipher (RFC 7366 §3). Deployed clients shrug if it
/// does, and so do we: there is nothing to change.
Result<void> judge(const Bytes* data, Negotiated& negotiated, Effects& /*effects*/) {
  if (data != nullptr && is_block(*negotiated.suite)) {
    negotiated.mac_order = MacOrder::encrypt_then_mac;
  }
  return check_empty(data);
}

Result<void> read(const message::ClientHello& /*hello*/, const Bytes* data, Effects& /*effects*/) {
  return check_empty(data);
}

/// answer: of a resumed session as well, whatever it had before (drift D114).
Result<std::optional<Bytes>> answer(ByteView /*data*/, const AnswerContext& context) {
  if (!is_block(*context.choice.suite)) {
    return std::optional<Bytes>();
  }
  context.negotiated.mac_order = MacOrder::encrypt_then_mac;
  return std::optional(Bytes());
}

}  // namespace

constinit const ExtensionRow kEncryptThenMac = {.type = Extension::encrypt_then_mac,
                                                .offer = offer,
                                                .answered_in = CarriedBy::every_version,
                                                .judge = judge,
                                                .read = read,
                                                .answer = answer};

}  // namespace heirloom

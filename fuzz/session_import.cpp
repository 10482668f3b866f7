// session_import: bytes that may be an exported session are one or are refused, and what is
// accepted goes out and in again unchanged.
//
// An input: one byte that says what the rest is: sealed bytes as they stand (0), or the state
// inside them, which would never be reached through a seal that nobody can guess.
#include "heirloom/session.hpp"

#include "fuzz_input.hpp"
#include "session/session_access.hpp"
#include "session/session_state.hpp"

#include <algorithm>
#include <array>

namespace {

using namespace heirloom;
using fuzz::require;

constexpr std::array<std::uint8_t, 32> kKey = {0x2a};

void check(const Session& session) {
  require(session.facts().id.size() <= 32, "a session id has 32 bytes at most");
  require(is_supported(session.facts().version), "the version of a session is one of ours");
  const CipherSuite* suite = find_cipher_suite(session.facts().cipher_suite);
  require(suite != nullptr && suite->versions.contains(session.facts().version),
          "the suite of a session exists at its version");
  const auto exported = export_session(session, kKey);
  require(exported.has_value(), "a session that was read can be exported");
  const auto back = import_session(*exported, kKey);
  require(back.has_value(), "what was exported can be imported");
  const SecretBytes before = session::encode_state(session);
  const SecretBytes after = session::encode_state(**back);
  require(std::ranges::equal(before.expose(), after.expose()), "a session comes back unchanged");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(ByteView(data, size));
  const bool is_sealed = input.byte() == 0;
  const ByteView bytes = input.rest();
  const auto session =
      is_sealed ? import_session(bytes, kKey) : heirloom::session::decode_state(bytes);
  if (!session.has_value()) {
    const Cause cause = session.error().cause;
    require(cause == Cause::session_unreadable || cause == Cause::session_key_wrong,
            "a refusal has one of the two causes of session.hpp");
    return 0;
  }
  check(**session);
  if (!is_sealed) {
    const SecretBytes again = heirloom::session::encode_state(**session);
    require(std::ranges::equal(again.expose(), bytes), "a state has one encoding");
  }
  return 0;
}

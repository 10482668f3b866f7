#include "session/session_state.hpp"

#include "heirloom/cipher_suite.hpp"

#include "base/try.hpp"
#include "session/session_access.hpp"
#include "wire/layout.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace heirloom::session {

namespace {

constexpr std::size_t kMasterSecretSize = 48;
constexpr std::size_t kMaxSessionIdSize = 32;

/// State is the facts as they are written.
struct State {
  ProtocolVersion version{};
  std::uint16_t cipher_suite = 0;
  std::uint8_t compression_method = 0;
  std::uint8_t has_extended_master_secret = 0;
  std::uint8_t is_resumable = 0;
  ClientAuthentication client_authentication{};
  Bytes id;
  Bytes server_name;
  std::uint64_t created = 0;  ///< seconds since 1970
  CertificateChain peer_chain;
  Bytes ocsp_response;
  Bytes own_certificates;
  Bytes ticket;
  std::uint64_t ticket_end = 0;
  std::uint8_t max_fragment_length = 0;  ///< 0 if there is none
};

template <wire::Is<State> T, class Io>
void layout(T& m, Io& io) {
  constexpr std::size_t kLongest = 0xffffff;
  io.field("version", m.version);
  io.field("cipher_suite", m.cipher_suite);
  io.field("compression_method", m.compression_method);
  io.field("has_extended_master_secret", m.has_extended_master_secret);
  io.field("is_resumable", m.is_resumable);
  io.field("client_authentication", m.client_authentication);
  io.template opaque<0, kMaxSessionIdSize>("id", m.id);
  io.template opaque<0, 0xffff>("server_name", m.server_name);
  io.field("created", m.created);
  io.template list<0, kLongest, 1, kLongest>("peer_chain", m.peer_chain);
  io.template opaque<0, kLongest>("ocsp_response", m.ocsp_response);
  io.template opaque<0, 0xff>("own_certificates", m.own_certificates);
  io.template opaque<0, 0xffff>("ticket", m.ticket);
  io.field("ticket_end", m.ticket_end);
  io.field("max_fragment_length", m.max_fragment_length);
}

/// kLatest keeps a time_point in its range, which ends in 2262.
constexpr std::uint64_t kLatest = 9000000000;

std::uint64_t to_seconds(std::chrono::system_clock::time_point time) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  return std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0)), kLatest);
}

std::chrono::system_clock::time_point from_seconds(std::uint64_t seconds) {
  return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
}

Error unreadable(const std::string& why) {
  return {Cause::session_unreadable, why};
}

Result<void> check(const State& state) {
  const CipherSuite* suite = find_cipher_suite(state.cipher_suite);
  if (!is_supported(state.version)) {
    return unreadable("it is of a protocol version that this library does not have");
  }
  if (suite == nullptr || !suite->versions.contains(state.version)) {
    return unreadable("its cipher suite does not exist here");
  }
  if (state.has_extended_master_secret > 1 || state.is_resumable > 1 ||
      state.client_authentication > ClientAuthentication::required) {
    return unreadable("a flag of it is none");
  }
  if (!find_compression_method(state.compression_method).has_value() ||
      state.max_fragment_length > static_cast<std::uint8_t>(MaxFragmentLength::bytes_4096)) {
    return unreadable("its compression or its limit of fragments does not exist here");
  }
  if (state.created > kLatest || state.ticket_end > kLatest) {
    return unreadable("it is of a time that cannot be");
  }
  return {};
}

}  // namespace

SecretBytes encode_state(const Session& session) {
  const Session::Facts& facts = session.facts();
  Bytes encoded;
  wire::encode(
      encoded,
      State{
          .version = facts.version,
          .cipher_suite = facts.cipher_suite,
          .compression_method = facts.compression_method,
          .has_extended_master_secret = static_cast<std::uint8_t>(facts.has_extended_master_secret),
          .is_resumable = static_cast<std::uint8_t>(session.is_resumable()),
          .client_authentication = facts.client_authentication,
          .id = facts.id,
          .server_name = Bytes(facts.server_name.begin(), facts.server_name.end()),
          .created = to_seconds(facts.created),
          .peer_chain = facts.peer_chain,
          .ocsp_response = facts.ocsp_response,
          .own_certificates = facts.own_certificates,
          .ticket = facts.ticket,
          .ticket_end = to_seconds(facts.ticket_end),
          .max_fragment_length = facts.max_fragment_length.has_value()
                                     ? static_cast<std::uint8_t>(*facts.max_fragment_length)
                                     : std::uint8_t{0}});
  // The secret goes where it stays: a buffer that grows would leave copies behind.
  const MasterSecret master = detail::SessionAccess::master_secret(session);
  SecretBytes state(kMasterSecretSize + encoded.size());
  std::ranges::copy(master.expose(), state.expose().begin());
  std::ranges::copy(encoded, state.expose().subspan(kMasterSecretSize).begin());
  return state;
}

Result<SessionPtr> decode_state(ByteView bytes) {
  if (bytes.size() < kMasterSecretSize) {
    return unreadable("it ends within its master secret");
  }
  auto decoded = wire::decode<State>(bytes.subspan(kMasterSecretSize));
  if (!decoded.has_value()) {
    return unreadable(decoded.error().detail);
  }
  State state = std::move(decoded).value();
  HEIRLOOM_TRY_VOID(check(state));
  Secret<kMasterSecretSize> master;
  std::ranges::copy(bytes.first(kMasterSecretSize), master.expose().begin());
  const SessionPtr session = detail::SessionAccess::make(
      {.id = std::move(state.id),
       .version = state.version,
       .cipher_suite = state.cipher_suite,
       .compression_method = state.compression_method,
       .max_fragment_length =
           state.max_fragment_length == 0
               ? std::nullopt
               : std::optional(static_cast<MaxFragmentLength>(state.max_fragment_length)),
       .has_extended_master_secret = state.has_extended_master_secret == 1,
       .server_name = std::string(state.server_name.begin(), state.server_name.end()),
       .client_authentication = state.client_authentication,
       .peer_chain = std::move(state.peer_chain),
       .ocsp_response = std::move(state.ocsp_response),
       .own_certificates = std::move(state.own_certificates),
       .created = from_seconds(state.created),
       .ticket = std::move(state.ticket),
       .ticket_end = from_seconds(state.ticket_end)},
      MasterSecret(std::move(master)));
  if (state.is_resumable == 0) {
    detail::SessionAccess::forbid_resumption(*session);
  }
  return session;
}

}  // namespace heirloom::session

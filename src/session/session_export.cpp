// Exported sessions: the state of a session, sealed with a key of the application.
//
//   magic[4] "HLSS"   version[1]   key_name[8]   nonce[12]   length[4]   sealed[length]
//
// Everything before `sealed` is bound to it. key_name is made from the key, so that a wrong key and
// damaged bytes can be told apart; it says nothing about a key that was chosen at random.
#include "heirloom/random.hpp"
#include "heirloom/session.hpp"

#include "base/bytes.hpp"
#include "base/try.hpp"
#include "crypto/hash.hpp"
#include "crypto/seal.hpp"
#include "session/session_state.hpp"
#include "wire/layout.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace heirloom {

namespace {

using Magic = std::array<std::uint8_t, 4>;
using KeyName = std::array<std::uint8_t, 8>;

constexpr Magic kMagic = {'H', 'L', 'S', 'S'};
constexpr std::uint8_t kFormatVersion = 1;

/// Header is what stands before the sealed state.
struct Header {
  Magic magic = kMagic;
  std::uint8_t version = kFormatVersion;
  KeyName key_name{};
  std::array<std::uint8_t, crypto::kSealNonceSize> nonce{};
  std::uint32_t length = 0;
};

template <wire::Is<Header> T, class Io>
void layout(T& m, Io& io) {
  io.field("magic", m.magic);
  io.field("version", m.version);
  io.field("key_name", m.key_name);
  io.field("nonce", m.nonce);
  io.field("length", m.length);
}

KeyName name_of(SessionKey key) {
  constexpr std::string_view kLabel = "heirloom session key name";
  SecretBytes input(kLabel.size() + key.size());
  std::ranges::copy(kLabel, input.expose().begin());
  std::ranges::copy(key, input.expose().subspan(kLabel.size()).begin());
  const auto digest = crypto::sha256(input.expose());
  KeyName name{};
  std::copy_n(digest.begin(), name.size(), name.begin());
  return name;
}

Error unreadable(std::string why) {
  return {Cause::session_unreadable, std::move(why)};
}

/// read_header takes the header off the front of `bytes`.
Result<Header> read_header(ByteView& bytes) {
  const std::size_t compared = std::min(bytes.size(), kMagic.size());
  if (!std::equal(kMagic.begin(), kMagic.begin() + compared, bytes.begin())) {
    return unreadable("the bytes are no exported session");
  }
  if (bytes.size() > kMagic.size() && bytes[kMagic.size()] != kFormatVersion) {
    return unreadable("its format has version " + std::to_string(bytes[kMagic.size()]) +
                      ", which this library does not know");
  }
  auto header = wire::decode_front<Header>(bytes);
  if (!header.has_value()) {
    return unreadable("it is cut off in its header");
  }
  if (bytes.size() < header->length) {
    return unreadable("it is cut off: " + std::to_string(header->length - bytes.size()) +
                      " bytes are missing");
  }
  if (bytes.size() > header->length) {
    return unreadable(std::to_string(bytes.size() - header->length) +
                      " bytes stand behind its end");
  }
  return header;
}

Bytes encode_header(const Header& header) {
  Bytes bytes;
  wire::encode(bytes, header);
  return bytes;
}

}  // namespace

Result<std::vector<std::uint8_t>> export_session(const Session& session, SessionKey key) {
  const SecretBytes state = session::encode_state(session);
  Header header{.key_name = name_of(key),
                .length = narrow_cast<std::uint32_t>(state.size() + crypto::kSealTagSize)};
  if (!system_random()->fill(header.nonce)) {
    return Cause::random_failed;
  }
  Bytes exported = encode_header(header);
  append(exported, crypto::seal(key, header.nonce, exported, state.expose()));
  return exported;
}

Result<SessionPtr> import_session(std::span<const std::uint8_t> bytes, SessionKey key) {
  HEIRLOOM_TRY(const Header header, read_header(bytes));
  if (header.key_name != name_of(key)) {
    return Cause::session_key_wrong;
  }
  const auto state = crypto::open(key, header.nonce, encode_header(header), bytes);
  if (!state.has_value()) {
    return unreadable("it is damaged, or was changed");
  }
  return session::decode_state(state->expose());
}

}  // namespace heirloom

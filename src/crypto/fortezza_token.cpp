#include "crypto/fortezza_token.hpp"

#include "base/constant_time.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace heirloom::crypto {

namespace {

/// What Netscape's software token had instead of an escrow field. Nobody looks at it.
constexpr std::string_view kNoEscrow = "THIS IS NOT LEAF";
static_assert(kNoEscrow.size() + kSkipjackBlockSize == kFortezzaIvSize);

}  // namespace

std::optional<FortezzaIv> make_fortezza_iv(RandomSource& random) {
  FortezzaIv iv{};
  std::ranges::copy(kNoEscrow, iv.begin());
  if (!random.fill(std::span(iv).last<kSkipjackBlockSize>())) {
    return std::nullopt;
  }
  return iv;
}

Result<FortezzaSecrets> FortezzaSecrets::generate(ProtocolVersion version, RandomSource& random) {
  FortezzaSecrets secrets;
  if (!random.fill(secrets.client_write_key.expose()) ||
      !random.fill(secrets.server_write_key.expose()) || !random.fill(secrets.premaster.expose())) {
    return Cause::random_failed;
  }
  const auto client_iv = make_fortezza_iv(random);
  const auto server_iv = make_fortezza_iv(random);
  if (!client_iv.has_value() || !server_iv.has_value()) {
    return Cause::random_failed;
  }
  secrets.client_write_iv = *client_iv;
  secrets.server_write_iv = *server_iv;
  const auto number = static_cast<std::uint16_t>(version);
  secrets.premaster.expose()[0] = static_cast<std::uint8_t>(number >> 8U);
  secrets.premaster.expose()[1] = static_cast<std::uint8_t>(number & 0xffU);
  return secrets;
}

SealedFortezzaSecrets TokenKey::seal(const FortezzaSecrets& secrets,
                                     const FortezzaIv& master_secret_iv) && {
  const SkipjackKey key = std::move(key_);
  SealedFortezzaSecrets sealed{
      .client_write_key = wrap_key(key.expose(), secrets.client_write_key.expose()),
      .server_write_key = wrap_key(key.expose(), secrets.server_write_key.expose()),
      .client_write_iv = secrets.client_write_iv,
      .server_write_iv = secrets.server_write_iv,
      .master_secret_iv = master_secret_iv};
  std::ranges::copy(secrets.premaster.expose(), sealed.premaster.begin());
  make_fortezza_cbc(key.expose(), master_secret_iv, CipherDirection::encrypt)
      ->apply(sealed.premaster);
  return sealed;
}

std::optional<FortezzaSecrets> TokenKey::open(const SealedFortezzaSecrets& sealed) && {
  const SkipjackKey key = std::move(key_);
  UnwrappedKey client = unwrap_key(key.expose(), sealed.client_write_key);
  UnwrappedKey server = unwrap_key(key.expose(), sealed.server_write_key);
  FortezzaSecrets secrets{.client_write_key = std::move(client.key),
                          .server_write_key = std::move(server.key),
                          .client_write_iv = sealed.client_write_iv,
                          .server_write_iv = sealed.server_write_iv,
                          .premaster = {}};
  std::ranges::copy(sealed.premaster, secrets.premaster.expose().begin());
  make_fortezza_cbc(key.expose(), sealed.master_secret_iv, CipherDirection::decrypt)
      ->apply(secrets.premaster.expose());
  if (!constant_time::verdict(client.is_valid & server.is_valid)) {
    return std::nullopt;
  }
  return secrets;
}

}  // namespace heirloom::crypto

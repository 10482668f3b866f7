#include "crypto/fortezza_token.hpp"

#include "base/constant_time.hpp"
#include "base/try.hpp"

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

FortezzaResponse::FortezzaResponse(std::shared_ptr<const KeaKeyPair> own,
                                   std::optional<KeaKeyPair> own_random)
    : own_(std::move(own)), own_random_(std::move(own_random)) {}

const KeaValue& FortezzaResponse::random_value() const noexcept {
  return own_random_.has_value() ? own_random_->public_value() : kKeaValueOne;
}

Result<TokenKey> FortezzaResponse::agree(ByteView peer_public, ByteView peer_random) const {
  auto key = own_random_.has_value() ? kea_respond(*own_, *own_random_, peer_public, peer_random)
                                     : kea_respond_by_mail(*own_, peer_public, peer_random);
  if (!key.has_value()) {
    return std::move(key).error();
  }
  return TokenKey(std::move(*key));
}

Result<void> FortezzaToken::add_domain(KeaDomain domain) {
  const KeaDomain* const known = find_domain(domain.identifier());
  if (known == nullptr) {
    domains_.push_back(std::move(domain));
    return {};
  }
  const DhGroup& group = known->group();
  if (group.p != domain.group().p || group.q != domain.group().q || group.g != domain.group().g) {
    return Error(Cause::config_invalid, "two KEA domains have the same identifier");
  }
  return {};
}

Result<void> FortezzaToken::add_key(KeaKeyPair key) {
  if (find_key(key.domain().identifier()) != nullptr) {
    return Error(Cause::config_invalid, "the token has a KEA key of this domain already");
  }
  HEIRLOOM_TRY_VOID(add_domain(key.domain()));
  keys_.push_back(std::make_shared<const KeaKeyPair>(std::move(key)));
  return {};
}

const KeaDomain* FortezzaToken::find_domain(const DomainIdentifier& identifier) const noexcept {
  const auto found = std::ranges::find(domains_, identifier, &KeaDomain::identifier);
  return found == domains_.end() ? nullptr : &*found;
}

std::shared_ptr<const KeaKeyPair> FortezzaToken::find_key(
    const DomainIdentifier& identifier) const noexcept {
  const auto found = std::ranges::find_if(
      keys_, [&](const auto& key) { return key->domain().identifier() == identifier; });
  return found == keys_.end() ? nullptr : *found;
}

Result<FortezzaInitiation> FortezzaToken::initiate(const DomainIdentifier& identifier,
                                                   ByteView peer_public,
                                                   ByteView peer_random,
                                                   RandomSource& random) const {
  const KeaDomain* const domain = find_domain(identifier);
  if (domain == nullptr) {
    return Error(Cause::certificate_key_unsupported,
                 "it is of the KEA domain " + to_hex(identifier) + ", which is not configured");
  }
  auto own = find_key(identifier);
  if (own == nullptr) {
    HEIRLOOM_TRY(KeaKeyPair made, KeaKeyPair::generate(*domain, random));
    own = std::make_shared<const KeaKeyPair>(std::move(made));
  }
  HEIRLOOM_TRY(const KeaKeyPair own_random, KeaKeyPair::generate(*domain, random));
  HEIRLOOM_TRY(SkipjackKey key, kea_initiate(*own, own_random, peer_public, peer_random));
  return FortezzaInitiation{.public_value = own->public_value(),
                            .random_value = own_random.public_value(),
                            .key = TokenKey(std::move(key))};
}

Result<FortezzaResponse> FortezzaToken::respond(const DomainIdentifier& identifier,
                                                ResponderRandom form,
                                                RandomSource& random) const {
  auto own = find_key(identifier);
  if (own == nullptr) {
    return Error(Cause::config_invalid,
                 "the token has no key of the KEA domain " + to_hex(identifier));
  }
  if (form == ResponderRandom::one) {
    return FortezzaResponse(std::move(own), std::nullopt);
  }
  HEIRLOOM_TRY(KeaKeyPair own_random, KeaKeyPair::generate(own->domain(), random));
  return FortezzaResponse(std::move(own), std::move(own_random));
}

}  // namespace heirloom::crypto

// The key exchange of FORTEZZA (RFC 6101 §5.6.3, §5.6.7.2, §6.1.3, D.5): KEA gives both sides a
// key, under which the client sends what it has made: the keys and IVs of the bulk cipher, and the
// premaster secret. SSL 3.0 alone has it.
//
// The domain of the server's certificate is known by its identifier only, so both ends must have
// been given its numbers. Who takes part with the key of a certificate asks for one power of it;
// everything else is computed here, with a random that lives for one handshake.
#include "message/fortezza.hpp"

#include "base/try.hpp"
#include "crypto/dsa.hpp"
#include "crypto/fortezza_token.hpp"
#include "crypto/hash.hpp"
#include "crypto/kea.hpp"
#include "kx/key_exchange.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace heirloom::kx {

namespace {

/// kServerPrefixSize is what a server encrypts before its first record, because a card takes no IV
/// of somebody else's: a block later both sides agree (RFC 6101 D.5.1).
constexpr std::size_t kServerPrefixSize = crypto::kSkipjackBlockSize;

Result<const crypto::KeaDomain*> domain_of(const KxContext& context,
                                           const crypto::CertificateKey* key) {
  HEIRLOOM_EXPECT(context.kea_domains != nullptr && key != nullptr && key->kea.has_value());
  const auto& identifier = key->kea->domain_identifier;
  const crypto::KeaDomain* const domain = context.kea_domains->find(identifier);
  if (domain == nullptr) {
    return Error(Cause::certificate_key_unsupported,
                 "it is of the KEA domain " + to_hex(identifier) + ", which is not configured");
  }
  return domain;
}

/// check_value is check_public_value with the name of the field.
Result<void> check_value(const crypto::KeaDomain& domain, ByteView value, std::string_view name) {
  if (!crypto::check_public_value(domain.group(), value).has_value()) {
    return Error(Cause::key_exchange_malformed,
                 std::string(name) + " is no public value of the KEA domain");
  }
  return {};
}

/// check_power refuses what a private key of another kind might have made.
Result<void> check_power(const PrivateKeyResult& power) {
  if (!power.has_value()) {
    return power.error();
  }
  if (power->size() != crypto::kKeaValueSize) {
    return Error(Cause::private_key_failed, "what the KEA key has made is not as long as p");
  }
  return {};
}

Agreed agreed_on(crypto::FortezzaSecrets secrets, Bytes server_prefix) {
  return {.premaster = PremasterSecret(SecretBytes(ByteView(secrets.premaster.expose()))),
          .carried = CarriedKeys{
              .client_write_key = SecretBytes(ByteView(secrets.client_write_key.expose())),
              .server_write_key = SecretBytes(ByteView(secrets.server_write_key.expose())),
              .client_write_iv = SecretBytes(ByteView(secrets.client_write_iv)),
              .server_write_iv = SecretBytes(ByteView(secrets.server_write_iv)),
              .server_prefix = std::move(server_prefix)}};
}

void put(const crypto::SealedFortezzaSecrets& sealed, message::FortezzaKeys& keys) {
  keys.wrapped_client_write_key = sealed.client_write_key;
  keys.wrapped_server_write_key = sealed.server_write_key;
  keys.client_write_iv = sealed.client_write_iv;
  keys.server_write_iv = sealed.server_write_iv;
  keys.master_secret_iv = sealed.master_secret_iv;
  keys.encrypted_pre_master_secret = sealed.premaster;
}

crypto::SealedFortezzaSecrets sealed_in(const message::FortezzaKeys& keys) {
  return {.client_write_key = keys.wrapped_client_write_key,
          .server_write_key = keys.wrapped_server_write_key,
          .client_write_iv = keys.client_write_iv,
          .server_write_iv = keys.server_write_iv,
          .master_secret_iv = keys.master_secret_iv,
          .premaster = keys.encrypted_pre_master_secret};
}

class FortezzaClient final : public ClientKeyAgreement {
 public:
  Result<void> learn(const KxContext& context,
                     const crypto::CertificateKey* signer,
                     const message::ServerKeyExchange& message) override {
    // RFC 6101 §5.6.3: no signature. A false r_s leaves both sides with different keys.
    const auto params = wire::decode<message::ServerFortezzaParams>(message.params);
    if (!params.has_value()) {
      return Error(Cause::message_malformed, "server_key_exchange: " + params.error().detail);
    }
    HEIRLOOM_TRY(domain_, domain_of(context, signer));
    HEIRLOOM_TRY_VOID(check_value(*domain_, signer->kea->public_value, "the certificate's key"));
    // The number 1 is no public value: it says that the server takes no part, and its key stands
    // for its random (KEA's e-mail form).
    if (crypto::is_kea_value_one(params->r_s)) {
      peer_random_ = signer->kea->public_value;
      return {};
    }
    HEIRLOOM_TRY_VOID(check_value(*domain_, params->r_s, "r_s"));
    peer_random_ = to_bytes(params->r_s);
    temporary_bits_ = domain_->group().bits();
    return {};
  }

  [[nodiscard]] TemporaryKey temporary_key() const override { return {.bits = temporary_bits_}; }

  Result<Responded> respond(const KxContext& context,
                            const crypto::CertificateKey* server_key,
                            const crypto::CertificateKey* own) override {
    HEIRLOOM_EXPECT(domain_ != nullptr && server_key != nullptr && server_key->kea.has_value());
    HEIRLOOM_TRY(const crypto::KeaKeyPair random,
                 crypto::KeaKeyPair::generate(*domain_, context.random));
    HEIRLOOM_TRY(first_power_, random.power(server_key->kea->public_value));
    keys_.r_c = random.public_value();
    if (own != nullptr && own->kea.has_value()) {
      return Responded(AgreementNeeded{peer_random_});
    }
    // RFC 6101 §5.6.7.2: without a certificate that has it, y_c is sent; a client that shows no
    // certificate at all makes a key for this handshake.
    HEIRLOOM_TRY(const crypto::KeaKeyPair pair,
                 crypto::KeaKeyPair::generate(*domain_, context.random));
    HEIRLOOM_TRY(const SecretBytes second_power, pair.power(peer_random_));
    keys_.y_c = to_bytes(pair.public_value());
    token_key_.emplace(crypto::kea_agree(*domain_, first_power_.expose(), second_power.expose()));
    if (own != nullptr) {
      return Responded(SignatureNeeded{to_bytes(crypto::Sha1().update(keys_.y_c).finish())});
    }
    HEIRLOOM_TRY(Response response, seal(context));
    return Responded(std::move(response));
  }

  Result<Response> complete(const KxContext& context, const PrivateKeyResult& made) override {
    if (token_key_.has_value()) {
      HEIRLOOM_TRY_VOID(take_signature(made));
      return seal(context);
    }
    HEIRLOOM_TRY_VOID(check_power(made));
    token_key_.emplace(crypto::kea_agree(*domain_, first_power_.expose(), *made));
    return seal(context);
  }

 private:
  /// take_signature: r and s side by side, whatever the policy says of DSA at SSL 3.0: the field
  /// has 40 bytes.
  Result<void> take_signature(const PrivateKeyResult& made) {
    if (!made.has_value()) {
      return made.error();
    }
    HEIRLOOM_TRY(const Bytes raw, crypto::raw_dsa_signature(*made, keys_.y_signature.size() / 2));
    HEIRLOOM_EXPECT(raw.size() == keys_.y_signature.size());
    std::ranges::copy(raw, keys_.y_signature.begin());
    return {};
  }

  Result<Response> seal(const KxContext& context) {
    HEIRLOOM_TRY(crypto::FortezzaSecrets secrets,
                 crypto::FortezzaSecrets::generate(context.profile.version, context.random));
    const auto master_secret_iv = crypto::make_fortezza_iv(context.random);
    if (!master_secret_iv.has_value()) {
      return Cause::random_failed;
    }
    put(std::move(*token_key_).seal(secrets, *master_secret_iv), keys_);
    Response response{.message = {},
                      // What the server sends there is dropped: its length is all that is known.
                      .agreed = agreed_on(std::move(secrets), Bytes(kServerPrefixSize))};
    wire::encode(response.message.exchange_keys, keys_);
    return response;
  }

  const crypto::KeaDomain* domain_ = nullptr;
  Bytes peer_random_;
  std::size_t temporary_bits_ = 0;
  SecretBytes first_power_;  ///< of the server's key by our random
  std::optional<crypto::TokenKey> token_key_;
  message::FortezzaKeys keys_;
};

class FortezzaServer final : public ServerKeyAgreement {
 public:
  Result<Bytes> offer(const KxContext& context, const crypto::CertificateKey* own) override {
    HEIRLOOM_EXPECT(context.ephemeral != nullptr);
    HEIRLOOM_TRY(domain_, domain_of(context, own));
    message::ServerFortezzaParams params{.r_s = crypto::kKeaValueOne};
    switch (context.ephemeral->kea_random) {
      case KeaServerRandom::fresh: {
        HEIRLOOM_TRY(crypto::KeaKeyPair random,
                     crypto::KeaKeyPair::generate(*domain_, context.random));
        params.r_s = random.public_value();
        random_.emplace(std::move(random));
        break;
      }
      case KeaServerRandom::one:
        break;
    }
    Bytes encoded;
    wire::encode(encoded, params);
    return encoded;
  }

  [[nodiscard]] TemporaryKey temporary_key() const override {
    return {.bits = random_.has_value() ? domain_->group().bits() : 0};
  }

  Result<Accepted> accept(const KxContext& context,
                          const message::ClientKeyExchange& message,
                          const crypto::CertificateKey* /*own*/,
                          const crypto::CertificateKey* client_key) override {
    HEIRLOOM_EXPECT(domain_ != nullptr);
    auto decoded = message::decode_fortezza_keys(message.exchange_keys);
    if (!decoded.has_value()) {
      return Error(Cause::message_malformed, "client_key_exchange: " + decoded.error().detail);
    }
    keys_ = std::move(*decoded);
    HEIRLOOM_TRY(const Bytes peer_public, public_value_of(client_key));
    HEIRLOOM_TRY_VOID(check_value(*domain_, peer_public, "y_c"));
    // The number 1 is refused with the others: a client always takes part.
    HEIRLOOM_TRY_VOID(check_value(*domain_, keys_.r_c, "r_c"));
    HEIRLOOM_TRY_VOID(check_signature(client_key));
    prefix_.resize(kServerPrefixSize);
    if (!context.random.fill(prefix_)) {
      return Cause::random_failed;
    }
    if (!random_.has_value()) {
      return Accepted(AgreementNeeded{peer_public});
    }
    HEIRLOOM_TRY(first_power_, random_->power(peer_public));
    return Accepted(AgreementNeeded{to_bytes(keys_.r_c)});
  }

  Result<Recovered> recover(const PrivateKeyResult& power) override {
    HEIRLOOM_TRY_VOID(check_power(power));
    if (first_power_.size() == 0) {
      // The e-mail form: our key has stood for our random, and now comes its own part.
      first_power_ = SecretBytes(ByteView(*power));
      return Recovered(AgreementNeeded{to_bytes(keys_.r_c)});
    }
    crypto::TokenKey key(crypto::kea_agree(*domain_, first_power_.expose(), *power));
    auto secrets = std::move(key).open(sealed_in(keys_));
    if (!secrets.has_value()) {
      return Cause::wrapped_key_invalid;
    }
    return Recovered(agreed_on(std::move(*secrets), std::move(prefix_)));
  }

 private:
  /// public_value_of: RFC 6101 §5.6.7.2: y_c is empty if the certificate has the value, and must be
  /// there otherwise. Security: one beside that of a certificate would let anybody show anybody's.
  [[nodiscard]] Result<Bytes> public_value_of(const crypto::CertificateKey* client_key) const {
    const bool is_certified = client_key != nullptr && client_key->kea.has_value();
    if (is_certified == !keys_.y_c.empty()) {
      return Error(Cause::message_malformed,
                   is_certified ? "client_key_exchange: y_c beside the certificate's"
                                : "client_key_exchange: y_c is empty");
    }
    return is_certified ? client_key->kea->public_value : keys_.y_c;
  }

  /// check_signature: a certificate that can only sign binds y_c to itself; in any other case the
  /// field says nothing.
  [[nodiscard]] Result<void> check_signature(const crypto::CertificateKey* client_key) const {
    if (client_key == nullptr || !client_key->dsa.has_value()) {
      return {};
    }
    const auto signature = crypto::der_dsa_signature(keys_.y_signature);
    if (!signature.has_value() ||
        !client_key->dsa->verify(crypto::Sha1().update(keys_.y_c).finish(), *signature)) {
      return Error(Cause::key_exchange_malformed, "y_signature is not the certificate's of y_c");
    }
    return {};
  }

  const crypto::KeaDomain* domain_ = nullptr;
  std::optional<crypto::KeaKeyPair> random_;  ///< empty: the e-mail form
  message::FortezzaKeys keys_;
  SecretBytes first_power_;  ///< of the client's key by our random, or by what stands for it
  Bytes prefix_;
};

}  // namespace

std::unique_ptr<ClientKeyAgreement> make_fortezza_client() {
  return std::make_unique<FortezzaClient>();
}

std::unique_ptr<ServerKeyAgreement> make_fortezza_server() {
  return std::make_unique<FortezzaServer>();
}

}  // namespace heirloom::kx

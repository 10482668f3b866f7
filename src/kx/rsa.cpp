// RSA key exchange (RFC 6101 §5.6.7.1, RFC 2246 §7.4.7.1): the client encrypts 48 bytes, its
// client_version and 46 random ones, under the key of the server's certificate, or under a
// temporary one that this key has signed (RFC 6101 §5.6.3, RFC 2246 §7.4.3).
#include "base/try.hpp"
#include "kx/key_exchange.hpp"
#include "kx/rsa_premaster.hpp"
#include "kx/signed_params.hpp"

#include <optional>
#include <string>
#include <utility>

namespace heirloom::kx {

namespace {

/// frame puts the RSA block into a ClientKeyExchange body as the version has it (drift D20).
Bytes frame(PremasterFraming framing, Bytes block) {
  switch (framing) {
    case PremasterFraming::bare:
      return block;
    case PremasterFraming::two_byte_length:
      break;
  }
  Bytes body;
  wire::encode(body, message::EncryptedPreMasterSecret{std::move(block)});
  return body;
}

/// unframe takes the RSA block out of a body. TLS has one form. At SSL 3.0 both are accepted, told
/// apart by their public lengths: a JDK whose hello offered more than 3.0 sends the TLS form.
Result<Bytes> unframe(PremasterFraming framing, const Bytes& body, std::size_t key_size) {
  switch (framing) {
    case PremasterFraming::bare:
      if (body.size() != key_size + 2) {
        return body;
      }
      break;
    case PremasterFraming::two_byte_length:
      break;
  }
  auto framed = wire::decode<message::EncryptedPreMasterSecret>(body);
  if (!framed.has_value()) {
    return Error(Cause::message_malformed, "client_key_exchange: " + framed.error().detail);
  }
  return std::move(framed->pre_master_secret);
}

/// check_temporary_key: RFC 2246 §7.4.3 limits the key of an export suite to what the suite is
/// named after; outside export it must be as long as policy wants a key to be (drift D118).
Result<void> check_temporary_key(const KxContext& context, std::size_t bits) {
  const std::size_t limit = context.suite.export_limit_bits;
  if (limit != 0 && bits > limit) {
    return Error(
        Cause::export_restriction,
        "a temporary key of " + std::to_string(bits) + " bits for " + std::to_string(limit));
  }
  const std::size_t minimum = limit != 0 && limit < context.policy.min_temporary_rsa_bits
                                  ? limit
                                  : context.policy.min_temporary_rsa_bits;
  if (bits < minimum) {
    return Error(Cause::key_exchange_too_weak,
                 "a temporary key of " + std::to_string(bits) + " bits, the policy wants " +
                     std::to_string(minimum));
  }
  if (bits > context.policy.max_rsa_bits) {
    return Error(Cause::key_exchange_malformed,
                 "a temporary key of " + std::to_string(bits) + " bits, the policy allows " +
                     std::to_string(context.policy.max_rsa_bits));
  }
  return {};
}

class RsaClient final : public ClientKeyAgreement {
 public:
  Result<void> learn(const KxContext& context,
                     const crypto::CertificateKey* signer,
                     const message::ServerKeyExchange& message) override {
    HEIRLOOM_TRY(const Verified<message::ServerRSAParams> params,
                 open_params<message::ServerRSAParams>(context, signer, message));
    temporary_ = crypto::RsaPublicKey::from_modulus(params->rsa_modulus, params->rsa_exponent);
    if (!temporary_.has_value()) {
      return Error(Cause::key_exchange_malformed, "the temporary RSA key is none");
    }
    return check_temporary_key(context, temporary_->bits());
  }

  [[nodiscard]] TemporaryKey temporary_key() const override {
    return {.bits = temporary_.has_value() ? temporary_->bits() : 0};
  }

  Result<Responded> respond(const KxContext& context,
                            const crypto::CertificateKey* server_key,
                            const crypto::CertificateKey* /*own*/) override {
    HEIRLOOM_EXPECT(server_key != nullptr && server_key->rsa.has_value());
    const crypto::RsaPublicKey& key = temporary_.has_value() ? *temporary_ : *server_key->rsa;
    SecretBytes premaster(kRsaPremasterSize);
    if (!context.random.fill(premaster.expose())) {
      return Cause::random_failed;
    }
    // RFC 2246 §7.4.7.1: the version offered in the ClientHello, not the negotiated one, so that a
    // rollback shows (drift D24).
    const auto version = static_cast<std::uint16_t>(context.client_version);
    premaster.expose()[0] = static_cast<std::uint8_t>(version >> 8U);
    premaster.expose()[1] = static_cast<std::uint8_t>(version & 0xffU);
    HEIRLOOM_TRY(Bytes block, key.encrypt(premaster.expose(), context.random));
    return Responded(Response{
        .message = {.exchange_keys = frame(context.profile.premaster_framing, std::move(block))},
        .agreed = Agreed{PremasterSecret(std::move(premaster))}});
  }

 private:
  std::optional<crypto::RsaPublicKey> temporary_;  ///< of the ServerKeyExchange
};

class RsaServer final : public ServerKeyAgreement {
 public:
  Result<Bytes> offer(const KxContext& context, const crypto::CertificateKey* /*own*/) override {
    HEIRLOOM_EXPECT(context.ephemeral != nullptr && context.ephemeral->rsa != nullptr);
    HEIRLOOM_TRY(temporary_, context.ephemeral->rsa->take(temporary_rsa_bits(context.suite)));
    Bytes params;
    wire::encode(params,
                 message::ServerRSAParams{.rsa_modulus = temporary_.modulus,
                                          .rsa_exponent = temporary_.exponent});
    return params;
  }

  [[nodiscard]] TemporaryKey temporary_key() const override {
    return {.bits = temporary_.modulus.size() * 8};
  }

  Result<Accepted> accept(const KxContext& context,
                          const message::ClientKeyExchange& message,
                          const crypto::CertificateKey* own,
                          const crypto::CertificateKey* /*client_key*/) override {
    HEIRLOOM_EXPECT(own != nullptr && own->rsa.has_value());
    // The fallback is drawn before the block is looked at, whether or not it will be used.
    if (!context.random.fill(fallback_.expose())) {
      return Cause::random_failed;
    }
    check_ = {.client_version = context.client_version,
              .negotiated_version = context.profile.version,
              .rule = context.policy.premaster_version};
    key_size_ = temporary_.key != nullptr ? temporary_.key->size() : own->rsa->size();
    HEIRLOOM_TRY(Bytes ciphertext,
                 unframe(context.profile.premaster_framing, message.exchange_keys, key_size_));
    return Accepted(DecryptionNeeded{std::move(ciphertext), temporary_.key});
  }

  Result<Recovered> recover(const PrivateKeyResult& decrypted) override {
    return Recovered(Agreed{premaster_in(decrypted)});
  }

 private:
  /// premaster_in is no Result on purpose: an error path that a peer could watch cannot be written.
  [[nodiscard]] PremasterSecret premaster_in(const PrivateKeyResult& decrypted) const {
    // A ciphertext that is no number below the modulus is a public fact; it still ends as a wrong
    // premaster secret and not as an alert of its own.
    if (!decrypted.has_value() || decrypted->size() != key_size_) {
      return recover_premaster(Bytes(key_size_), fallback_, check_);
    }
    return recover_premaster(*decrypted, fallback_, check_);
  }

  TemporaryRsaKey temporary_;  ///< its key is null if the certificate's decrypts
  Secret<kRsaPremasterSize> fallback_;
  PremasterCheck check_{};
  std::size_t key_size_ = 0;
};

}  // namespace

std::size_t temporary_rsa_bits(const CipherSuite& suite) {
  // Outside export there is no limit: a signing-only certificate at SSL 3.0 (drift D118).
  constexpr std::size_t kUsual = 1024;
  return suite.export_limit_bits == 0 ? kUsual : suite.export_limit_bits;
}

std::unique_ptr<ClientKeyAgreement> make_rsa_client() {
  return std::make_unique<RsaClient>();
}

std::unique_ptr<ServerKeyAgreement> make_rsa_server() {
  return std::make_unique<RsaServer>();
}

}  // namespace heirloom::kx

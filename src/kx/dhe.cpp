// Ephemeral and anonymous Diffie-Hellman (RFC 6101 §5.6.3 and §5.6.7.3, RFC 2246 §7.4.3 and
// §7.4.7.2).
//
// The server chooses the group, so the client decides what it is worth: not below the policy's
// minimum (Logjam), not above the limit that an export suite promises, and every public value
// within the group.
#include "base/try.hpp"
#include "crypto/dh.hpp"
#include "kx/dh_group_rules.hpp"
#include "kx/key_exchange.hpp"
#include "kx/signed_params.hpp"

#include <optional>
#include <string>
#include <utility>

namespace heirloom::kx {

namespace {

class DheClient final : public ClientKeyAgreement {
 public:
  Result<void> learn(const KxContext& context,
                     const crypto::CertificateKey* signer,
                     const message::ServerKeyExchange& message) override {
    HEIRLOOM_TRY(const Verified<message::ServerDHParams> params,
                 open_params<message::ServerDHParams>(context, signer, message));
    group_ = crypto::make_dh_group(params->dh_p, params->dh_g);
    HEIRLOOM_TRY_VOID(check_server_group(context, group_));
    HEIRLOOM_TRY_VOID(crypto::check_public_value(group_, params->dh_Ys));
    server_public_ = params->dh_Ys;
    return {};
  }

  [[nodiscard]] TemporaryKey temporary_key() const override { return {.bits = group_.bits()}; }

  Result<Responded> respond(const KxContext& context,
                            const crypto::CertificateKey* /*server_key*/,
                            const crypto::CertificateKey* /*own*/) override {
    HEIRLOOM_TRY(const crypto::DhKeyPair pair, crypto::DhKeyPair::generate(group_, context.random));
    HEIRLOOM_TRY(const SecretBytes z, pair.agree(server_public_));
    Response response{.message = {}, .agreed = Agreed{crypto::dh_premaster(z.expose())}};
    wire::encode(response.message.exchange_keys,
                 message::ClientDiffieHellmanPublic{pair.public_value()});
    return Responded(std::move(response));
  }

 private:
  crypto::DhGroup group_;
  Bytes server_public_;
};

/// group_for keeps to the limit of an export suite, whatever group was configured (RFC 2246 C).
const crypto::DhGroup& group_for(const CipherSuite& suite, const Ephemeral& ephemeral) {
  const std::size_t limit = suite.export_limit_bits;
  if (limit == 0 || ephemeral.group.bits() <= limit) {
    return ephemeral.group;
  }
  const crypto::DhGroup* const known = crypto::known_group_of_size(limit);
  HEIRLOOM_EXPECT(known != nullptr);
  return *known;
}

class DheServer final : public ServerKeyAgreement {
 public:
  Result<Bytes> offer(const KxContext& context, const crypto::CertificateKey* /*own*/) override {
    HEIRLOOM_EXPECT(context.ephemeral != nullptr);
    const crypto::DhGroup& group = group_for(context.suite, *context.ephemeral);
    HEIRLOOM_TRY(crypto::DhKeyPair pair, crypto::DhKeyPair::generate(group, context.random));
    Bytes params;
    wire::encode(
        params,
        message::ServerDHParams{.dh_p = group.p, .dh_g = group.g, .dh_Ys = pair.public_value()});
    pair_.emplace(std::move(pair));
    return params;
  }

  [[nodiscard]] TemporaryKey temporary_key() const override {
    return {.bits = pair_.has_value() ? pair_->group().bits() : 0};
  }

  Result<Accepted> accept(const KxContext& /*context*/,
                          const message::ClientKeyExchange& message,
                          const crypto::CertificateKey* /*own*/,
                          const crypto::CertificateKey* /*client_key*/) override {
    HEIRLOOM_EXPECT(pair_.has_value());
    const auto sent = wire::decode<message::ClientDiffieHellmanPublic>(message.exchange_keys);
    if (!sent.has_value()) {
      return Error(Cause::message_malformed, "client_key_exchange: " + sent.error().detail);
    }
    HEIRLOOM_TRY(const SecretBytes z, pair_->agree(sent->dh_Yc));
    return Accepted(Agreed{crypto::dh_premaster(z.expose())});
  }

  Result<Recovered> recover(const PrivateKeyResult& /*result*/) override {
    HEIRLOOM_EXPECT(false);  // accept asks for no private key
    return Cause::internal_error;
  }

 private:
  std::optional<crypto::DhKeyPair> pair_;
};

}  // namespace

std::unique_ptr<ClientKeyAgreement> make_dhe_client() {
  return std::make_unique<DheClient>();
}

std::unique_ptr<ServerKeyAgreement> make_dhe_server() {
  return std::make_unique<DheServer>();
}

}  // namespace heirloom::kx

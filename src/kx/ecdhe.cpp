// Ephemeral and anonymous elliptic-curve Diffie-Hellman (RFC 4492 §5.4, §5.7, §5.10).
//
// Real peers negotiate it at SSL 3.0 too, where no extension says which curve: then it is
// secp256r1, uncompressed (drift D117).
#include "base/try.hpp"
#include "crypto/ec.hpp"
#include "kx/key_exchange.hpp"
#include "kx/signed_params.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace heirloom::kx {

namespace {

Error curve_not_offered(std::uint16_t curve) {
  return {Cause::key_exchange_malformed, "the curve " + std::to_string(curve) + " was not offered"};
}

class EcdheClient final : public ClientKeyAgreement {
 public:
  Result<void> learn(const KxContext& context,
                     const crypto::CertificateKey* signer,
                     const message::ServerKeyExchange& message) override {
    // explicit_prime and explicit_char2 have other fields behind their type: nothing after it could
    // be read, and a curve that is made for the occasion is worth no look (RFC 4492 §5.4).
    constexpr auto kNamed = static_cast<std::uint8_t>(message::ECCurveType::named_curve);
    if (!message.params.empty() && message.params.front() != kNamed) {
      return Error(Cause::key_exchange_malformed, "the curve has no name");
    }
    HEIRLOOM_TRY(const Verified<message::ServerECDHParams> params,
                 open_params<message::ServerECDHParams>(context, signer, message));
    const crypto::CurveInfo* curve = crypto::find_curve(params->namedcurve);
    if (curve == nullptr || std::ranges::find(context.policy.named_curves, curve->curve) ==
                                context.policy.named_curves.end()) {
      return curve_not_offered(params->namedcurve);
    }
    HEIRLOOM_TRY_VOID(crypto::check_point(curve->curve, params->point));
    curve_ = curve->curve;
    server_point_ = params->point;
    return {};
  }

  [[nodiscard]] TemporaryKey temporary_key() const override {
    return {.bits = crypto::curve_info(curve_).bits, .curve = curve_};
  }

  Result<Responded> respond(const KxContext& context,
                            const crypto::CertificateKey* /*server_key*/,
                            const crypto::CertificateKey* /*own*/) override {
    HEIRLOOM_TRY(const crypto::EcKeyPair pair, crypto::EcKeyPair::generate(curve_, context.random));
    HEIRLOOM_TRY(SecretBytes secret, pair.agree(server_point_));
    Response response{.message = {}, .agreed = Agreed{PremasterSecret(std::move(secret))}};
    wire::encode(response.message.exchange_keys,
                 message::ClientECDiffieHellmanPublic{pair.point()});
    return Responded(std::move(response));
  }

 private:
  NamedCurve curve_ = NamedCurve::secp256r1;
  Bytes server_point_;
};

class EcdheServer final : public ServerKeyAgreement {
 public:
  Result<Bytes> offer(const KxContext& context, const crypto::CertificateKey* /*own*/) override {
    HEIRLOOM_EXPECT(context.curve.has_value());
    HEIRLOOM_TRY(crypto::EcKeyPair pair,
                 crypto::EcKeyPair::generate(*context.curve, context.random));
    Bytes params;
    wire::encode(params,
                 message::ServerECDHParams{.curve_type = message::ECCurveType::named_curve,
                                           .namedcurve = static_cast<std::uint16_t>(*context.curve),
                                           .point = pair.point()});
    pair_.emplace(std::move(pair));
    return params;
  }

  [[nodiscard]] TemporaryKey temporary_key() const override {
    HEIRLOOM_EXPECT(pair_.has_value());
    return {.bits = crypto::curve_info(pair_->curve()).bits, .curve = pair_->curve()};
  }

  Result<Accepted> accept(const KxContext& /*context*/,
                          const message::ClientKeyExchange& message,
                          const crypto::CertificateKey* /*own*/,
                          const crypto::CertificateKey* /*client_key*/) override {
    HEIRLOOM_EXPECT(pair_.has_value());
    const auto sent = wire::decode<message::ClientECDiffieHellmanPublic>(message.exchange_keys);
    if (!sent.has_value()) {
      return Error(Cause::message_malformed, "client_key_exchange: " + sent.error().detail);
    }
    HEIRLOOM_TRY(SecretBytes secret, pair_->agree(sent->ecdh_Yc));
    return Accepted(Agreed{PremasterSecret(std::move(secret))});
  }

  Result<Recovered> recover(const PrivateKeyResult& /*result*/) override {
    HEIRLOOM_EXPECT(false);  // accept asks for no private key
    return Cause::internal_error;
  }

 private:
  std::optional<crypto::EcKeyPair> pair_;
};

}  // namespace

std::unique_ptr<ClientKeyAgreement> make_ecdhe_client() {
  return std::make_unique<EcdheClient>();
}

std::unique_ptr<ServerKeyAgreement> make_ecdhe_server() {
  return std::make_unique<EcdheServer>();
}

}  // namespace heirloom::kx

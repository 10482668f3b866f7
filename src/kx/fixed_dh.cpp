// Diffie-Hellman with the key of the server's certificate (RFC 6101 §5.6.7.3; RFC 2246 §7.4.2
// DH_DSS and DH_RSA, §7.4.7.2).
//
// A client whose own certificate has a key of the same group sends an empty ClientKeyExchange: both
// public values are known by then (implicit). Any other sends a fresh public value (explicit). The
// group is the certificate's, so it is judged as that of a ServerKeyExchange would be.
#include "base/try.hpp"
#include "crypto/dh.hpp"
#include "kx/dh_group_rules.hpp"
#include "kx/key_exchange.hpp"

#include <utility>

namespace heirloom::kx {

namespace {

bool is_of_group(const crypto::CertificateKey* key, const crypto::DhGroup& group) {
  return key != nullptr && key->dh.has_value() && key->dh->group.p == group.p &&
         key->dh->group.g == group.g;
}

class FixedDhClient final : public ClientKeyAgreement {
 public:
  Result<void> learn(const KxContext& /*context*/,
                     const crypto::CertificateKey* /*signer*/,
                     const message::ServerKeyExchange& /*message*/) override {
    HEIRLOOM_EXPECT(false);  // the row says never
    return {};
  }

  Result<Responded> respond(const KxContext& context,
                            const crypto::CertificateKey* server_key,
                            const crypto::CertificateKey* own) override {
    HEIRLOOM_EXPECT(server_key != nullptr && server_key->dh.has_value());
    const crypto::DhGroup& group = server_key->dh->group;
    HEIRLOOM_TRY_VOID(check_server_group(context, group));
    HEIRLOOM_TRY_VOID(crypto::check_public_value(group, server_key->dh->public_value));
    if (is_of_group(own, group)) {
      return Responded(AgreementNeeded{server_key->dh->public_value});
    }
    HEIRLOOM_TRY(const crypto::DhKeyPair pair, crypto::DhKeyPair::generate(group, context.random));
    HEIRLOOM_TRY(const SecretBytes z, pair.agree(server_key->dh->public_value));
    Response response{.message = {}, .agreed = Agreed{crypto::dh_premaster(z.expose())}};
    wire::encode(response.message.exchange_keys,
                 message::ClientDiffieHellmanPublic{pair.public_value()});
    return Responded(std::move(response));
  }

  Result<Response> complete(const KxContext& /*context*/, const PrivateKeyResult& made) override {
    if (!made.has_value()) {
      return made.error();
    }
    return Response{.message = {}, .agreed = Agreed{crypto::dh_premaster(*made)}};
  }
};

class FixedDhServer final : public ServerKeyAgreement {
 public:
  Result<Bytes> offer(const KxContext& /*context*/,
                      const crypto::CertificateKey* /*own*/) override {
    HEIRLOOM_EXPECT(false);  // the row says never
    return Bytes{};
  }

  Result<Accepted> accept(const KxContext& context,
                          const message::ClientKeyExchange& message,
                          const crypto::CertificateKey* own,
                          const crypto::CertificateKey* client_key) override {
    HEIRLOOM_EXPECT(own != nullptr && own->dh.has_value());
    if (!context.random.fill(fallback_.expose())) {
      return Cause::random_failed;
    }
    // RFC 2246 §7.4.7.2: with a suitable key in the client's certificate "Yc is implicit and does
    // not need to be sent again".
    // Security: nor may it be. The key of such a certificate is proven by the key exchange alone
    // (§7.4.8), so another Yc beside it would let anybody show anybody's certificate.
    if (is_of_group(client_key, own->dh->group)) {
      if (!message.exchange_keys.empty()) {
        return Error(Cause::message_malformed,
                     "client_key_exchange: a public value beside that of the certificate");
      }
      HEIRLOOM_TRY_VOID(crypto::check_public_value(own->dh->group, client_key->dh->public_value));
      return Accepted(AgreementNeeded{client_key->dh->public_value});
    }
    const auto sent = wire::decode<message::ClientDiffieHellmanPublic>(message.exchange_keys);
    if (!sent.has_value()) {
      return Error(Cause::message_malformed, "client_key_exchange: " + sent.error().detail);
    }
    HEIRLOOM_TRY_VOID(crypto::check_public_value(own->dh->group, sent->dh_Yc));
    return Accepted(AgreementNeeded{sent->dh_Yc});
  }

  Result<Recovered> recover(const PrivateKeyResult& result) override {
    // The value is known to be good, so this is about our key: the handshake ends at Finished.
    return Recovered(
        Agreed{crypto::dh_premaster(result.has_value() ? ByteView(*result) : fallback_.expose())});
  }

 private:
  Secret<48> fallback_;
};

}  // namespace

std::unique_ptr<ClientKeyAgreement> make_fixed_dh_client() {
  return std::make_unique<FixedDhClient>();
}

std::unique_ptr<ServerKeyAgreement> make_fixed_dh_server() {
  return std::make_unique<FixedDhServer>();
}

}  // namespace heirloom::kx

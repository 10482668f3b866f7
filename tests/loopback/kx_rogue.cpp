#include "kx_rogue.hpp"

#include "crypto/hash.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {

namespace {

Bytes with_length(ByteView content, std::size_t width) {
  Bytes out;
  for (std::size_t i = width; i-- > 0;) {
    out.push_back(static_cast<std::uint8_t>(content.size() >> (8 * i)));
  }
  append(out, content);
  return out;
}

}  // namespace

Bytes hashes_over(ByteView bytes) {
  Bytes both = to_bytes(crypto::Md5().update(bytes).finish());
  append(both, crypto::Sha1().update(bytes).finish());
  return both;
}

Bytes sign_hashes(const Credentials& signer, const Bytes& hashes) {
  const bool signs_both = signer.key->algorithm() == PublicKeyAlgorithm::rsa;
  auto signature = signer.key->sign(signs_both ? ByteView(hashes) : ByteView(hashes).subspan(16));
  return *signature.answer();
}

Bytes opaque16(const Bytes& content) {
  return with_length(content, 2);
}

Bytes opaque8(const Bytes& content) {
  return with_length(content, 1);
}

Bytes join(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) {
    append(all, part);
  }
  return all;
}

Bytes dh_params(const Bytes& p, const Bytes& g, const Bytes& public_value) {
  return join({opaque16(p), opaque16(g), opaque16(public_value)});
}

Bytes ecdh_params(NamedCurve curve, const Bytes& point) {
  const auto number = static_cast<std::uint16_t>(curve);
  return join({Bytes{3,  // named_curve
                     static_cast<std::uint8_t>(number >> 8U),
                     static_cast<std::uint8_t>(number & 0xffU)},
               opaque8(point)});
}

Bytes rsa_params(const Bytes& modulus, const Bytes& exponent) {
  return join({opaque16(modulus), opaque16(exponent)});
}

Rogue::Rogue(Side engine_side, Combination combination, const Scene::Adjust& adjust)
    : version_(combination.version),
      scene_(engine_side,
             combination,
             Shape::plain,
             [&adjust](ClientOptions& client, ServerOptions& server) {
               client.trace = Trace::messages;
               server.trace = Trace::messages;
               if (adjust) {
                 adjust(client, server);
               }
             }) {}

bool Rogue::tell(HandshakeType type, ByteView body) {
  Bytes message{static_cast<std::uint8_t>(type)};
  append(message, with_length(body, 3));
  return scene_.send(scene_.puppet().record(ContentType::handshake, message));
}

bool Rogue::tell_raw(ByteView bytes) {
  return scene_.send(scene_.puppet().record(ContentType::handshake, bytes));
}

Bytes Rogue::randoms() {
  return join({to_bytes(puppet().client_hello.random), to_bytes(puppet().server_hello.random)});
}

void Rogue::collect() {
  std::ranges::copy_if(take_events(engine()), std::back_inserter(messages_), [](const Event& e) {
    return e.kind == Event::Kind::handshake_message;
  });
}

Bytes Rogue::transcript() {
  collect();
  Bytes all;
  for (const Event& event : messages_) {
    append(all, event.message);
  }
  return all;
}

Bytes Rogue::sent(HandshakeType type) {
  collect();
  Bytes body;
  for (const Event& event : messages_) {
    if (event.direction == Event::Direction::sent && event.handshake_type == type) {
      body = to_bytes(ByteView(event.message).subspan(4));
    }
  }
  return body;
}

bool Rogue::has_sent(HandshakeType type) {
  collect();
  return std::ranges::any_of(messages_, [&](const Event& event) {
    return event.direction == Event::Direction::sent && event.handshake_type == type;
  });
}

void Rogue::expect(const Refusal& refusal) {
  EXPECT_EQ(engine().phase(), Phase::failed);
  EXPECT_EQ(cause_info(scene_.cause()).name, cause_info(refusal.cause).name);
  const AlertDescription alert = version_ == kSsl ? refusal.ssl : refusal.tls;
  EXPECT_EQ(scene_.last_alert(), (Alert{AlertLevel::fatal, alert}));
}

void Rogue::expect_content() {
  EXPECT_EQ(engine().phase(), Phase::handshaking);
  EXPECT_EQ(engine().error(), nullptr) << engine().error()->text();
}

RogueServer::RogueServer(Combination combination,
                         const std::string& certificate,
                         const Scene::Adjust& adjust)
    : Rogue(Side::client,
            combination,
            [&](ClientOptions& client, ServerOptions& server) {
              if (!certificate.empty()) {
                client.verifier =
                    verify_with_pin({certificate_fingerprint(pki_certificate(certificate))});
              }
              if (adjust) {
                adjust(client, server);
              }
            }),
      certificate_(certificate) {
  say(Symbol::server_hello);
  if (!certificate_.empty()) {
    Bytes list;
    for (const CertificateDer& der : pki_chain(certificate_)) {
      append(list, with_length(der, 3));
    }
    tell(HandshakeType::certificate, with_length(list, 3));
  }
}

Bytes RogueServer::signature(const Bytes& params) {
  if (certificate_.empty()) {
    return {};
  }
  return opaque16(
      sign_hashes(pki_credentials(certificate_), hashes_over(join({randoms(), params}))));
}

bool RogueServer::exchange(const Bytes& params) {
  return tell(HandshakeType::server_key_exchange, join({params, signature(params)}));
}

}  // namespace heirloom::testing

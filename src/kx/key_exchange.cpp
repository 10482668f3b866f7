#include "kx/key_exchange.hpp"

#include <algorithm>
#include <array>

namespace heirloom::kx {

namespace {

struct Method {
  KeyExchangeKind kind;
  std::unique_ptr<ClientKeyAgreement> (*make_client)();
  std::unique_ptr<ServerKeyAgreement> (*make_server)();
};

constexpr std::array kMethods{
    Method{KeyExchangeKind::rsa, &make_rsa_client, &make_rsa_server},
};

const Method& method(KeyExchangeKind kind) {
  const auto* const found = std::ranges::find(kMethods, kind, &Method::kind);
  HEIRLOOM_EXPECT(found != kMethods.end());
  return *found;
}

}  // namespace

std::unique_ptr<ClientKeyAgreement> make_client_agreement(KeyExchangeKind kind) {
  return method(kind).make_client();
}

std::unique_ptr<ServerKeyAgreement> make_server_agreement(KeyExchangeKind kind) {
  return method(kind).make_server();
}

}  // namespace heirloom::kx

#include "support/puppet/puppet.hpp"

#include "crypto/signature.hpp"
#include "kx/signed_params.hpp"
#include "message/certificate_request.hpp"
#include "message/extensions.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace heirloom::testing {

namespace {

constexpr std::array<std::string_view, kSymbolCount> kNames{"hello_request",
                                                            "client_hello",
                                                            "server_hello",
                                                            "resumed_server_hello",
                                                            "certificate",
                                                            "empty_certificate",
                                                            "server_key_exchange",
                                                            "certificate_request",
                                                            "server_hello_done",
                                                            "certificate_verify",
                                                            "client_key_exchange",
                                                            "finished",
                                                            "change_cipher_spec",
                                                            "no_certificate_warning",
                                                            "application_data",
                                                            "certificate_status",
                                                            "no_renegotiation_warning",
                                                            "new_session_ticket"};

}  // namespace

std::string_view to_string(Symbol symbol) {
  return kNames[static_cast<std::size_t>(symbol)];
}

std::string to_string(const std::vector<Symbol>& script) {
  std::string out;
  for (const Symbol symbol : script) {
    out += out.empty() ? "" : " ";
    out += to_string(symbol);
  }
  return out;
}

Puppet::Puppet(Side side, Combination combination, Credentials identity)
    : side_(side),
      profile_(profile_for(combination.version)),
      suite_(*find_cipher_suite(combination.suite)),
      identity_(std::move(identity)),
      reader_(side) {
  (void)random_.fill(randoms_.client);
  (void)random_.fill(randoms_.server);
  client_hello = {.client_version = combination.version,
                  .random = randoms_.client,
                  .session_id = {},
                  .cipher_suites = {combination.suite},
                  .compression_methods = {0},
                  .extensions = std::nullopt};
  server_hello = {.server_version = combination.version,
                  .random = randoms_.server,
                  .session_id = Bytes(32, 0x5e),
                  .cipher_suite = combination.suite,
                  .compression_method = 0,
                  .extensions = std::nullopt};
}

void Puppet::offer_session(Bytes id, MasterSecret master) {
  client_hello.session_id = std::move(id);
  master_ = std::move(master);
}

void Puppet::derive() {
  if (!master_.has_value()) {
    return;
  }
  TrafficKeyPair keys = traffic_keys();
  const bool is_client = side_ == Side::client;
  pending_write_ = std::move(is_client ? keys.client_write : keys.server_write);
  pending_read_ = std::move(is_client ? keys.server_write : keys.client_write);
}

TrafficKeyPair Puppet::traffic_keys() const {
  return derive_traffic_keys(profile_, suite_, *master_, randoms_);
}

void Puppet::begin_again() {
  transcript_ = Transcript();
  (void)random_.fill(randoms_.client);
  (void)random_.fill(randoms_.server);
  client_hello.random = randoms_.client;
  server_hello.random = randoms_.server;
  client_hello.session_id.clear();
  master_.reset();
  own_dh_.reset();
  server_dh_.reset();
  server_key_.reset();
  heard.clear();
  bind_hellos();
}

void Puppet::bind_hellos() {
  const auto bind = [](auto& hello, ByteView binding) {
    if (!hello.extensions.has_value()) {
      hello.extensions.emplace();
    }
    std::erase_if(*hello.extensions, [](const wire::HelloExtension& extension) {
      return extension.type == static_cast<std::uint16_t>(Extension::renegotiation_info);
    });
    hello.extensions->push_back(message::make_extension(
        Extension::renegotiation_info, message::RenegotiationInfo{to_bytes(binding)}));
  };
  const auto& own = side_ == Side::client ? client_hello.extensions : server_hello.extensions;
  const bool has_extension = message::find_extension(own, Extension::renegotiation_info) != nullptr;
  const bool has_suite = std::erase(client_hello.cipher_suites, kEmptyRenegotiationInfoScsv) != 0;
  const bool is_signalled = has_extension || (side_ == Side::client && has_suite);
  if (is_signalled) {
    Bytes both = client_verify_data;
    append(both, server_verify_data);
    bind(client_hello, client_verify_data);
    bind(server_hello, both);
  }
}

message::ServerHello Puppet::hello_for(Symbol symbol) {
  message::ServerHello hello = server_hello;
  if (symbol == Symbol::resumed_server_hello) {
    hello.session_id = client_hello.session_id;
  }
  return hello;
}

void Puppet::use_premaster(PremasterSecret premaster) {
  master_ = profile_.master_secret(std::move(premaster), randoms_);
  derive();
}

message::ServerKeyExchange Puppet::make_params() {
  using Rule = KeyExchangeInfo::ServerKeyExchangeRule;
  const KeyExchangeInfo& row = info(suite_.key_exchange);
  if (row.server_key_exchange != Rule::always) {
    return {Bytes(200, 1)};
  }
  auto pair = crypto::DhKeyPair::generate(*crypto::known_group_of_size(1024), random_);
  own_dh_.emplace(std::move(pair).value());
  Bytes params;
  wire::encode(params,
               message::ServerDHParams{.dh_p = own_dh_->group().p,
                                       .dh_g = own_dh_->group().g,
                                       .dh_Ys = own_dh_->public_value()});
  if (!row.is_anonymous) {
    auto signature = identity_.key->sign(
        crypto::to_be_signed(identity_.key->algorithm(), kx::params_hashes(randoms_, params)));
    wire::encode(params, message::Signature{*signature.answer()});
  }
  return {params};
}

message::ClientKeyExchange Puppet::make_dh_key_exchange() {
  auto pair = crypto::DhKeyPair::generate(crypto::make_dh_group(server_dh_->dh_p, server_dh_->dh_g),
                                          random_);
  use_premaster(crypto::dh_premaster(pair->agree(server_dh_->dh_Ys)->expose()));
  message::ClientKeyExchange exchange;
  wire::encode(exchange.exchange_keys, message::ClientDiffieHellmanPublic{pair->public_value()});
  return exchange;
}

message::ClientKeyExchange Puppet::make_key_exchange() {
  if (server_dh_.has_value()) {
    return make_dh_key_exchange();
  }
  Bytes premaster(48);
  (void)random_.fill(premaster);
  premaster[0] =
      static_cast<std::uint8_t>(static_cast<unsigned>(client_hello.client_version) >> 8U);
  premaster[1] = static_cast<std::uint8_t>(static_cast<unsigned>(client_hello.client_version));
  if (premaster_override.has_value()) {
    premaster = *premaster_override;
  }
  if (!server_key_.has_value()) {
    return {Bytes(130, 0x17)};
  }
  const Bytes block = premaster_block.has_value() ? *premaster_block
                                                  : *server_key_->rsa->encrypt(premaster, random_);
  use_premaster(PremasterSecret(SecretBytes(ByteView(premaster))));
  if (profile_.premaster_framing == PremasterFraming::bare && !frames_premaster) {
    return {block};
  }
  Bytes body;
  wire::encode(body, message::EncryptedPreMasterSecret{block});
  return {body};
}

message::Finished Puppet::make_finished() {
  const MasterSecret nothing;
  const VerifyData data =
      profile_.finished(transcript_.snapshot(), master_.has_value() ? *master_ : nothing, side_);
  (side_ == Side::client ? client_verify_data : server_verify_data) = to_bytes(data.view());
  return {to_bytes(data.view())};
}

message::CertificateVerify Puppet::make_certificate_verify() {
  const MasterSecret nothing;
  const auto hashes =
      profile_.certificate_verify(transcript_.snapshot(), master_.has_value() ? *master_ : nothing);
  Bytes digest(hashes.md5.begin(), hashes.md5.end());
  append(digest, hashes.sha);
  auto signature = identity_.key->sign(digest);
  return {*signature.answer()};
}

Bytes Puppet::say_sslv2(ByteView hello, const Random& random) {
  transcript_.append(hello);
  randoms_.client = random;
  Bytes wire{static_cast<std::uint8_t>(0x80U | hello.size() >> 8U),
             static_cast<std::uint8_t>(hello.size())};
  append(wire, hello);
  return wire;
}

Bytes Puppet::encode(Symbol symbol) {
  Bytes bytes;
  switch (symbol) {
    case Symbol::hello_request:
      return message::encode_message(message::HelloRequest{});  // never hashed
    case Symbol::client_hello:
      randoms_.client = client_hello.random;
      bytes = message::encode_message(client_hello);
      append(bytes, trailing_hello_bytes);
      bytes[1] = static_cast<std::uint8_t>((bytes.size() - 4) >> 16U);
      bytes[2] = static_cast<std::uint8_t>((bytes.size() - 4) >> 8U);
      bytes[3] = static_cast<std::uint8_t>(bytes.size() - 4);
      break;
    case Symbol::server_hello:
    case Symbol::resumed_server_hello:
      randoms_.server = server_hello.random;
      bytes = message::encode_message(hello_for(symbol));
      if (symbol == Symbol::resumed_server_hello) {
        derive();
      }
      break;
    case Symbol::certificate:
      bytes = message::encode_message(message::Certificate{identity_.chain});
      break;
    case Symbol::empty_certificate:
      bytes = message::encode_message(message::Certificate{});
      break;
    case Symbol::certificate_status:
      bytes = message::encode_message(message::CertificateStatus{.response = {0x30, 0x00}});
      break;
    case Symbol::new_session_ticket:
      bytes = message::encode_message(new_session_ticket);
      break;
    case Symbol::server_key_exchange:
      bytes = message::encode_message(make_params());
      break;
    case Symbol::certificate_request:
      bytes = message::encode_message(message::CertificateRequest{
          .certificate_types = {message::ClientCertificateType::rsa_sign},
          .certificate_authorities = {Bytes{0x30, 0x00}}});
      break;
    case Symbol::server_hello_done:
      bytes = message::encode_message(message::ServerHelloDone{});
      break;
    case Symbol::certificate_verify:
      bytes = message::encode_message(make_certificate_verify());
      break;
    case Symbol::client_key_exchange:
      bytes = message::encode_message(make_key_exchange());
      break;
    case Symbol::finished:
      bytes = message::encode_message(make_finished());
      break;
    case Symbol::change_cipher_spec:
    case Symbol::no_certificate_warning:
    case Symbol::no_renegotiation_warning:
    case Symbol::application_data:
      return {};  // no handshake messages
  }
  transcript_.append(bytes);
  return bytes;
}

Bytes Puppet::record(ContentType type, ByteView bytes) {
  Bytes out;
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), kMaxPlaintext);
    append(out, seal(type, bytes.first(size)));
    bytes = bytes.subspan(size);
  }
  return out;
}

Bytes Puppet::empty_record(ContentType type) {
  return seal(type, {});
}

Bytes Puppet::seal(ContentType type, ByteView fragment) {
  Bytes room(kRecordHeaderSize + fragment.size() + WriteProtection::kMaxExpansion);
  std::ranges::copy(fragment, room.begin() + kRecordHeaderSize);
  std::array records{SealRecord{.type = type,
                                .room = room,
                                .offset = kRecordHeaderSize,
                                .size = fragment.size(),
                                .sealed = {}}};
  (void)write_protection_.seal(records, static_cast<std::uint16_t>(profile_.version));
  return to_bytes(records[0].sealed);
}

void Puppet::switch_write_keys() {
  if (pending_write_.has_value()) {
    write_protection_ = WriteProtection(std::move(*pending_write_));
    pending_write_.reset();
  }
}

Bytes Puppet::say(Symbol symbol) {
  switch (symbol) {
    case Symbol::change_cipher_spec: {
      Bytes out = record(ContentType::change_cipher_spec, Bytes{1});
      switch_write_keys();
      return out;
    }
    case Symbol::no_certificate_warning:
      return record(ContentType::alert, Bytes{1, 41});
    case Symbol::no_renegotiation_warning:
      return record(ContentType::alert, Bytes{1, 100});
    case Symbol::application_data:
      return record(ContentType::application_data, Bytes{'h', 'e', 'l', 'l', 'o'});
    default:
      return record(ContentType::handshake, encode(symbol));
  }
}

void Puppet::hear(ByteView bytes) {
  while (!bytes.empty()) {
    const ByteSpan room = reader_.buffer(bytes.size(), Pinned::no);
    const std::size_t n = std::min(room.size(), bytes.size());
    std::copy_n(bytes.begin(), n, room.begin());
    reader_.received(n);
    bytes = bytes.subspan(n);
    while (true) {
      auto next = reader_.next();
      if (!next.has_value() || !next->has_value()) {
        break;
      }
      std::array one{OpenRecord{.type = (*next)->type, .fragment = (*next)->fragment}};
      if (read_protection_.open(one).error.has_value()) {
        continue;
      }
      const ByteView fragment = one[0].fragment;
      fragments.push_back({one[0].type, to_bytes(fragment)});
      if (one[0].type == ContentType::alert && fragment.size() == 2) {
        alerts.push_back({.level = static_cast<AlertLevel>(fragment[0]),
                          .description = static_cast<AlertDescription>(fragment[1])});
      } else if (one[0].type == ContentType::change_cipher_spec && pending_read_.has_value()) {
        read_protection_ = ReadProtection(std::move(*pending_read_));
        pending_read_.reset();
      } else if (one[0].type == ContentType::application_data) {
        append(application_data, fragment);
      } else if (one[0].type == ContentType::handshake) {
        hear_handshake(fragment);
      }
    }
  }
}

void Puppet::hear_handshake(ByteView fragment) {
  reassembler_.add(fragment);
  while (true) {
    auto view = reassembler_.next();
    if (!view.has_value() || !view->has_value()) {
      return;
    }
    heard.push_back(static_cast<HandshakeType>((*view)->type));
    if (heard.back() != HandshakeType::hello_request) {  // never hashed
      transcript_.append((*view)->message);
    }
    if (auto decoded = message::decode_message((*view)->message); decoded.has_value()) {
      learn(*decoded);
    }
  }
}

void Puppet::learn(const message::AnyMessage& message) {
  using message::Received;
  if (const auto* hello = std::get_if<Received<message::ServerHello>>(&message)) {
    randoms_.server = hello->body.random;
    server_hello = hello->body;
    derive();  // for a resumed session; a full handshake derives again
  } else if (const auto* finished = std::get_if<Received<message::Finished>>(&message)) {
    (side_ == Side::client ? server_verify_data : client_verify_data) = finished->body.verify_data;
  } else if (const auto* offer = std::get_if<Received<message::ClientHello>>(&message)) {
    randoms_.client = offer->body.random;
    client_hello = offer->body;
  } else if (const auto* shown = std::get_if<Received<message::Certificate>>(&message)) {
    if (side_ == Side::client && !shown->body.certificate_list.empty()) {
      auto key = crypto::certificate_key(shown->body.certificate_list.front());
      if (key.has_value()) {
        server_key_ = std::move(key).value();
      }
    }
  } else if (const auto* params = std::get_if<Received<message::ServerKeyExchange>>(&message)) {
    ByteView bytes = params->body.params;
    if (auto told = wire::decode_front<message::ServerDHParams>(bytes); told.has_value()) {
      server_dh_ = std::move(told).value();
    }
  } else if (const auto* exchange = std::get_if<Received<message::ClientKeyExchange>>(&message)) {
    if (own_dh_.has_value()) {
      open_dh_premaster(exchange->body);
    } else {
      open_premaster(exchange->body);
    }
  }
}

void Puppet::open_premaster(const message::ClientKeyExchange& exchange) {
  ByteView block = exchange.exchange_keys;
  if (block.size() == identity_.key->size() + 2) {
    block = block.subspan(2);
  }
  auto decrypted = identity_.key->decrypt_raw(block);
  if (!decrypted.answer().has_value()) {
    return;
  }
  const Bytes& plain = *decrypted.answer();
  use_premaster(PremasterSecret(SecretBytes(ByteView(plain).last(48))));
}

void Puppet::open_dh_premaster(const message::ClientKeyExchange& exchange) {
  const auto sent = wire::decode<message::ClientDiffieHellmanPublic>(exchange.exchange_keys);
  if (!sent.has_value()) {
    return;
  }
  if (const auto z = own_dh_->agree(sent->dh_Yc); z.has_value()) {
    use_premaster(crypto::dh_premaster(z->expose()));
  }
}

}  // namespace heirloom::testing

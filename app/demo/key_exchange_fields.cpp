#include "demo/key_exchange_fields.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace heirloom::app::demo {

namespace {

/// Piece is a field of so many bytes, or a vector with a length of so many bytes before it.
struct Piece {
  std::string_view name;
  std::size_t size;
  enum class Form : std::uint8_t { fixed, vector } form = Form::vector;
};

using Pieces = std::vector<Piece>;

constexpr auto kFixed = Piece::Form::fixed;

Pieces server_params(const Scene& scene) {
  const KeyExchangeInfo& row = info(scene.suite->key_exchange);
  Pieces pieces;
  switch (scene.suite->key_exchange) {
    case KeyExchangeKind::rsa:
      pieces = {{"rsa_modulus", 2}, {"rsa_exponent", 2}};
      break;
    case KeyExchangeKind::dhe_dss:
    case KeyExchangeKind::dhe_rsa:
    case KeyExchangeKind::dh_anon:
      pieces = {{"dh_p", 2}, {"dh_g", 2}, {"dh_Ys", 2}};
      break;
    case KeyExchangeKind::ecdhe_ecdsa:
    case KeyExchangeKind::ecdhe_rsa:
    case KeyExchangeKind::ecdh_anon:
      pieces = {{"curve_type", 1, kFixed}, {"namedcurve", 2, kFixed}, {"public", 1}};
      break;
    case KeyExchangeKind::fortezza_kea:
      return {{"r_s", 128, kFixed}};  // nothing signs it (RFC 6101 §5.6.3)
    case KeyExchangeKind::dh_dss:
    case KeyExchangeKind::dh_rsa:
      return {};  // no such message
  }
  if (!row.is_anonymous) {
    pieces.push_back({"signature", 2});
  }
  return pieces;
}

/// client_keys: before the encrypted block TLS has a length and SSL 3.0 has none (RFC 2246 §4.7).
Pieces client_keys(const Scene& scene, ByteView keys) {
  const bool has_length = keys.size() >= 2 && number_of(keys.first(2)) == keys.size() - 2;
  switch (scene.suite->key_exchange) {
    case KeyExchangeKind::rsa:
      return has_length ? Pieces{{"encrypted_pre_master_secret", 2}}
                        : Pieces{{"encrypted_pre_master_secret", keys.size(), kFixed}};
    case KeyExchangeKind::dh_dss:
    case KeyExchangeKind::dh_rsa:
    case KeyExchangeKind::dhe_dss:
    case KeyExchangeKind::dhe_rsa:
    case KeyExchangeKind::dh_anon:
      return {{"dh_Yc", 2}};
    case KeyExchangeKind::ecdhe_ecdsa:
    case KeyExchangeKind::ecdhe_rsa:
    case KeyExchangeKind::ecdh_anon:
      return {{"ecdh_Yc", 1}};
    case KeyExchangeKind::fortezza_kea:
      return {{"y_c", 1},
              {"r_c", 128, kFixed},
              {"y_signature", 40, kFixed},
              {"wrapped_client_write_key", 12, kFixed},
              {"wrapped_server_write_key", 12, kFixed},
              {"client_write_iv", 24, kFixed},
              {"server_write_iv", 24, kFixed},
              {"master_secret_iv", 24, kFixed},
              {"encrypted_pre_master_secret", 48, kFixed}};
  }
  return {};
}

/// cut takes a body apart. Empty if the pieces are not exactly what is there.
std::vector<MessageField> cut(const MessageField& whole, const Pieces& pieces) {
  std::vector<MessageField> fields;
  std::size_t done = 0;
  const auto take = [&](std::string name, std::size_t size) {
    const ByteView taken = ByteView(whole.bytes).subspan(done, size);
    fields.push_back({.name = std::move(name),
                      .offset = whole.offset + done,
                      .bytes = Bytes(taken.begin(), taken.end())});
    done += size;
  };
  for (const Piece& piece : pieces) {
    std::size_t size = piece.size;
    if (whole.bytes.size() - done < size) {
      return {};
    }
    if (piece.form == Piece::Form::vector) {
      take(std::string(piece.name) + " length", size);
      size = number_of(fields.back().bytes);
    }
    if (whole.bytes.size() - done < size) {
      return {};
    }
    take(std::string(piece.name), size);
  }
  return done == whole.bytes.size() ? fields : std::vector<MessageField>();
}

}  // namespace

std::vector<MessageField> key_exchange_fields(std::vector<MessageField> fields,
                                              const Scene& scene) {
  const auto body = std::ranges::find_if(fields, [](const MessageField& field) {
    return field.name == "params" || field.name == "exchange_keys";
  });
  if (body == fields.end()) {
    return fields;
  }
  const auto pieces =
      body->name == "params" ? server_params(scene) : client_keys(scene, body->bytes);
  std::vector<MessageField> finer = cut(*body, pieces);
  if (!finer.empty()) {
    const auto place = fields.erase(body);
    fields.insert(
        place, std::make_move_iterator(finer.begin()), std::make_move_iterator(finer.end()));
  }
  return fields;
}

}  // namespace heirloom::app::demo

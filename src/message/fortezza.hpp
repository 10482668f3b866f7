// The FORTEZZA arms of ServerKeyExchange and ClientKeyExchange (RFC 6101 §5.6.3, §5.6.7.2), which
// SSL 3.0 alone has. They replace the opaque bodies of those messages.
//
// Every field but y_c has a fixed size and no length of its own, so a FortezzaKeys has 313 bytes
// and those of y_c.
#pragma once

#include "heirloom/result.hpp"

#include "base/bytes.hpp"
#include "wire/layout.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace heirloom::message {

/// Sizes of the values of FORTEZZA: of its public values, of a DSA signature as two numbers side by
/// side, of a wrapped key with its check word, and of an initialization vector with the 16 bytes of
/// escrow data (LEAF) that a card puts before the 8 that count.
inline constexpr std::size_t kKeaValueSize = 128;
inline constexpr std::size_t kRawDsaSignatureSize = 40;
inline constexpr std::size_t kWrappedKeySize = 12;
inline constexpr std::size_t kFortezzaIvSize = 24;
inline constexpr std::size_t kEncryptedPreMasterSecretSize = 48;

using KeaValue = std::array<std::uint8_t, kKeaValueSize>;
using RawDsaSignature = std::array<std::uint8_t, kRawDsaSignatureSize>;
using WrappedKey = std::array<std::uint8_t, kWrappedKeySize>;
using FortezzaIv = std::array<std::uint8_t, kFortezzaIvSize>;

/// ServerFortezzaParams is the whole body of a ServerKeyExchange: it is not signed (RFC 6101
/// §5.6.3).
struct ServerFortezzaParams {
  KeaValue r_s{};  ///< R of the server; the number 1 if it takes no part (KEA's e-mail form)
};

template <wire::Is<ServerFortezzaParams> T, class Io>
void layout(T& m, Io& io) {
  io.field("r_s", m.r_s);
}

/// FortezzaKeys is the whole body of a ClientKeyExchange (RFC 6101 §5.6.7.2).
struct FortezzaKeys {
  Bytes y_c;  ///< Y of the client; empty if its certificate has it
  KeaValue r_c{};
  RawDsaSignature y_signature{};  ///< of y_c, by a certificate that can only sign; else zeros
  WrappedKey wrapped_client_write_key{};
  WrappedKey wrapped_server_write_key{};
  FortezzaIv client_write_iv{};
  FortezzaIv server_write_iv{};
  FortezzaIv master_secret_iv{};
  std::array<std::uint8_t, kEncryptedPreMasterSecretSize> encrypted_pre_master_secret{};
};

template <wire::Is<FortezzaKeys> T, class Io>
void layout(T& m, Io& io) {
  io.template opaque<0, kKeaValueSize>("y_c", m.y_c);
  io.field("r_c", m.r_c);
  io.field("y_signature", m.y_signature);
  io.field("wrapped_client_write_key", m.wrapped_client_write_key);
  io.field("wrapped_server_write_key", m.wrapped_server_write_key);
  io.field("client_write_iv", m.client_write_iv);
  io.field("server_write_iv", m.server_write_iv);
  io.field("master_secret_iv", m.master_secret_iv);
  io.field("encrypted_pre_master_secret", m.encrypted_pre_master_secret);
}

/// decode_fortezza_keys reads the body of a ClientKeyExchange. message_malformed with the field as
/// detail, also for a y_c of 1 to 63 bytes. Whether y_c may be empty or present depends on the
/// client's certificate and is not looked at.
[[nodiscard]] Result<FortezzaKeys> decode_fortezza_keys(ByteView body);

}  // namespace heirloom::message

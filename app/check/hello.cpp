#include "check/hello.hpp"

#include <initializer_list>
#include <span>

namespace heirloom::app {

namespace {

constexpr std::uint16_t kRenegotiationSignal = 0x00ff;
constexpr std::uint16_t kFallbackSignal = 0x5600;

using Bytes = std::vector<std::uint8_t>;

void put8(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value & 0xffU));
}

void put16(Bytes& out, std::size_t value) {
  put8(out, value >> 8U);
  put8(out, value);
}

void put(Bytes& out, std::span<const std::uint8_t> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void put_extension(Bytes& out, std::uint16_t type, const Bytes& body) {
  put16(out, type);
  put16(out, body.size());
  put(out, body);
}

/// list16 gives numbers of two bytes behind their length of two bytes.
Bytes list16(std::initializer_list<std::uint16_t> numbers) {
  Bytes out;
  put16(out, numbers.size() * 2);
  for (const std::uint16_t number : numbers) {
    put16(out, number);
  }
  return out;
}

Bytes server_name(const std::string& name) {
  Bytes out;
  put16(out, name.size() + 3);
  put8(out, 0);  // host_name
  put16(out, name.size());
  out.insert(out.end(), name.begin(), name.end());
  return out;
}

/// put_tls13 puts what makes a hello one of TLS 1.3. Any 32 bytes are a share of X25519; the secret
/// is never needed (RFC 7748 §5).
void put_tls13(Bytes& out, const HelloRandom& random) {
  put_extension(out, 43, {2, 0x03, 0x04});  // supported_versions
  put_extension(out, 45, {1, 1});           // psk_key_exchange_modes: psk_dhe_ke
  Bytes share;
  put16(share, 36);
  put16(share, 29);
  put16(share, 32);
  put(share, random.key_share);
  put_extension(out, 51, share);
}

bool has_extensions(const HelloOffer& offer) {
  return offer.version != CheckVersion::ssl30 && offer.extensions == HelloOffer::Signal::on;
}

Bytes extensions(const HelloOffer& offer, const HelloRandom& random) {
  Bytes out;
  if (!offer.server_name.empty()) {
    put_extension(out, 0, server_name(offer.server_name));
  }
  if (offer.renegotiation == HelloOffer::Signal::on) {
    put_extension(out, 0xff01, {0});
  }
  // x25519, the curves of NIST from the largest deployed down, secp256k1
  put_extension(out, 10, list16({29, 23, 24, 25, 21, 19, 22}));
  put_extension(out, 11, {1, 0});  // ec_point_formats: uncompressed
  if (offer.version >= CheckVersion::tls12) {
    put_extension(out,
                  13,
                  list16({0x0403,
                          0x0503,
                          0x0603,
                          0x0804,
                          0x0805,
                          0x0806,
                          0x0807,
                          0x0401,
                          0x0501,
                          0x0601,
                          0x0402,
                          0x0203,
                          0x0201,
                          0x0202,
                          0x0101}));
  }
  if (offer.version == CheckVersion::tls13) {
    put_tls13(out, random);
  }
  return out;
}

Bytes suites(const HelloOffer& offer) {
  Bytes out;
  for (const std::uint16_t suite : offer.suites) {
    put16(out, suite);
  }
  if (!has_extensions(offer) && offer.renegotiation == HelloOffer::Signal::on) {
    put16(out, kRenegotiationSignal);
  }
  if (offer.fallback == HelloOffer::Signal::on) {
    put16(out, kFallbackSignal);
  }
  return out;
}

Bytes body(const HelloOffer& offer, const HelloRandom& random) {
  const bool is_tls13 = offer.version == CheckVersion::tls13;
  Bytes out;
  // RFC 8446 §4.1.2: the old field stays at TLS 1.2.
  put16(out, is_tls13 ? row(CheckVersion::tls12).number : row(offer.version).number);
  put(out, random.random);
  if (is_tls13) {
    put8(out, random.session_id.size());
    put(out, random.session_id);
  } else {
    put8(out, 0);
  }
  const Bytes numbers = suites(offer);
  put16(out, numbers.size());
  put(out, numbers);
  put8(out, offer.compressions.size());
  put(out, offer.compressions);
  if (has_extensions(offer)) {
    const Bytes block = extensions(offer, random);
    put16(out, block.size());
    put(out, block);
  }
  return out;
}

}  // namespace

std::vector<std::uint8_t> encode_hello(const HelloOffer& offer, const HelloRandom& random) {
  const Bytes message = body(offer, random);
  Bytes out = {22, 3};  // handshake
  // RFC 5246 E.1: servers of every age take a record of TLS 1.0; RFC 6101 has its own.
  put8(out, offer.version == CheckVersion::ssl30 ? 0 : 1);
  put16(out, message.size() + 4);
  put8(out, 1);  // client_hello
  put8(out, message.size() >> 16U);
  put16(out, message.size());
  put(out, message);
  return out;
}

}  // namespace heirloom::app

// What the fields of handshake messages mean.
#include "heirloom/certificate.hpp"
#include "heirloom/cipher_suite.hpp"
#include "heirloom/named_curve.hpp"

#include "common/describe.hpp"
#include "common/output.hpp"
#include "demo/words.hpp"

#include <array>
#include <ctime>

namespace heirloom::app::demo {

namespace {

std::string version_meaning(ByteView bytes) {
  return format_version(static_cast<ProtocolVersion>(number_of(bytes)));
}

/// random_meaning reads gmt_unix_time (RFC 6101 §5.6.1.2, RFC 2246 §7.4.1.2).
std::string random_meaning(ByteView bytes, std::string_view name) {
  const auto seconds = static_cast<std::time_t>(number_of(bytes.first(4)));
  std::tm parts{};
  std::array<char, 32> date{};
  if (::gmtime_r(&seconds, &parts) != nullptr) {
    static_cast<void>(std::strftime(date.data(), date.size(), "%Y-%m-%d %H:%M:%S", &parts));
  }
  return std::string(name) + ": the time, " + date.data() + " UTC, and 28 random bytes";
}

std::string suite_meaning(ByteView bytes, const Scene& scene) {
  const auto id = static_cast<std::uint16_t>(number_of(bytes));
  if (id == 0x00FF) {
    return "no suite, but the signal of RFC 5746: no renegotiation without proof";
  }
  if (id == 0x5600) {
    return "no suite, but the signal of RFC 7507: this is a fallback";
  }
  const CipherSuite* const suite = find_cipher_suite(id);
  return suite == nullptr ? format_hex16(id) : cipher_suite_name(*suite, scene.version);
}

std::string extension_type_meaning(ByteView bytes) {
  switch (number_of(bytes)) {
    case 0:
      return "server_name, RFC 6066 §3";
    case 10:
      return "elliptic_curves, RFC 4492 §5.1.1";
    case 11:
      return "ec_point_formats, RFC 4492 §5.1.2";
    case 0xFF01:
      return "renegotiation_info, RFC 5746 §3.2";
    default:
      return "another extension";
  }
}

/// curves_meaning reads a list of curves behind its length.
std::string curves_meaning(ByteView bytes) {
  std::string names;
  for (std::size_t at = 2; at + 2 <= bytes.size(); at += 2) {
    names += names.empty() ? "" : ", ";
    names += to_string(static_cast<NamedCurve>(number_of(bytes.subspan(at, 2))));
  }
  return names + ", preferred first";
}

std::string certificate_meaning(ByteView der) {
  const auto certificate = describe_certificate(der);
  if (!certificate) {
    return "a certificate";
  }
  return "subject " + escape_text(certificate->subject) + ", issuer " +
         escape_text(certificate->issuer) + ", " +
         std::string(to_string(certificate->key_algorithm)) + " key of " +
         std::to_string(certificate->key_bits) + " bits, " + certificate->signature_algorithm +
         ", " + format_fingerprint(certificate->sha256_fingerprint);
}

std::string session_meaning(HandshakeType type) {
  return type == HandshakeType::client_hello
             ? "the session that the client would like to resume"
             : "under this name the server keeps the session; the client's own if it is resumed";
}

bool is_element_of(std::string_view name, std::string_view list) {
  return name.starts_with(list) && name.size() > list.size() && name[list.size()] == '[';
}

std::string length_meaning(ByteView bytes) {
  const auto count = number_of(bytes);
  return count == 1 ? "1 byte follows" : std::to_string(count) + " bytes follow";
}

std::string hello_meaning(HandshakeType type,
                          std::string_view name,
                          ByteView bytes,
                          const Scene& scene) {
  if (name == "client_version") {
    return version_meaning(bytes) + ", the highest that the client offers";
  }
  if (name == "server_version") {
    return version_meaning(bytes) + ", the version of this connection";
  }
  if (name == "random") {
    return random_meaning(bytes,
                          type == HandshakeType::client_hello ? "client_random" : "server_random");
  }
  if (name == "session_id") {
    return session_meaning(type);
  }
  if (is_element_of(name, "cipher_suites")) {
    return suite_meaning(bytes, scene);
  }
  if (name == "cipher_suite") {
    return suite_meaning(bytes, scene) + ", the suite of this connection";
  }
  if (is_element_of(name, "compression_methods") || name == "compression_method") {
    return bytes[0] == 0 ? "null: no compression" : "a compression method";
  }
  return name.ends_with(" type") ? extension_type_meaning(bytes) : "its content";
}

/// fortezza_meaning: RFC 6101 §5.6.3, §5.6.7.2.
std::string fortezza_meaning(std::string_view name) {
  if (name == "r_s") {
    return "the server's value for this connection, g^r mod p";
  }
  if (name == "y_c") {
    return "the client's lasting value, g^x mod p; made for this connection too, as no "
           "certificate has one";
  }
  if (name == "r_c") {
    return "the client's value for this connection";
  }
  if (name == "y_signature") {
    return "of y_c, by a certificate that can only sign; there is none, so zeros";
  }
  if (name.starts_with("wrapped_")) {
    return "a MEK under the TEK: its ten bytes, and two by which the receiver knows that they are "
           "right";
  }
  if (name.ends_with("_iv")) {
    return "the last eight bytes are the IV; before them a card had what let the government read "
           "along (LEAF), and we have what Netscape's programs wrote instead";
  }
  return "48 bytes in CBC with SKIPJACK under the TEK";
}

/// key_exchange_meaning: the fields of key_exchange_fields.hpp.
std::string key_exchange_meaning(std::string_view name, ByteView bytes, const Scene& scene) {
  if (scene.suite->key_exchange == KeyExchangeKind::fortezza_kea) {
    return fortezza_meaning(name);
  }
  if (name == "encrypted_pre_master_secret") {
    return "PKCS #1 block type 2 under the server's RSA key";
  }
  if (name == "rsa_modulus") {
    return "a temporary key of " + std::to_string(bytes.size() * 8) +
           " bits, which the suite allows";
  }
  if (name == "rsa_exponent") {
    return "its exponent, " + std::to_string(number_of(bytes));
  }
  if (name == "dh_p") {
    return "the prime, " + std::to_string(bytes.size() * 8) + " bits";
  }
  if (name == "dh_g") {
    return "the generator";
  }
  if (name == "curve_type") {
    return bytes[0] == 3 ? "named_curve" : "a curve in full";
  }
  if (name == "namedcurve") {
    return std::string(to_string(static_cast<NamedCurve>(number_of(bytes))));
  }
  if (name == "dh_Ys" || name == "public") {
    return "the server's public value";
  }
  if (name == "dh_Yc" || name == "ecdh_Yc") {
    return "the client's public value";
  }
  if (name == "signature") {
    const auto key = info(scene.suite->key_exchange).certificate_key;
    return "by the certificate's " + std::string(to_string(key)) +
           " key, over client_random, server_random and the parameters";
  }
  return "its content";
}

}  // namespace

std::string meaning_of_extension(std::uint64_t type, ByteView data) {
  constexpr std::size_t kBeforeName = 5;  // list length, name_type, name length
  switch (type) {
    case 0: {
      if (data.size() <= kBeforeName) {
        break;
      }
      const ByteView name = data.subspan(kBeforeName);
      return "host_name \"" +
             escape_text({reinterpret_cast<const char*>(name.data()), name.size()}) + "\"";
    }
    case 10:
      return curves_meaning(data);
    case 11:
      return "points are sent uncompressed";
    case 0xFF01:
      return "no earlier handshake on this connection";
    default:
      break;
  }
  return "its content";
}

std::string meaning_of_field(HandshakeType type,
                             std::string_view name,
                             ByteView bytes,
                             const Scene& scene) {
  if (name == "msg_type") {
    return std::string(to_string(type));
  }
  if (name == "length" || name.ends_with(" length")) {
    return length_meaning(bytes);
  }
  switch (type) {
    case HandshakeType::client_hello:
    case HandshakeType::server_hello:
      return hello_meaning(type, name, bytes, scene);
    case HandshakeType::certificate:
      return certificate_meaning(bytes);
    case HandshakeType::client_key_exchange:
    case HandshakeType::server_key_exchange:
      return key_exchange_meaning(name, bytes, scene);
    case HandshakeType::finished:
      return "as derived above";
    case HandshakeType::hello_request:
    case HandshakeType::new_session_ticket:
    case HandshakeType::certificate_request:
    case HandshakeType::server_hello_done:
    case HandshakeType::certificate_verify:
    case HandshakeType::certificate_status:
      break;
  }
  return "its content";
}

}  // namespace heirloom::app::demo

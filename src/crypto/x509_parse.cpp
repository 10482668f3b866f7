#include "crypto/x509_parse.hpp"

#include "base/try.hpp"
#include "crypto/fortezza_certificate.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include <openssl/objects.h>

namespace heirloom::crypto {

namespace {

/// d2i functions take long lengths.
bool fits_long(ByteView der) {
  return std::in_range<long>(der.size());
}

bool is_forbidden_ascii(unsigned char byte) {
  return byte < 0x20 || byte == 0x7f;
}

/// forbidden_sequence is the length of the UTF-8 sequence at the start of `text` if that is a C1
/// control character (U+0080 to U+009F, among them a terminal's CSI) or reorders text (U+200E,
/// U+200F, U+2028 to U+202E, U+2066 to U+2069); else 0.
std::size_t forbidden_sequence(std::string_view text) {
  const auto at = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  if (at(0) == 0xc2 && at(1) >= 0x80 && at(1) <= 0x9f) {
    return 2;
  }
  const bool is_general_punctuation = at(0) == 0xe2 && (at(1) == 0x80 || at(1) == 0x81);
  if (!is_general_punctuation) {
    return 0;
  }
  const unsigned last = at(2);
  const bool reorders = at(1) == 0x80
                            ? last == 0x8e || last == 0x8f || (last >= 0xa8 && last <= 0xae)
                            : last >= 0xa6 && last <= 0xa9;
  return reorders ? 3 : 0;
}

/// algorithm_of_number goes by libcrypto's number of a key's object identifier.
PublicKeyAlgorithm algorithm_of_number(int number) {
  switch (number) {
    case NID_rsaEncryption:
    case NID_rsa:
      return PublicKeyAlgorithm::rsa;
    case NID_dsa:
    case NID_dsa_2:
      return PublicKeyAlgorithm::dsa;
    case NID_dhKeyAgreement:
    case NID_dhpublicnumber:
      return PublicKeyAlgorithm::dh;
    case NID_X9_62_id_ecPublicKey:
      return PublicKeyAlgorithm::ec;
    default:
      return PublicKeyAlgorithm::other;
  }
}

/// kStandIn is a SubjectPublicKeyInfo of Ed25519 (RFC 8410 §4), of which libcrypto wants nothing
/// but 32 bytes. They are a text, so nobody has made them from a private key.
constexpr std::array<std::uint8_t, 44> kStandIn{
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,  // header
    's',  't',  'a',  'n',  'd',  's',  ' ',  'i',  'n',  ' ',  'f',  'o',  'r', ' ', 'a', ' ',
    'k',  'e',  'y',  ' ',  'o',  'f',  ' ',  'F',  'O',  'R',  'T',  'E',  'Z', 'Z', 'A', '.'};
constexpr std::size_t kStandInHeader = 12;

bool is_stand_in(ByteView bits) {
  return std::ranges::equal(bits, ByteView(kStandIn).subspan(kStandInHeader));
}

void append_escaped(std::string& out, std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('\\');
    out.push_back(kDigits[byte >> 4U]);
    out.push_back(kDigits[byte & 0x0fU]);
  }
}

}  // namespace

Result<X509Pointer> parse_x509(ByteView der) {
  const ErrorQueueGuard guard;
  X509* raw = X509_new_ex(library_context(), nullptr);
  if (raw == nullptr || !fits_long(der)) {
    X509_free(raw);
    return Cause::certificate_malformed;
  }
  const unsigned char* at = der.data();
  // On failure d2i_X509 frees the object and clears the pointer.
  if (d2i_X509(&raw, &at, static_cast<long>(der.size())) == nullptr) {
    return Error(Cause::certificate_malformed, last_reason());
  }
  X509Pointer certificate(raw);
  if (at != der.data() + der.size()) {
    return Error(Cause::certificate_malformed, "bytes follow the certificate");
  }
  return certificate;
}

Result<X509Pointer> parse_for_path(ByteView der) {
  HEIRLOOM_TRY(X509Pointer certificate, parse_x509(der));
  if (key_algorithm_of(certificate.get()) != PublicKeyAlgorithm::kea) {
    return certificate;
  }
  const ErrorQueueGuard guard;
  // It is decoded into the certificate's own object; the encoding that the signature is verified
  // over is kept elsewhere. Otherwise out of memory: the object would be gone.
  X509_PUBKEY* key = X509_get_X509_PUBKEY(certificate.get());
  const unsigned char* at = kStandIn.data();
  HEIRLOOM_EXPECT(d2i_X509_PUBKEY(&key, &at, static_cast<long>(kStandIn.size())) != nullptr);
  return certificate;
}

CrlPointer parse_crl(ByteView der) {
  const ErrorQueueGuard guard;
  X509_CRL* raw = X509_CRL_new_ex(library_context(), nullptr);
  if (raw == nullptr || !fits_long(der)) {
    X509_CRL_free(raw);
    return nullptr;
  }
  const unsigned char* at = der.data();
  return CrlPointer(d2i_X509_CRL(&raw, &at, static_cast<long>(der.size())));
}

CertificateDer x509_der(const X509* certificate) {
  const ErrorQueueGuard guard;
  unsigned char* raw = nullptr;
  const int size = i2d_X509(certificate, &raw);
  if (size <= 0) {
    return {};
  }
  const std::unique_ptr<unsigned char, OpensslFree> owner(raw);
  return {raw, raw + size};
}

PublicKeyAlgorithm public_key_algorithm(const X509_PUBKEY* key) {
  ASN1_OBJECT* algorithm = nullptr;
  const unsigned char* bits = nullptr;
  int size = 0;
  if (key == nullptr || X509_PUBKEY_get0_param(&algorithm, &bits, &size, nullptr, key) != 1) {
    return PublicKeyAlgorithm::other;
  }
  if (is_kea_algorithm(algorithm) || is_stand_in({bits, static_cast<std::size_t>(size)})) {
    return PublicKeyAlgorithm::kea;
  }
  return algorithm_of_number(OBJ_obj2nid(algorithm));
}

PublicKeyAlgorithm key_algorithm_of(const X509* certificate) {
  return public_key_algorithm(X509_get_X509_PUBKEY(certificate));
}

PublicKeyAlgorithm signing_algorithm(int number) {
  const ErrorQueueGuard guard;
  int key = NID_undef;
  if (OBJ_find_sigid_algs(number, nullptr, &key) != 1) {
    return PublicKeyAlgorithm::other;
  }
  // RSASSA-PSS has a number of its own as a kind of key; it signs with an RSA key.
  return key == NID_rsassaPss ? PublicKeyAlgorithm::rsa : algorithm_of_number(key);
}

PublicKeyAlgorithm signing_algorithm_of(const X509* certificate) {
  return signing_algorithm(X509_get_signature_nid(certificate));
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t length =
        is_forbidden_ascii(static_cast<unsigned char>(text.front())) ? 1 : forbidden_sequence(text);
    if (length == 0) {
      out.push_back(text.front());
      length = 1;
    } else {
      append_escaped(out, text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string name_text(const X509_NAME* name) {
  const ErrorQueueGuard guard;
  // RFC 2253, but letters outside ASCII stay readable instead of becoming backslashes.
  constexpr unsigned long kStyle =
      XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  for (const unsigned long style : {kStyle, kStyle | ASN1_STRFLGS_DUMP_ALL}) {
    const MemoryReader writer(BIO_new(BIO_s_mem()));
    if (writer == nullptr || X509_NAME_print_ex(writer.get(), name, 0, style) < 0) {
      continue;  // a string that cannot be converted: show its bytes
    }
    char* text = nullptr;
    const long size = BIO_get_mem_data(writer.get(), &text);
    return printable({text, static_cast<std::size_t>(size)});
  }
  return {};
}

std::optional<std::chrono::system_clock::time_point> time_point_of(const ASN1_TIME* time) {
  const ErrorQueueGuard guard;
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
    return std::nullopt;
  }
  using std::chrono::system_clock;
  const auto day = std::chrono::sys_days(
      std::chrono::year_month_day(std::chrono::year(parts.tm_year + 1900),
                                  std::chrono::month(static_cast<unsigned>(parts.tm_mon) + 1),
                                  std::chrono::day(static_cast<unsigned>(parts.tm_mday))));
  const auto seconds = day.time_since_epoch() + std::chrono::hours(parts.tm_hour) +
                       std::chrono::minutes(parts.tm_min) + std::chrono::seconds(parts.tm_sec);
  // system_clock counts nanoseconds in 64 bits; years such as 9999 do not fit.
  constexpr auto kFirst =
      std::chrono::ceil<std::chrono::seconds>(system_clock::time_point::min().time_since_epoch());
  constexpr auto kLast =
      std::chrono::floor<std::chrono::seconds>(system_clock::time_point::max().time_since_epoch());
  const auto clamped = std::clamp(std::chrono::seconds(seconds), kFirst, kLast);
  return system_clock::time_point(clamped);
}

}  // namespace heirloom::crypto

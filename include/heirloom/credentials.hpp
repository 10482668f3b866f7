// Credentials: a certificate chain and the private key behind its first certificate.
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/export.hpp"
#include "heirloom/pending.hpp"
#include "heirloom/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom {

/// PrivateKeyResult is what a private-key operation gives: bytes, or an error (private_key_failed
/// unless the operation says otherwise).
using PrivateKeyResult = Result<std::vector<std::uint8_t>>;

/// PrivateKey does the operations that these versions need: RSA keys decrypt and sign, DSA and EC
/// keys sign, Diffie-Hellman and KEA keys agree. What a key cannot do fails with
/// private_key_failed. An implementation may keep the key in a module or on another machine and
/// answer pending. One object may serve many connections on many threads.
class HEIRLOOM_EXPORT PrivateKey {
 public:
  PrivateKey() = default;
  PrivateKey(const PrivateKey&) = delete;
  PrivateKey& operator=(const PrivateKey&) = delete;
  virtual ~PrivateKey() = default;

  [[nodiscard]] virtual PublicKeyAlgorithm algorithm() const noexcept = 0;

  /// size is the length in bytes of the modulus (RSA), of the prime (DSA, Diffie-Hellman, KEA) or
  /// of a coordinate (EC).
  [[nodiscard]] virtual std::size_t size() const noexcept = 0;

  /// decrypt_raw computes ciphertext^d mod n and returns it with all its leading zeros.
  /// Security: the padding is looked at by the caller, in constant time. An implementation must not
  /// look at it, or it becomes Bleichenbacher's oracle (drift D119, RFC 2246 §7.4.7.1).
  [[nodiscard]] virtual Pending<PrivateKeyResult> decrypt_raw(
      std::span<const std::uint8_t> ciphertext) = 0;

  /// sign makes a signature over `digest` as it stands. RSA: the 36 bytes of MD5 and SHA in a
  /// PKCS#1 block type 1 without DigestInfo, as long as the modulus (RFC 2246 §4.7). DSA and ECDSA:
  /// the 20 bytes of SHA; the result is DER, a SEQUENCE of r and s (RFC 2246 §4.7, RFC 4492 §5.4).
  [[nodiscard]] virtual Pending<PrivateKeyResult> sign(std::span<const std::uint8_t> digest) = 0;

  /// agree computes Z = peer_public^x mod p and returns it with all its leading zeros: fixed
  /// Diffie-Hellman (RFC 2246 §7.4.7.2, §8.1.2), and each of the powers of KEA that take x; these
  /// are 128 bytes (RFC 6101 §5.6.7.2). key_exchange_malformed if the peer's value is not
  /// usable in the key's group (1 < Y < p - 1, and Y^q = 1 where the order q is known); an
  /// implementation must look, for a value of small order gives a part of x away. Unless
  /// overridden: private_key_failed.
  [[nodiscard]] virtual Pending<PrivateKeyResult> agree(std::span<const std::uint8_t> peer_public);
};

/// Credentials are shared by connections and never change.
struct Credentials {
  CertificateChain chain;  ///< sent byte for byte, own certificate first
  std::shared_ptr<PrivateKey> key;
  /// ocsp_response is a DER OCSPResponse about the first certificate, or empty. A server shows it
  /// to TLS 1.0 clients that ask (RFC 6066 §8), as it stands: whoever fills it in keeps it up to
  /// date.
  std::vector<std::uint8_t> ocsp_response = {};

  [[nodiscard]] bool empty() const noexcept { return chain.empty() || key == nullptr; }
};

/// parse_private_key reads an RSA, DSA, EC or Diffie-Hellman key in PEM form (the traditional one
/// of its kind or PKCS#8), unencrypted or encrypted with the given passphrase. Old ciphers (DES,
/// RC2) need libcrypto's legacy provider. config_invalid, with the reason as detail.
[[nodiscard]] HEIRLOOM_EXPORT Result<std::shared_ptr<PrivateKey>> parse_private_key(
    std::string_view pem, std::string_view passphrase = {});

/// make_credentials checks that the key belongs to the first certificate; config_invalid if not.
/// For a certificate with a KEA key (RFC 3279 §2.3.4) it is one of Diffie-Hellman with an order, or
/// of DSA, and what is returned has it as KEA's: put it together in no other way. A certificate
/// that libcrypto refuses (a serial number or a date that is no good DER) will do, if a key is
/// found in it: it is for peers that have pinned it.
[[nodiscard]] HEIRLOOM_EXPORT Result<Credentials> make_credentials(CertificateChain chain,
                                                                   std::shared_ptr<PrivateKey> key);

/// load_credentials reads both from PEM files. The error's detail names the file and the reason.
[[nodiscard]] HEIRLOOM_EXPORT Result<Credentials> load_credentials(
    const std::string& chain_file, const std::string& key_file, std::string_view passphrase = {});

/// load_ocsp_response reads a file for Credentials::ocsp_response: DER, as `openssl ocsp -respout`
/// writes it. file_unreadable; config_invalid if it is no response, or one that says no status.
[[nodiscard]] HEIRLOOM_EXPORT Result<std::vector<std::uint8_t>> load_ocsp_response(
    const std::string& file);

/// check_own_response asks of Credentials::ocsp_response what a client will: is it about the first
/// certificate, is it of `now`, does it say good? certificate_status_invalid or
/// certificate_revoked, with the reason as detail. Who signed it is not looked at. Nothing is wrong
/// with none.
[[nodiscard]] HEIRLOOM_EXPORT Result<void> check_own_response(
    const Credentials& credentials, std::chrono::system_clock::time_point now);

}  // namespace heirloom

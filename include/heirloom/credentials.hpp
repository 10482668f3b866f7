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

/// PrivateKeyResult is what a private-key operation gives: bytes of the modulus' size, or
/// private_key_failed.
using PrivateKeyResult = Result<std::vector<std::uint8_t>>;

/// PrivateKey does the two operations that these versions need. An implementation may keep the key
/// in a module or on another machine and answer pending. One object may serve many connections on
/// many threads.
class HEIRLOOM_EXPORT PrivateKey {
 public:
  PrivateKey() = default;
  PrivateKey(const PrivateKey&) = delete;
  PrivateKey& operator=(const PrivateKey&) = delete;
  virtual ~PrivateKey() = default;

  [[nodiscard]] virtual PublicKeyAlgorithm algorithm() const noexcept = 0;

  /// size is the length of the modulus in bytes.
  [[nodiscard]] virtual std::size_t size() const noexcept = 0;

  /// decrypt_raw computes ciphertext^d mod n and returns it with all its leading zeros.
  /// Security: the padding is looked at by the caller, in constant time. An implementation must not
  /// look at it, or it becomes Bleichenbacher's oracle (drift D119, RFC 2246 §7.4.7.1).
  [[nodiscard]] virtual Pending<PrivateKeyResult> decrypt_raw(
      std::span<const std::uint8_t> ciphertext) = 0;

  /// sign makes a PKCS#1 block type 1 signature over `digest` as it stands, without DigestInfo
  /// (RFC 2246 §4.7: for RSA the 36 bytes of MD5 and SHA).
  [[nodiscard]] virtual Pending<PrivateKeyResult> sign(std::span<const std::uint8_t> digest) = 0;
};

/// Credentials are shared by connections and never change.
struct Credentials {
  CertificateChain chain;  ///< sent byte for byte, own certificate first
  std::shared_ptr<PrivateKey> key;

  [[nodiscard]] bool empty() const noexcept { return chain.empty() || key == nullptr; }
};

/// parse_private_key reads an unencrypted PEM key (PKCS#1 or PKCS#8), or one encrypted with the
/// given passphrase.
[[nodiscard]] HEIRLOOM_EXPORT Result<std::shared_ptr<PrivateKey>> parse_private_key(
    std::string_view pem, std::string_view passphrase = {});

/// make_credentials checks that the key belongs to the first certificate; config_invalid if not.
[[nodiscard]] HEIRLOOM_EXPORT Result<Credentials> make_credentials(CertificateChain chain,
                                                                   std::shared_ptr<PrivateKey> key);

/// load_credentials reads both from PEM files. The error's detail names the file and the reason.
[[nodiscard]] HEIRLOOM_EXPORT Result<Credentials> load_credentials(
    const std::string& chain_file, const std::string& key_file, std::string_view passphrase = {});

}  // namespace heirloom

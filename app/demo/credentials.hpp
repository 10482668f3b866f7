// The demonstration's certificates: made when a suite first needs one, kept in memory, gone when it
// ends.
#pragma once

#include "heirloom/cipher_suite.hpp"
#include "heirloom/credentials.hpp"
#include "heirloom/temporary_keys.hpp"

#include <memory>

namespace heirloom::app::demo {

/// Wardrobe makes what `heirloom ca` makes, with the sizes that the boxes of the time had. Its
/// members throw std::runtime_error if libcrypto cannot, which nothing outside this process can
/// cause.
class Wardrobe {
 public:
  Wardrobe();
  Wardrobe(const Wardrobe&) = delete;
  Wardrobe& operator=(const Wardrobe&) = delete;
  ~Wardrobe();

  /// credentials_for is a certificate that the suite goes with: RSA and DSA keys of 1024 bits and
  /// EC keys on P-256 sign themselves, Diffie-Hellman keys of 1024 bits, or 512 for export, and KEA
  /// keys are signed by one of these. Empty for an anonymous suite. The same for suites of one
  /// kind.
  [[nodiscard]] const Credentials& credentials_for(const CipherSuite& suite);

  /// temporary_rsa_keys are shared by all suites with RSA.
  [[nodiscard]] std::shared_ptr<TemporaryRsaKeys> temporary_rsa_keys() const;

 private:
  class Closet;

  std::unique_ptr<Closet> closet_;
};

}  // namespace heirloom::app::demo

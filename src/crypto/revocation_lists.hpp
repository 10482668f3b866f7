// RevocationLists: the CRLs that a verifier was given (RFC 2459 §5), and why one of them is not
// used.
#pragma once

#include "heirloom/certificate_rules.hpp"

#include "base/bytes.hpp"
#include "crypto/library.hpp"

#include <span>
#include <string>
#include <vector>

namespace heirloom::crypto {

class RevocationLists {
 public:
  /// A list that cannot be read is missed when its authority's certificates come; so is one that is
  /// signed with a hash that certificates may not be signed with either.
  RevocationLists(std::span<const Bytes> ders, SignatureHash weakest_hash);

  /// add_to gives libcrypto those that can be used.
  void add_to(X509_STORE* store) const;

  /// why_missing says what is wrong with a list of that issuer: "is signed with MD5, …". Empty if
  /// there is none.
  [[nodiscard]] std::string why_missing(const X509_NAME* issuer) const;

 private:
  std::vector<CrlPointer> usable_;
  std::vector<CrlPointer> too_weak_;
  SignatureHash weakest_hash_;
};

}  // namespace heirloom::crypto

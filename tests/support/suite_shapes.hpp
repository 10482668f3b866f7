// What the record layer sees of a suite: cipher and MAC. Most suites differ from another in their
// key exchange only, so tests of records take one suite of each kind, and vectors name cipher and
// MAC.
#pragma once

#include "heirloom/cipher_suite.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::testing {

/// bulk_cipher_named finds a cipher by its name in suites; it throws if there is none.
inline BulkCipher bulk_cipher_named(std::string_view name) {
  const auto rows = bulk_ciphers();
  const auto row = std::ranges::find(rows, name, &BulkCipherInfo::name);
  if (row == rows.end()) {
    throw std::invalid_argument("no such cipher: " + std::string(name));
  }
  return row->cipher;
}

/// suite_of_shape is a suite with RSA key exchange that need not be in the table.
inline CipherSuite suite_of_shape(std::string_view cipher,
                                  std::string_view hash,
                                  std::uint16_t export_limit_bits = 0) {
  CipherSuite suite{};
  suite.key_exchange = KeyExchangeKind::rsa;
  suite.bulk = bulk_cipher_named(cipher);
  suite.mac = hash == info(MacAlgorithm::md5).name ? MacAlgorithm::md5 : MacAlgorithm::sha;
  suite.export_limit_bits = export_limit_bits;
  suite.versions = {.ssl30 = true, .tls10 = true};
  return suite;
}

/// suites_by_shape is the first suite of the table with each cipher, MAC and set of versions.
inline std::vector<const CipherSuite*> suites_by_shape() {
  std::vector<const CipherSuite*> first;
  for (const CipherSuite& suite : cipher_suites()) {
    const bool is_new = std::ranges::none_of(first, [&](const CipherSuite* other) {
      return other->bulk == suite.bulk && other->mac == suite.mac &&
             other->versions == suite.versions;
    });
    if (is_new) {
      first.push_back(&suite);
    }
  }
  return first;
}

}  // namespace heirloom::testing

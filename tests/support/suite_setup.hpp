// What each suite needs at both ends: certificates of the right kind, and a policy that allows it.
//
// All of it follows from the row of the suite, so a new row of known parts is served without a line
// here. Signatures and temporary keys are the same whenever the same is signed, so a conversation
// stays a function of its seeds with DSA and ECDSA too.
#pragma once

#include "support/pair.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace heirloom::testing {

/// TestIdentity is a certificate of tests/vectors/certificates.
struct TestIdentity {
  std::string name;      ///< empty: none, the suite is anonymous
  std::size_t bits = 0;  ///< of its key
};

/// server_identity is what a server serves the suite with. For export suites with RSA it is longer
/// than the limit, so that a temporary key is signed.
[[nodiscard]] TestIdentity server_identity(const CipherSuite& suite);

/// client_identities are certificates of every kind that a client can show to that server.
[[nodiscard]] std::vector<TestIdentity> client_identities(const CipherSuite& suite);

/// steady_credentials is pki_credentials, loaded once, with a key that repeats its signatures.
[[nodiscard]] Credentials steady_credentials(const std::string& name);

/// steady_temporary_keys makes one key of each size and keeps it.
[[nodiscard]] std::shared_ptr<TemporaryRsaKeys> steady_temporary_keys();

/// allowing_policy is the default policy with exactly what the suite needs on top, for that version
/// and suite alone.
[[nodiscard]] Policy allowing_policy(Combination combination);

/// client_options and server_options that fit each other at that version and suite, and nothing
/// else.
[[nodiscard]] ClientOptions client_options(Combination combination, std::uint64_t seed = 1);
[[nodiscard]] ServerOptions server_options(Combination combination, std::uint64_t seed = 2);

/// combinations is every suite that the version has.
[[nodiscard]] std::vector<Combination> combinations(ProtocolVersion version);

/// representatives are suites of a version that together have every key exchange and every cipher
/// with each of its MACs: for what depends on no pair of them.
[[nodiscard]] std::vector<Combination> representatives(ProtocolVersion version);

/// name_of is "TLS10_RSA_WITH_RC4_128_MD5".
[[nodiscard]] std::string name_of(Combination combination);

}  // namespace heirloom::testing

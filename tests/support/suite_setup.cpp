#include "support/suite_setup.hpp"

#include "support/suite_shapes.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <utility>

namespace heirloom::testing {

namespace {

/// RepeatingKey answers what it has signed before with the same signature.
class RepeatingKey final : public PrivateKey {
 public:
  explicit RepeatingKey(std::shared_ptr<PrivateKey> key) : key_(std::move(key)) {}

  [[nodiscard]] PublicKeyAlgorithm algorithm() const noexcept override { return key_->algorithm(); }

  [[nodiscard]] std::size_t size() const noexcept override { return key_->size(); }

  Pending<PrivateKeyResult> decrypt_raw(std::span<const std::uint8_t> ciphertext) override {
    return key_->decrypt_raw(ciphertext);
  }

  Pending<PrivateKeyResult> agree(std::span<const std::uint8_t> peer_public) override {
    return key_->agree(peer_public);
  }

  Pending<PrivateKeyResult> sign(std::span<const std::uint8_t> digest) override {
    const std::lock_guard lock(mutex_);
    const auto known = signatures_.find(to_bytes(digest));
    if (known != signatures_.end()) {
      return PrivateKeyResult(known->second);
    }
    auto made = key_->sign(digest);
    if (made.answer().has_value()) {
      signatures_.emplace(to_bytes(digest), *made.answer());
    }
    return made;
  }

 private:
  std::shared_ptr<PrivateKey> key_;
  std::mutex mutex_;
  std::map<Bytes, Bytes> signatures_;
};

/// dh_identity is a Diffie-Hellman certificate by who signed it; both are in the same group.
TestIdentity dh_identity(const std::string& prefix,
                         const CipherSuite& suite,
                         PublicKeyAlgorithm signer) {
  const std::size_t bits = suite.export_limit_bits == 512 ? 512 : 1024;
  const std::string suffix = signer == PublicKeyAlgorithm::dsa ? "-dsa" : "";
  return {prefix + std::to_string(bits) + suffix, bits};
}

}  // namespace

TestIdentity server_identity(const CipherSuite& suite) {
  const KeyExchangeInfo& row = info(suite.key_exchange);
  switch (row.certificate_key) {
    case PublicKeyAlgorithm::rsa:
      return suite.export_limit_bits == 1024 ? TestIdentity{"rsa2048", 2048}
                                             : TestIdentity{"rsa1024", 1024};
    case PublicKeyAlgorithm::dsa:
      return {"dsa1024", 1024};
    case PublicKeyAlgorithm::dh:
      return dh_identity("dh", suite, row.certificate_signed_by);
    case PublicKeyAlgorithm::ec:
      return {"ec256", 256};
    case PublicKeyAlgorithm::kea:
      return {"kea", 1024};
    case PublicKeyAlgorithm::other:
      break;
  }
  return {};
}

std::vector<TestIdentity> client_identities(const CipherSuite& suite) {
  const KeyExchangeInfo& row = info(suite.key_exchange);
  if (row.is_anonymous) {
    return {};  // RFC 2246 §7.4.4: a server that shows nothing may not ask
  }
  if (row.certificate_key == PublicKeyAlgorithm::kea) {
    return {{"client-kea", 1024}, {"client-dsa", 1024}};
  }
  std::vector<TestIdentity> all = {{"client", 1024}, {"client-dsa", 1024}, {"client-ec", 256}};
  if (row.certificate_use == KeyExchangeInfo::Use::agreement) {
    all.push_back(dh_identity("client-dh", suite, PublicKeyAlgorithm::rsa));
    all.push_back(dh_identity("client-dh", suite, PublicKeyAlgorithm::dsa));
  }
  return all;
}

Credentials steady_credentials(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, Credentials> all;
  const std::lock_guard lock(mutex);
  auto found = all.find(name);
  if (found == all.end()) {
    Credentials credentials = pki_credentials(name);
    credentials.key = std::make_shared<RepeatingKey>(std::move(credentials.key));
    found = all.emplace(name, std::move(credentials)).first;
  }
  return found->second;
}

std::shared_ptr<TemporaryRsaKeys> steady_temporary_keys() {
  static const auto kKeys = make_temporary_rsa_keys(
      {.uses = 1000000000, .age = std::chrono::hours(1000000)}, std::make_shared<FixedClock>());
  return kKeys;
}

Policy allowing_policy(Combination combination) {
  Policy policy = Policy::device();
  allow(policy, needed_allowances(*find_cipher_suite(combination.suite)));
  if (std::ranges::find(policy.cipher_suites, combination.suite) == policy.cipher_suites.end()) {
    throw std::logic_error("needed_allowances is not all that the suite needs");
  }
  policy.min_version = combination.version;
  policy.max_version = combination.version;
  policy.cipher_suites = {combination.suite};
  return policy;
}

ClientOptions client_options(Combination combination, std::uint64_t seed) {
  const TestIdentity server = server_identity(*find_cipher_suite(combination.suite));
  ClientOptions options = client_options(seed);
  options.policy = allowing_policy(combination);
  if (!server.name.empty()) {
    options.verifier =
        verify_with_pin({certificate_fingerprint(steady_credentials(server.name).chain.front())});
  }
  return options;
}

ServerOptions server_options(Combination combination, std::uint64_t seed) {
  const TestIdentity own = server_identity(*find_cipher_suite(combination.suite));
  ServerOptions options = server_options(seed);
  options.policy = allowing_policy(combination);
  options.credentials.clear();
  if (!own.name.empty()) {
    options.credentials = {steady_credentials(own.name)};
  }
  options.temporary_rsa_keys = steady_temporary_keys();
  return options;
}

std::vector<Combination> combinations(ProtocolVersion version) {
  std::vector<Combination> all = combinations();
  std::erase_if(all,
                [&](const Combination& combination) { return combination.version != version; });
  return all;
}

std::vector<Combination> representatives(ProtocolVersion version) {
  std::vector<Combination> chosen;
  std::set<KeyExchangeKind> key_exchanges;
  std::set<std::pair<BulkCipher, MacAlgorithm>> shapes;
  for (const Combination& combination : combinations(version)) {
    const CipherSuite& suite = *find_cipher_suite(combination.suite);
    const bool has_new_exchange = key_exchanges.insert(suite.key_exchange).second;
    const bool has_new_shape = shapes.emplace(suite.bulk, suite.mac).second;
    if (has_new_exchange || has_new_shape) {
      chosen.push_back(combination);
    }
  }
  return chosen;
}

std::string name_of(Combination combination) {
  return name_of(combination.version, *find_cipher_suite(combination.suite));
}

}  // namespace heirloom::testing

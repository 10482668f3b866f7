// ClientConfig and ServerConfig: what does not fit together is found here and nowhere later.
#include "heirloom/config.hpp"

#include "base/bytes.hpp"
#include "base/try.hpp"
#include "crypto/dh.hpp"
#include "crypto/kea.hpp"
#include "engine/client_authentication.hpp"
#include "engine/config_error.hpp"
#include "handshake/negotiate.hpp"
#include "kx/key_exchange.hpp"
#include "kx/local_keys.hpp"
#include "version/version_range.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace heirloom {
namespace {

std::string name_of(const CipherSuite& suite, const Policy& policy) {
  return cipher_suite_name(suite, policy.max_version);
}

// "3.3" for a version that has no name here.
std::string numbers_of(ProtocolVersion version) {
  const auto number = static_cast<std::uint16_t>(version);
  return std::to_string(number >> 8U) + "." + std::to_string(number & 0xffU);
}

Result<void> check_versions(const Policy& policy) {
  for (const ProtocolVersion version : {policy.min_version, policy.max_version}) {
    if (!is_supported(version)) {
      return invalid("version " + numbers_of(version) + " is not supported");
    }
  }
  if (!VersionRange{policy.min_version, policy.max_version}.is_valid()) {
    return invalid("the minimum version, " + std::string(to_string(policy.min_version)) +
                   ", is above the maximum, " + std::string(to_string(policy.max_version)));
  }
  return {};
}

std::array<std::uint8_t, 2> two_bytes(std::uint16_t id) {
  return {static_cast<std::uint8_t>(id >> 8U), static_cast<std::uint8_t>(id & 0xffU)};
}

Result<void> check_suites(const Policy& policy) {
  const VersionRange range{policy.min_version, policy.max_version};
  const auto& ids = policy.cipher_suites;
  bool one_fits = false;
  for (auto id = ids.begin(); id != ids.end(); ++id) {
    const CipherSuite* const suite = find_cipher_suite(*id);
    if (suite == nullptr) {
      return invalid("cipher suite 0x" + to_hex(two_bytes(*id)) + " is not supported");
    }
    if (std::find(ids.begin(), id, *id) != id) {
      return invalid("cipher suite " + name_of(*suite, policy) + " is listed twice");
    }
    one_fits = one_fits || range.overlaps(suite->versions);
  }
  if (ids.empty()) {
    return invalid("no cipher suite is left");
  }
  if (!one_fits) {
    return invalid("none of the cipher suites exists from " +
                   std::string(to_string(policy.min_version)) + " to " +
                   std::string(to_string(policy.max_version)));
  }
  return {};
}

/// check_offer: a hello offers what its highest version has, because the server may choose that.
Result<void> check_offer(const Policy& policy) {
  const bool offers_one = std::ranges::any_of(policy.cipher_suites, [&](std::uint16_t id) {
    return find_cipher_suite(id)->versions.contains(policy.max_version);
  });
  if (!offers_one) {
    return invalid("none of the cipher suites exists at " +
                   std::string(to_string(policy.max_version)) +
                   ", so a hello up to that version can offer none");
  }
  return {};
}

/// key_size gives "min_rsa_bits, 1024".
std::string key_size(const char* which, const char* kind, std::size_t bits) {
  return std::string(which) + kind + "_bits, " + std::to_string(bits);
}

Result<void> check_key_sizes(const Policy& policy) {
  struct Size {
    const char* kind;
    std::size_t min;
    std::size_t max;
  };

  for (const Size& size : {Size{"rsa", policy.min_rsa_bits, policy.max_rsa_bits},
                           Size{"dsa", policy.min_dsa_bits, policy.max_dsa_bits},
                           Size{"ec", policy.min_ec_bits, policy.max_ec_bits},
                           Size{"dh", policy.min_dh_bits, policy.max_dh_bits}}) {
    if (size.min > size.max) {
      return invalid(key_size("min_", size.kind, size.min) + ", is above " +
                     key_size("max_", size.kind, size.max));
    }
  }
  return {};
}

Result<void> check_limits(const Policy& policy) {
  // RFC 2246 F.1.4: "An upper limit of 24 hours is suggested for session ID lifetimes".
  constexpr std::chrono::hours kLongestSession{24};
  const Limits& limits = policy.limits;
  HEIRLOOM_TRY_VOID(check_key_sizes(policy));
  if (limits.max_handshake_message == 0 || limits.max_certificates == 0 ||
      limits.max_handshake_messages == 0) {
    return invalid("a limit of 0 for handshake messages or certificates allows no handshake");
  }
  if (limits.max_session_age < std::chrono::seconds{0} ||
      limits.max_session_age > kLongestSession) {
    return invalid("max_session_age must be from 0 to 86400 seconds");
  }
  return {};
}

/// any_suite asks about each suite of the policy.
template <class Question>
bool any_suite(const Policy& policy, Question question) {
  return std::ranges::any_of(policy.cipher_suites, [&](std::uint16_t id) {
    const CipherSuite* suite = find_cipher_suite(id);
    return suite != nullptr && question(*suite);
  });
}

Result<void> check_curves(const Policy& policy) {
  const bool needs_curve = any_suite(
      policy, [](const CipherSuite& suite) { return kx::uses_curve(suite.key_exchange); });
  if (needs_curve && policy.named_curves.empty()) {
    return invalid("there are suites with elliptic curves, but no curve is left");
  }
  return {};
}

Result<void> check_compression_methods(const Policy& policy) {
  const auto& methods = policy.compression_methods;
  // RFC 2246 §7.4.1.2: "all implementations must support CompressionMethod.null".
  if (std::ranges::find(methods, CompressionMethod::null) == methods.end()) {
    return invalid("the compression methods must include null");
  }
  for (auto method = methods.begin(); method != methods.end(); ++method) {
    if (std::find(methods.begin(), method, *method) != method) {
      return invalid("compression method " + std::string(to_string(*method)) + " is listed twice");
    }
  }
  return {};
}

Result<void> check(const Policy& policy) {
  HEIRLOOM_TRY_VOID(check_versions(policy));
  HEIRLOOM_TRY_VOID(check_suites(policy));
  HEIRLOOM_TRY_VOID(check_curves(policy));
  HEIRLOOM_TRY_VOID(check_compression_methods(policy));
  return check_limits(policy);
}

/// kLongestProtocolList: RFC 7301 §3.1 has a list of 65535 bytes at most. But so is the block of
/// all extensions, in which a ticket may take half the room.
constexpr std::size_t kLongestProtocolList = 16384;

/// check_application_protocols: names of 1 to 255 bytes, in a list that leaves room for the rest.
Result<void> check_application_protocols(const std::vector<std::string>& names) {
  std::size_t size = 0;
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (name->empty() || name->size() > 0xff) {
      return invalid("the name of an application protocol has 1 to 255 bytes");
    }
    if (std::find(names.begin(), name, *name) != name) {
      return invalid("application protocol " + *name + " is listed twice");
    }
    size += 1 + name->size();
  }
  if (size > kLongestProtocolList) {
    return invalid("the names of the application protocols take more than 16384 bytes");
  }
  return {};
}

/// A CertificateStatus has a type and a length before the response, in a message body of
/// 2^24 - 1 bytes at most (RFC 2246 §7.4).
constexpr std::size_t kMaxOcspResponse = 0xffffff - 4;

Result<void> check(const std::vector<Credentials>& all) {
  for (const Credentials& credentials : all) {
    if (credentials.key == nullptr && !credentials.chain.empty()) {
      return invalid("the credentials have a certificate but no private key");
    }
    if (credentials.key != nullptr && credentials.chain.empty()) {
      return invalid("the credentials have a private key but no certificate");
    }
    if (credentials.ocsp_response.size() > kMaxOcspResponse) {
      return invalid("the OCSP response of the credentials fits no message");
    }
  }
  return {};
}

/// shortest_group is the first of the table with that many bits, or its longest.
const crypto::DhGroup& shortest_group(std::size_t min_bits) {
  const auto groups = crypto::known_dh_groups();  // in ascending size
  const auto found = std::ranges::find_if(
      groups, [min_bits](const crypto::DhGroup& group) { return group.bits() >= min_bits; });
  return found == groups.end() ? groups.back() : *found;
}

/// make_ephemeral reads the group and sees to temporary keys if a suite may need one.
Result<kx::Ephemeral> make_ephemeral(ServerOptions& options) {
  // What the peers of the time can compute in: the JDK up to version 7 has no larger groups than
  // 1024.
  constexpr std::size_t kUsualGroup = 1024;
  kx::Ephemeral ephemeral;
  ephemeral.group = shortest_group(std::max(kUsualGroup, options.policy.min_dh_bits));
  ephemeral.curves = options.policy.named_curves;
  if (!options.dh_group_pem.empty()) {
    HEIRLOOM_TRY(ephemeral.group, crypto::parse_dh_group(options.dh_group_pem));
    if (const auto checked = crypto::check_group(ephemeral.group, crypto::GroupOrigin::file);
        !checked.has_value()) {
      return invalid("the Diffie-Hellman group is none: " + checked.error().detail);
    }
    if (const std::size_t bits = ephemeral.group.bits(); bits < options.policy.min_dh_bits) {
      return invalid("the Diffie-Hellman group has " + std::to_string(bits) +
                     " bits, the policy wants " + std::to_string(options.policy.min_dh_bits));
    }
  }
  const bool needs_group = any_suite(
      options.policy, [](const CipherSuite& suite) { return kx::uses_group(suite.key_exchange); });
  if (needs_group && ephemeral.group.bits() < options.policy.min_dh_bits) {
    return invalid("no built-in Diffie-Hellman group has " +
                   std::to_string(options.policy.min_dh_bits) + " bits, and none was given");
  }
  // Not only for export: at SSL 3.0 a certificate that only signs needs one too (drift D118).
  const bool may_need_key = any_suite(options.policy, [](const CipherSuite& suite) {
    return suite.key_exchange == KeyExchangeKind::rsa;
  });
  if (may_need_key && options.temporary_rsa_keys == nullptr) {
    options.temporary_rsa_keys = make_temporary_rsa_keys({}, options.clock);
  }
  ephemeral.rsa = options.temporary_rsa_keys;
  ephemeral.kea_random = options.kea_random;
  return ephemeral;
}

/// read_kea_domains makes those of the options known, and sees that ours are.
Result<void> read_kea_domains(const std::vector<std::string>& pems, kx::LocalKeys& own) {
  for (const std::string& pem : pems) {
    auto domain = crypto::KeaDomain::parse(pem);
    if (!domain.has_value()) {
      return invalid("a KEA domain is none: " + domain.error().detail);
    }
    HEIRLOOM_TRY_VOID(own.kea_domains.add(std::move(*domain)));
  }
  for (const kx::LocalKey& key : own.keys) {
    const auto& kea = key.certificate_key.kea;
    if (kea.has_value() && own.kea_domains.find(kea->domain_identifier) == nullptr) {
      return invalid("the certificate is of the KEA domain " + to_hex(kea->domain_identifier) +
                     ", which is not among kea_domain_pems");
    }
  }
  return {};
}

/// profiles_of are those of the versions at which a policy has a suite.
std::vector<const VersionProfile*> profiles_of(const Policy& policy, const CipherSuite& suite) {
  std::vector<const VersionProfile*> profiles;
  for (const ProtocolVersion version : {ProtocolVersion::ssl30, ProtocolVersion::tls10}) {
    if (suite.versions.contains(version) && is_allowed_by(policy, version)) {
      profiles.push_back(&profile_for(version));
    }
  }
  return profiles;
}

/// prepare_temporary_keys has made in the background what a handshake would have to wait for.
void prepare_temporary_keys(const Policy& policy, const kx::LocalKeys& own) {
  for (const std::uint16_t id : policy.cipher_suites) {
    const CipherSuite& suite = *find_cipher_suite(id);
    for (const VersionProfile* profile : profiles_of(policy, suite)) {
      const kx::LocalKey* const key = suite.key_exchange == KeyExchangeKind::rsa
                                          ? find_certificate(suite, *profile, own)
                                          : nullptr;
      if (key != nullptr &&
          kx::expects_server_key_exchange(*profile, suite, &key->certificate_key)) {
        own.ephemeral.rsa->prepare(kx::temporary_rsa_bits(suite));
      }
    }
  }
}

// Defaults are filled in here, so that no user of a config has to ask for null.
template <class Options>
void set_defaults(Options& options) {
  if (options.random == nullptr) {
    options.random = system_random();
  }
  if (options.clock == nullptr) {
    options.clock = system_clock();
  }
}

}  // namespace

ClientConfig::ClientConfig(ClientOptions options) : options_(std::move(options)) {}

ClientConfig::~ClientConfig() = default;

ServerConfig::ServerConfig(ServerOptions options) : options_(std::move(options)) {}

ServerConfig::~ServerConfig() = default;

std::vector<std::uint16_t> ServerConfig::served_suites() const {
  const Policy& policy = options_.policy;
  // RFC 2246 §7.4.4: an anonymous server may not ask for the certificate that policy requires.
  const bool serves_anonymous = policy.client_authentication != ClientAuthentication::required;
  const auto is_served = [&](std::uint16_t id) {
    const CipherSuite& suite = *find_cipher_suite(id);
    if (info(suite.key_exchange).is_anonymous) {
      return serves_anonymous;
    }
    return std::ranges::any_of(profiles_of(policy, suite), [&](const VersionProfile* profile) {
      return find_certificate(suite, *profile, *local_keys_) != nullptr;
    });
  };
  std::vector<std::uint16_t> served;
  std::ranges::copy_if(policy.cipher_suites, std::back_inserter(served), is_served);
  return served;
}

Result<std::size_t> dh_group_bits(std::string_view pem) {
  HEIRLOOM_TRY(const crypto::DhGroup group, crypto::parse_dh_group(pem));
  return group.bits();
}

Result<std::shared_ptr<const ClientConfig>> ClientConfig::build(ClientOptions options) {
  HEIRLOOM_TRY_VOID(check(options.policy));
  HEIRLOOM_TRY_VOID(check_offer(options.policy));
  HEIRLOOM_TRY_VOID(check(options.credentials));
  HEIRLOOM_TRY_VOID(check_application_protocols(options.application_protocols));
  if (options.verifier == nullptr) {
    return invalid("there is no certificate verifier");
  }
  set_defaults(options);
  std::shared_ptr<ClientConfig> config(new ClientConfig(std::move(options)));
  config->local_keys_ = std::make_unique<kx::LocalKeys>();
  HEIRLOOM_TRY(config->local_keys_->keys, kx::parse_local_keys(config->options_.credentials));
  HEIRLOOM_TRY_VOID(read_kea_domains(config->options_.kea_domain_pems, *config->local_keys_));
  return std::shared_ptr<const ClientConfig>(std::move(config));
}

Result<std::shared_ptr<const ServerConfig>> ServerConfig::build(ServerOptions options) {
  HEIRLOOM_TRY_VOID(check(options.policy));
  HEIRLOOM_TRY_VOID(check(options.credentials));
  HEIRLOOM_TRY_VOID(check_application_protocols(options.application_protocols));
  const bool needs_certificate = any_suite(options.policy, [](const CipherSuite& suite) {
    return !info(suite.key_exchange).is_anonymous;
  });
  const bool has_certificate =
      std::ranges::any_of(options.credentials, [](const Credentials& own) { return !own.empty(); });
  if (needs_certificate && !has_certificate) {
    return invalid("a server needs a certificate and its private key");
  }
  HEIRLOOM_TRY_VOID(check_client_authentication(options, options.policy.client_authentication));
  set_defaults(options);
  HEIRLOOM_TRY(kx::Ephemeral ephemeral, make_ephemeral(options));
  std::shared_ptr<ServerConfig> config(new ServerConfig(std::move(options)));
  config->local_keys_ = std::make_unique<kx::LocalKeys>();
  config->local_keys_->ephemeral = std::move(ephemeral);
  HEIRLOOM_TRY(config->local_keys_->keys, kx::parse_local_keys(config->options_.credentials));
  HEIRLOOM_TRY_VOID(read_kea_domains(config->options_.kea_domain_pems, *config->local_keys_));
  prepare_temporary_keys(config->options_.policy, *config->local_keys_);
  return std::shared_ptr<const ServerConfig>(std::move(config));
}

}  // namespace heirloom

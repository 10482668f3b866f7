#include "handshake/negotiate.hpp"

#include "base/bytes.hpp"
#include "base/try.hpp"
#include "kx/key_exchange.hpp"
#include "version/version_range.hpp"

#include <algorithm>
#include <string>

namespace heirloom {

namespace {

std::string hex(std::uint16_t number) {
  return "0x" + to_hex(Bytes{static_cast<std::uint8_t>(number >> 8U),
                             static_cast<std::uint8_t>(number & 0xffU)});
}

std::string version_text(ProtocolVersion version) {
  return is_supported(version) ? std::string(to_string(version))
                               : hex(static_cast<std::uint16_t>(version));
}

}  // namespace

ProtocolVersion offered_version(const Policy& policy, const Session* resume) {
  return resume != nullptr ? resume->facts().version : policy.max_version;
}

std::vector<std::uint16_t> offered_cipher_suites(const Policy& policy, ProtocolVersion offered) {
  std::vector<std::uint16_t> list;
  for (const std::uint16_t id : policy.cipher_suites) {
    const CipherSuite* suite = find_cipher_suite(id);
    if (suite != nullptr && suite->versions.contains(offered)) {
      list.push_back(id);
    }
  }
  return list;
}

void add_signals(std::vector<std::uint16_t>& list, const Policy& policy, const Session* resume) {
  if (policy.extensions.has(Extension::renegotiation_info)) {
    list.push_back(kEmptyRenegotiationInfoScsv);
  }
  if (policy.fallback == SignalFallback::on && resume == nullptr) {
    list.push_back(kFallbackScsv);
  }
}

std::vector<std::uint8_t> offered_compression_methods(const Policy& policy) {
  std::vector<std::uint8_t> list;
  for (const CompressionMethod method : policy.compression_methods) {
    list.push_back(static_cast<std::uint8_t>(method));
  }
  return list;
}

std::uint16_t record_version_of_first_hello(const Policy& policy) {
  return static_cast<std::uint16_t>(policy.min_version);
}

Result<const VersionProfile*> accept_server_version(ProtocolVersion server_version,
                                                    ProtocolVersion offered,
                                                    const Policy& policy) {
  if (server_version > offered) {
    return Error(Cause::version_too_high, version_text(server_version));
  }
  if (!is_allowed_by(policy, server_version)) {
    return Error(Cause::version_not_acceptable, version_text(server_version));
  }
  return &profile_for(server_version);
}

Result<const CipherSuite*> accept_cipher_suite(std::uint16_t id,
                                               std::span<const std::uint16_t> offered,
                                               ProtocolVersion version) {
  const CipherSuite* suite = find_cipher_suite(id);
  const bool was_offered = std::ranges::find(offered, id) != offered.end();
  if (suite == nullptr || !was_offered || !suite->versions.contains(version)) {
    return Error(Cause::cipher_suite_not_offered, hex(id));
  }
  return suite;
}

Result<CompressionMethod> accept_compression_method(std::uint8_t number,
                                                    std::span<const std::uint8_t> offered) {
  const auto method = find_compression_method(number);
  if (!method.has_value() || std::ranges::find(offered, number) == offered.end()) {
    return Error(Cause::compression_not_offered, std::to_string(number));
  }
  return *method;
}

Result<const VersionProfile*> keep_version(const message::ClientHello& hello,
                                           ProtocolVersion version) {
  if (hello.client_version < version) {
    return Error(
        Cause::version_too_low,
        version_text(hello.client_version) + " in a connection of " + version_text(version));
  }
  return &profile_for(version);
}

Result<const VersionProfile*> choose_version(const message::ClientHello& hello,
                                             const Policy& policy) {
  if (hello.client_version < policy.min_version) {
    return Error(Cause::version_too_low, version_text(hello.client_version));
  }
  if (has_signal(hello, kFallbackScsv) && policy.max_version > hello.client_version) {
    return Error(Cause::inappropriate_fallback, version_text(hello.client_version));
  }
  return &profile_for(std::min(hello.client_version, policy.max_version));
}

namespace {

/// serve finds what a suite needs of us. Empty if we do not have it.
std::optional<Choice> serve(const CipherSuite& suite,
                            const VersionProfile& profile,
                            const kx::LocalKeys& own,
                            ClientAuthentication authentication,
                            const CurveOffer& offer) {
  Choice choice{.suite = &suite};
  if (kx::uses_curve(suite.key_exchange)) {
    choice.curve = common_curve(offer, own.ephemeral.curves);
    if (!choice.curve.has_value()) {
      return std::nullopt;
    }
  }
  if (info(suite.key_exchange).is_anonymous) {
    return authentication == ClientAuthentication::required ? std::nullopt : std::optional(choice);
  }
  choice.certificate = find_certificate(suite, profile, own, offer);
  return choice.certificate == nullptr ? std::nullopt : std::optional(choice);
}

bool contains(std::span<const std::uint16_t> list, std::uint16_t id) {
  return std::ranges::find(list, id) != list.end();
}

}  // namespace

const kx::LocalKey* find_certificate(const CipherSuite& suite,
                                     const VersionProfile& profile,
                                     const kx::LocalKeys& own,
                                     const CurveOffer& offer) {
  const auto found = std::ranges::find_if(own.keys, [&](const kx::LocalKey& key) {
    const auto& curve_key = key.certificate_key.ec;
    return !info(suite.key_exchange).is_anonymous &&
           (!curve_key.has_value() || offer.includes(curve_key->curve)) &&
           kx::check_certificate_key(profile, suite, key.certificate_key).has_value();
  });
  return found == own.keys.end() ? nullptr : &*found;
}

Result<Choice> choose_cipher_suite(const message::ClientHello& hello,
                                   const Policy& policy,
                                   const VersionProfile& profile,
                                   const kx::LocalKeys& own,
                                   ClientAuthentication authentication) {
  HEIRLOOM_TRY(const CurveOffer offer, read_curve_offer(hello, policy));
  const bool is_ours = policy.preference == Preference::server;
  const std::span<const std::uint16_t> first = is_ours ? policy.cipher_suites : hello.cipher_suites;
  const std::span<const std::uint16_t> second =
      is_ours ? hello.cipher_suites : policy.cipher_suites;
  for (const std::uint16_t id : first) {
    const CipherSuite* suite = find_cipher_suite(id);
    if (suite == nullptr || !suite->versions.contains(profile.version) || !contains(second, id)) {
      continue;
    }
    if (auto choice = serve(*suite, profile, own, authentication, offer)) {
      choice->compression_method = choose_compression_method(hello, policy);
      return *choice;
    }
  }
  std::string offered = "the client offers";
  const std::size_t shown = std::min<std::size_t>(hello.cipher_suites.size(), 40);
  for (std::size_t i = 0; i < shown; ++i) {
    offered += " " + hex(hello.cipher_suites[i]);
  }
  return Error(Cause::no_common_cipher_suite,
               offered + (shown < hello.cipher_suites.size() ? " …" : ""));
}

bool has_signal(const message::ClientHello& hello, std::uint16_t signal) {
  return std::ranges::find(hello.cipher_suites, signal) != hello.cipher_suites.end();
}

Result<void> check_compression(const message::ClientHello& hello) {
  if (!has_method(hello, CompressionMethod::null)) {
    return Cause::no_common_compression;
  }
  return {};
}

CompressionMethod choose_compression_method(const message::ClientHello& hello,
                                            const Policy& policy) {
  if (policy.preference == Preference::client) {
    for (const std::uint8_t number : hello.compression_methods) {
      if (allows(policy, number)) {
        return *find_compression_method(number);
      }
    }
  }
  for (const CompressionMethod method : policy.compression_methods) {
    if (has_method(hello, method)) {
      return method;
    }
  }
  return CompressionMethod::null;
}

bool has_method(const message::ClientHello& hello, CompressionMethod method) {
  const auto number = static_cast<std::uint8_t>(method);
  return std::ranges::find(hello.compression_methods, number) != hello.compression_methods.end();
}

bool allows(const Policy& policy, std::uint8_t compression_method) {
  const auto method = find_compression_method(compression_method);
  return method.has_value() &&
         std::ranges::find(policy.compression_methods, *method) != policy.compression_methods.end();
}

bool is_allowed_by(const Policy& policy, ProtocolVersion version) {
  return VersionRange{policy.min_version, policy.max_version}.contains(version);
}

}  // namespace heirloom

// ClientConfig and ServerConfig: everything a connection needs, checked once, shared by many.
#pragma once

#include "heirloom/certificate_verifier.hpp"
#include "heirloom/clock.hpp"
#include "heirloom/credentials.hpp"
#include "heirloom/export.hpp"
#include "heirloom/key_log.hpp"
#include "heirloom/policy.hpp"
#include "heirloom/random.hpp"
#include "heirloom/result.hpp"
#include "heirloom/session.hpp"
#include "heirloom/temporary_keys.hpp"
#include "heirloom/ticket_keys.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom {

class Inspector;

namespace kx {
struct LocalKeys;
}  // namespace kx

/// RevealSecrets says whether an inspector is told keys and what they are made from.
enum class RevealSecrets : std::uint8_t { no, yes };

/// Trace says whether events carry the bytes of handshake messages, for a display.
enum class Trace : std::uint8_t { off, messages };

/// ClientOptions: a null strategy means the default named beside it.
struct ClientOptions {
  Policy policy = Policy::device();
  std::shared_ptr<CertificateVerifier> verifier;  ///< required: there is no silent default
  /// If the server asks, one that suits is shown: rather one of the authorities and kinds that it
  /// prefers, rather one that stands first here.
  std::vector<Credentials> credentials;
  /// application_protocols is offered in this order (RFC 7301), "http/1.1" for instance; what the
  /// server chose is ConnectionInfo::application_protocol. At most 16384 bytes, one of them for the
  /// length of each name. Empty: the extension is not sent.
  std::vector<std::string> application_protocols;
  /// kea_domain_pems are "DSA PARAMETERS", a domain each, for servers with FORTEZZA: their
  /// certificates do not have the numbers (RFC 3279 §2.3.4). The group of RFC 5114 §2.1 is known.
  std::vector<std::string> kea_domain_pems;
  std::shared_ptr<RandomSource> random;  ///< system_random
  std::shared_ptr<Clock> clock;          ///< system_clock
  std::shared_ptr<KeyLog> key_log;       ///< none
  Trace trace = Trace::off;
  std::shared_ptr<Inspector> inspector;  ///< none
  RevealSecrets reveal_secrets = RevealSecrets::no;
};

struct ServerOptions {
  Policy policy = Policy::device();
  /// One for each kind of key that suites are to be served with; with suites that need a
  /// certificate at least one. Of two that do, the first is used.
  std::vector<Credentials> credentials;
  /// server_names are the hosts that are served, in any case of letters; `*.` stands for one label.
  /// Empty: every name is as good as another. See Policy::unrecognized_name.
  std::vector<std::string> server_names;
  /// application_protocols is what is served, preferred first (RFC 7301 §3.2); a client that lists
  /// others only is refused. Empty: the extension is ignored.
  std::vector<std::string> application_protocols;
  /// dh_group_pem is "DH PARAMETERS" for all suites whose export limit the group keeps, and of at
  /// least the policy's minimum; empty: one of 1024 bits. For the rest a built-in group is used.
  std::string dh_group_pem;
  std::shared_ptr<TemporaryRsaKeys> temporary_rsa_keys;  ///< make_temporary_rsa_keys
  std::vector<std::string> kea_domain_pems;              ///< as in ClientOptions
  KeaServerRandom kea_random = KeaServerRandom::fresh;
  std::shared_ptr<CertificateVerifier>
      verifier;  ///< required if the policy asks for client certificates
  std::vector<std::vector<std::uint8_t>>
      certificate_authorities;  ///< DER names for CertificateRequest; required if the policy asks
  std::shared_ptr<SessionStore> sessions;   ///< none: nothing can be resumed by its id
  std::shared_ptr<TicketKeys> ticket_keys;  ///< none: nothing can be resumed by a ticket
  std::shared_ptr<RandomSource> random;
  std::shared_ptr<Clock> clock;
  std::shared_ptr<KeyLog> key_log;
  Trace trace = Trace::off;
  std::shared_ptr<Inspector> inspector;
  RevealSecrets reveal_secrets = RevealSecrets::no;
};

/// ClientConfig is immutable. config_invalid, with the reason as detail, if the options do not fit
/// together (no suite left at any version, minimum above maximum, no verifier).
class HEIRLOOM_EXPORT ClientConfig {
 public:
  [[nodiscard]] static Result<std::shared_ptr<const ClientConfig>> build(ClientOptions options);

  ClientConfig(const ClientConfig&) = delete;
  ClientConfig& operator=(const ClientConfig&) = delete;
  ~ClientConfig();

  [[nodiscard]] const ClientOptions& options() const noexcept { return options_; }

  /// local_keys is for the library.
  [[nodiscard]] const kx::LocalKeys& local_keys() const noexcept { return *local_keys_; }

 private:
  explicit ClientConfig(ClientOptions options);

  ClientOptions options_;
  std::unique_ptr<kx::LocalKeys> local_keys_;  ///< refers to options_.credentials
};

class HEIRLOOM_EXPORT ServerConfig {
 public:
  [[nodiscard]] static Result<std::shared_ptr<const ServerConfig>> build(ServerOptions options);

  ServerConfig(const ServerConfig&) = delete;
  ServerConfig& operator=(const ServerConfig&) = delete;
  ~ServerConfig();

  [[nodiscard]] const ServerOptions& options() const noexcept { return options_; }

  /// served_suites is the policy's list without those that no certificate of ours goes with at any
  /// version of the policy. The others are never chosen.
  [[nodiscard]] std::vector<std::uint16_t> served_suites() const;

  /// local_keys is for the library.
  [[nodiscard]] const kx::LocalKeys& local_keys() const noexcept { return *local_keys_; }

 private:
  explicit ServerConfig(ServerOptions options);

  ServerOptions options_;
  std::unique_ptr<kx::LocalKeys> local_keys_;  ///< refers to options_.credentials
};

/// dh_group_bits is the length of the prime of a group in PEM form, for dh_group_pem.
/// config_invalid if there is none or it cannot be read.
[[nodiscard]] HEIRLOOM_EXPORT Result<std::size_t> dh_group_bits(std::string_view pem);

/// load_kea_domain reads a file for kea_domain_pems: "DSA PARAMETERS" in PEM form, of which the
/// first block counts, or the same in DER. What it returns is in PEM form. file_unreadable;
/// config_invalid if it is no domain: a prime of 1024 bits, an order of 160, a generator.
[[nodiscard]] HEIRLOOM_EXPORT Result<std::string> load_kea_domain(const std::string& file);

/// kea_domain_identifier is what a certificate says of its domain (RFC 3279 §2.3.4), of one in PEM
/// form. config_invalid if it is none.
[[nodiscard]] HEIRLOOM_EXPORT Result<std::array<std::uint8_t, 10>> kea_domain_identifier(
    std::string_view pem);

/// certificate_subject_name returns the DER subject of a certificate, for certificate_authorities.
[[nodiscard]] HEIRLOOM_EXPORT Result<std::vector<std::uint8_t>> certificate_subject_name(
    std::span<const std::uint8_t> der);

}  // namespace heirloom

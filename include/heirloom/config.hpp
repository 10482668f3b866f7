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

#include <cstdint>
#include <memory>
#include <string>

namespace heirloom {

class Inspector;

/// RevealSecrets says whether an inspector is told keys and what they are made from.
enum class RevealSecrets : std::uint8_t { no, yes };

/// Trace says whether events carry the bytes of handshake messages, for a display.
enum class Trace : std::uint8_t { off, messages };

/// ClientOptions: a null strategy means the default named beside it.
struct ClientOptions {
  Policy policy = Policy::device();
  std::shared_ptr<CertificateVerifier> verifier;  ///< required: there is no silent default
  Credentials credentials;                        ///< shown if the server asks; empty: none
  std::shared_ptr<RandomSource> random;           ///< system_random
  std::shared_ptr<Clock> clock;                   ///< system_clock
  std::shared_ptr<KeyLog> key_log;                ///< none
  Trace trace = Trace::off;
  std::shared_ptr<Inspector> inspector;  ///< none
  RevealSecrets reveal_secrets = RevealSecrets::no;
};

struct ServerOptions {
  Policy policy = Policy::device();
  Credentials credentials;  ///< required
  std::shared_ptr<CertificateVerifier>
      verifier;  ///< required if the policy asks for client certificates
  std::vector<std::vector<std::uint8_t>>
      certificate_authorities;  ///< DER names for CertificateRequest; required if the policy asks
  std::shared_ptr<SessionStore> sessions;  ///< none: nothing can be resumed
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

  [[nodiscard]] const ClientOptions& options() const noexcept { return options_; }

 private:
  explicit ClientConfig(ClientOptions options) : options_(std::move(options)) {}

  ClientOptions options_;
};

class HEIRLOOM_EXPORT ServerConfig {
 public:
  [[nodiscard]] static Result<std::shared_ptr<const ServerConfig>> build(ServerOptions options);

  [[nodiscard]] const ServerOptions& options() const noexcept { return options_; }

 private:
  explicit ServerConfig(ServerOptions options) : options_(std::move(options)) {}

  ServerOptions options_;
};

/// certificate_subject_name returns the DER subject of a certificate, for certificate_authorities.
[[nodiscard]] HEIRLOOM_EXPORT Result<std::vector<std::uint8_t>> certificate_subject_name(
    std::span<const std::uint8_t> der);

}  // namespace heirloom

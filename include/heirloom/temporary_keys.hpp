// TemporaryRsaKeys: the short keys that a server makes for RSA_EXPORT suites and, at SSL 3.0,
// beside a certificate that only signs (RFC 6101 §5.6.3 and D.1, RFC 2246 §7.4.3 and D.1; drift
// D118).
//
// "For typical electronic commerce applications, it is suggested that keys be changed daily or
// every 500 transactions, and more often if possible" (RFC 2246 D.1).
#pragma once

#include "heirloom/clock.hpp"
#include "heirloom/credentials.hpp"
#include "heirloom/export.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace heirloom {

/// KeaServerRandom is what a server contributes to KEA for one handshake (RFC 6101 §5.6.3). `one`
/// sends the number 1 and takes no part, as Netscape's servers did: who has the certificate's key
/// later can read what was recorded.
enum class KeaServerRandom : std::uint8_t { fresh, one };

/// TemporaryRsaKey is one such key. Numbers are big-endian without leading zeros.
struct TemporaryRsaKey {
  std::vector<std::uint8_t> modulus;
  std::vector<std::uint8_t> exponent;
  std::shared_ptr<PrivateKey> key;
};

/// TemporaryRsaKeys hands out keys; one object serves the connections of many threads.
class HEIRLOOM_EXPORT TemporaryRsaKeys {
 public:
  TemporaryRsaKeys() = default;
  TemporaryRsaKeys(const TemporaryRsaKeys&) = delete;
  TemporaryRsaKeys& operator=(const TemporaryRsaKeys&) = delete;
  virtual ~TemporaryRsaKeys() = default;

  /// take counts one use of a key of that many bits (512 or 1024). private_key_failed if none could
  /// be made.
  [[nodiscard]] virtual Result<TemporaryRsaKey> take(std::size_t bits) = 0;

  /// prepare says that keys of that many bits will be asked for. ServerConfig::build calls it for
  /// each length that its suites and certificates can need. Unless overridden it does nothing.
  virtual void prepare(std::size_t /*bits*/) {}
};

/// TemporaryRsaRules says when a key is replaced, whichever comes first.
struct TemporaryRsaRules {
  std::size_t uses = 500;
  std::chrono::seconds age{86400};
};

/// make_temporary_rsa_keys makes keys on a thread of their own: the first of a length when prepare
/// names it, each successor once half of the uses or of the time is spent. Only who asks before the
/// key is there makes one on its own thread; so does, for good, the child of a process that forks
/// after it has built its ServerConfig, because threads do not come along.
[[nodiscard]] HEIRLOOM_EXPORT std::shared_ptr<TemporaryRsaKeys> make_temporary_rsa_keys(
    TemporaryRsaRules rules = {}, std::shared_ptr<Clock> clock = nullptr);

}  // namespace heirloom

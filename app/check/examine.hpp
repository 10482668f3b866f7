// Examination: everything that was learnt of one box, before anybody judges it.
#pragma once

#include "heirloom/certificate.hpp"

#include "check/enumerate.hpp"
#include "check/interview.hpp"
#include "common/failure.hpp"
#include "common/target.hpp"
#include "ladder/attempt.hpp"
#include "ladder/rung.hpp"
#include "pins/pin.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace heirloom::app {

/// kRungs are the hellos of an examination, in their order.
inline constexpr std::array<Rung, 5> kRungs = {
    Rung::system_defaults, Rung::system_everything, Rung::tls10, Rung::tls10_bare, Rung::ssl30};

/// Tested is the outcome of a question with yes or no. `what` puts it in words, or says why there
/// is no answer.
struct Tested {
  enum class State : std::uint8_t {
    yes,
    no,
    unknown,         ///< something went wrong
    not_applicable,  ///< the question makes no sense for this box, or cannot be asked from here
  };
  State state = State::unknown;
  std::string what = {};
};

/// HelloOutcome is one rung of the ladder of `reach`.
struct HelloOutcome {
  RungResult result;
  std::string version;  ///< "TLS 1.0", if complete
  std::string suite;    ///< with all names, if complete
};

struct Examination {
  HostPort where;
  std::string target;   ///< "10.0.0.5:443"
  std::string address;  ///< empty if no connection came about
  std::chrono::system_clock::time_point started;
  std::chrono::system_clock::time_point ended;
  std::optional<Failure> failure = std::nullopt;  ///< nothing could be reached
  std::vector<HelloOutcome> hellos = {};          ///< from the top of the ladder
  std::string hello_gap = {};                     ///< why rungs are missing
  std::vector<VersionReport> versions = {};       ///< in the order of CheckVersion; may be empty
  std::vector<Tested> handshakes = {};  ///< a whole handshake at that version; as versions
  Tested renegotiation = {};            ///< RFC 5746 is signalled
  Tested fallback_signal = {};          ///< RFC 7507 is honoured
  Tested compression = {};
  Tested resumption = {};
  Tested extensions = {};      ///< a hello with extensions is taken
  Tested higher_version = {};  ///< a hello at a higher version is answered with a lower one
  std::vector<CertificateChain> chains = {};
  bool is_verified = false;  ///< the first chain, by the system's authorities
  std::string verify_text = {};
  std::optional<Pin> pin = std::nullopt;
  std::string pin_problem = {};  ///< why the pin list could not be read
  std::size_t connections = 0;
};

/// Handshaker makes whole handshakes, with our engine and the system's libssl.
class Handshaker {
 public:
  Handshaker() = default;
  Handshaker(const Handshaker&) = delete;
  Handshaker& operator=(const Handshaker&) = delete;
  virtual ~Handshaker() = default;

  /// climb tries one rung, and closes the connection.
  [[nodiscard]] virtual Outcome<RungAttempt> climb(Rung rung, SessionPtr resume) = 0;

  /// shake_hands tries one version from TLS 1.1 up with libssl: what was agreed, or why nothing.
  [[nodiscard]] virtual Tested shake_hands(CheckVersion version) = 0;
};

/// examine asks a box everything. Identity is not judged, and nothing is sent after a handshake.
[[nodiscard]] Examination examine(const HostPort& where,
                                  Interview& interview,
                                  Handshaker& handshaker,
                                  const std::string& command);

}  // namespace heirloom::app

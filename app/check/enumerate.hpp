// enumerate_version: does a server accept a version, and which suites does it accept there?
//
// A batch of suites is offered; what the server chooses is taken out and the rest offered again,
// until it refuses. No I/O of its own.
#pragma once

#include "heirloom/certificate.hpp"

#include "check/interview.hpp"
#include "check/version.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace heirloom::app {

struct AcceptedSuite {
  std::uint32_t id = 0;             ///< three bytes for SSL 2.0
  std::size_t dh_bits = 0;          ///< 0: no ephemeral Diffie-Hellman
  std::size_t export_rsa_bits = 0;  ///< 0: no temporary RSA key
};

/// UntestedSuites is a batch that the server did not answer.
struct UntestedSuites {
  std::vector<std::uint16_t> suites;
  std::string why;
};

struct VersionReport {
  enum class State : std::uint8_t { accepted, refused, unknown };
  enum class Preference : std::uint8_t { server, client, one_suite, unknown };

  CheckVersion version = CheckVersion::ssl30;
  State state = State::unknown;
  std::string how = {};  ///< of the refusal, or why nothing is known
  std::vector<AcceptedSuite> suites = {};
  std::vector<UntestedSuites> untested = {};
  Preference preference = Preference::unknown;
  std::string preference_why = {};  ///< if unknown
  bool answers_lower = false;       ///< refused with a ServerHello at a lower version
  bool signals_renegotiation = false;
  bool wants_certificate = false;
  std::vector<std::uint16_t> chosen_but_broken = {};  ///< chosen, and then the box broke off
  std::vector<CertificateChain> chains = {};
};

/// enumerate_version asks as often as it takes. Of `manner` everything but version and suites
/// counts.
[[nodiscard]] VersionReport enumerate_version(Interview& interview,
                                              CheckVersion version,
                                              const HelloOffer& manner);

/// find_preference offers the accepted suites in two orders.
void find_preference(Interview& interview, VersionReport& report, const HelloOffer& manner);

/// offer_of makes an offer of everything that a version is known to accept.
[[nodiscard]] HelloOffer offer_of(const VersionReport& report, const HelloOffer& manner);

}  // namespace heirloom::app

// What is wrong with a certificate (RFC 2246 §7.4.2), and the option that takes it all the same.
#include "heirloom/certificate.hpp"

#include "common/command_text.hpp"
#include "common/describe.hpp"
#include "common/explain_parts.hpp"
#include "common/permit.hpp"

namespace heirloom::app {

namespace {

std::string fingerprint_of(const Attempt& attempt) {
  return attempt.peer_chain.empty()
             ? ""
             : format_fingerprint(certificate_fingerprint(attempt.peer_chain.front()));
}

std::string certificate_problem(Cause cause) {
  switch (cause) {
    case Cause::certificate_expired:
      return "has expired";
    case Cause::certificate_not_yet_valid:
      return "is not valid yet (is a clock wrong?)";
    case Cause::certificate_revoked:
      return "has been revoked by its authority";
    case Cause::certificate_name_mismatch:
      return "is made out to another name";
    case Cause::certificate_key_too_small:
      return "has a key that is too small";
    case Cause::certificate_key_too_large:
      return "has a key that is too large";
    case Cause::certificate_signature_invalid:
      return "is not signed by who it says";
    case Cause::certificate_pin_mismatch:
      return "is not the pinned one";
    case Cause::certificate_chain_too_long:
      return "comes with too many others";
    case Cause::certificate_chain_disordered:
      return "comes with others that do not vouch for it one by one";
    case Cause::certificate_signature_weak:
      return "rests on a signature that is too weak";
    case Cause::certificate_status_unknown:
      return "may have been revoked, which cannot be told";
    case Cause::certificate_status_invalid:
      return "comes with a response about its revocation that cannot be accepted";
    case Cause::certificate_malformed:
      return "is no proper certificate, though it has a key";
    case Cause::certificate_rejected:
      return "was rejected";
    default:
      return "is not vouched for by a trusted authority";
  }
}

/// with_pin leaves out whatever else was said about who the peer is: there is one judge.
std::string with_pin(const Attempt& attempt, const std::string& fingerprint) {
  const std::string& command = attempt.anybody.empty() ? attempt.command : attempt.anybody;
  return command + " --pin " + fingerprint + "   (if that is the right box)";
}

/// client_advice is for the one who serves. There is no pin for clients: an authority vouches.
std::string client_advice(const Error& error, const Attempt& attempt) {
  switch (error.cause) {
    case Cause::certificate_untrusted:
    case Cause::certificate_signature_invalid:
      return with_option(attempt.command, "--cafile", "FILE") +
             "   (with the authority of that client)";
    case Cause::certificate_key_too_small:
    case Cause::certificate_signature_weak:
      return has_words(attempt.command, "--preset museum")
                 ? "a new certificate for that client"
                 : with_option(attempt.command, "--preset", "museum") +
                       ", or a new certificate for that client";
    case Cause::certificate_chain_disordered:
      return attempt.command + " --any-chain-order";
    case Cause::certificate_status_unknown:
      return "the same with --crl and a list of that issuer that is valid now";
    default:
      return "a new certificate for that client";
  }
}

/// server_advice is for the one who connects.
std::string server_advice(const Error& error,
                          const Attempt& attempt,
                          const std::string& fingerprint) {
  switch (error.cause) {
    case Cause::certificate_key_too_small: {
      // A key that the policy does not take is none for a pin either: that looks at the size before
      // anybody judges the certificate. What an authority's path is held to, a pin overrules.
      if (!is_about_policy(error)) {
        return with_pin(attempt, fingerprint);
      }
      const std::string option = permitting_key_option(error, attempt.peer_chain);
      return option.empty() ? "a new certificate on that server"
                            : with_permission(attempt.command, option);
    }
    case Cause::certificate_revoked:
      return "a new certificate on that server";
    case Cause::certificate_chain_disordered:
      return "the same with --any-chain-order, if everything else about it is right";
    case Cause::certificate_status_unknown:
      return "the same with --crl and a list of that issuer that is valid now";
    case Cause::certificate_status_invalid:
      return "the same with --crl and a list of that issuer, without --status";
    default:
      return with_pin(attempt, fingerprint);
  }
}

}  // namespace

bool is_identity_cause(Cause cause) noexcept {
  switch (cause) {
    case Cause::certificate_key_too_small:
    case Cause::certificate_key_too_large:
    case Cause::certificate_untrusted:
    case Cause::certificate_expired:
    case Cause::certificate_not_yet_valid:
    case Cause::certificate_revoked:
    case Cause::certificate_name_mismatch:
    case Cause::certificate_signature_invalid:
    case Cause::certificate_pin_mismatch:
    case Cause::certificate_chain_too_long:
    case Cause::certificate_chain_disordered:
    case Cause::certificate_signature_weak:
    case Cause::certificate_status_unknown:
    case Cause::certificate_status_invalid:
    case Cause::certificate_rejected:
      return true;
    default:
      return false;
  }
}

Failure explain_identity(const Error& error, const Attempt& attempt) {
  const std::string fingerprint = fingerprint_of(attempt);
  std::string what =
      "the certificate of " + attempt.target + " " + certificate_problem(error.cause);
  if (!error.detail.empty()) {
    what += " (" + error.detail + ")";
  }
  if (fingerprint.empty()) {
    return {ExitCode::identity, what, "", std::string(error.name())};
  }
  what += "; its fingerprint is " + fingerprint;
  return {ExitCode::identity,
          what,
          attempt.peer == Attempt::Peer::client ? client_advice(error, attempt)
                                                : server_advice(error, attempt, fingerprint),
          std::string(error.name())};
}

}  // namespace heirloom::app

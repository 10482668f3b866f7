#include "handshake/renegotiation.hpp"

#include <utility>

namespace heirloom {

bool RenegotiationBudget::take(const Limits& limits, std::chrono::system_clock::time_point now) {
  // A clock that was set back makes old entries lie in the future; they still count for a minute.
  std::erase_if(last_minute_, [now](std::chrono::system_clock::time_point one) {
    return std::chrono::abs(now - one) >= std::chrono::minutes(1);
  });
  if (total_ >= limits.max_renegotiations ||
      last_minute_.size() >= limits.max_renegotiations_a_minute) {
    return false;
  }
  ++total_;
  last_minute_.push_back(now);
  return true;
}

bool policy_permits_renegotiation(const Environment& environment) {
  switch (environment.policy->renegotiation) {
    case Renegotiation::never:
      return false;
    case Renegotiation::only_secure:
      return environment.previous->is_secure;
    case Renegotiation::any:
      return true;
  }
  return false;
}

bool accepts_renegotiation_request(const Environment& environment) {
  return policy_permits_renegotiation(environment) &&
         environment.renegotiations->take(environment.policy->limits, environment.clock->now());
}

Result<void> refuse_renegotiation(Effects& effects) {
  const PreviousHandshake& previous = *effects.environment().previous;
  const VersionProfile& profile = profile_for(previous.version);
  switch (profile.renegotiation_refusal) {
    case RenegotiationRefusal::fatal_handshake_failure:
      return Cause::renegotiation_refused;
    case RenegotiationRefusal::no_renegotiation_warning:
      effects.send_warning(AlertDescription::no_renegotiation);
      break;
  }
  return {};
}

Result<void> accept_refusal(const Environment& environment) {
  switch (environment.policy->refused_renegotiation) {
    case RefusedRenegotiation::go_on:
      break;
    case RefusedRenegotiation::close:
      return Cause::renegotiation_declined;
  }
  return {};
}

namespace {

bool has_same_leaf(const CertificateChain& before, const CertificateChain& now) {
  if (before.empty() || now.empty()) {
    return before.empty() == now.empty();
  }
  return before.front() == now.front();
}

bool policy_refuses_change(const Policy& policy) {
  switch (policy.changed_certificate) {
    case ChangedCertificate::refuse:
      return true;
    case ChangedCertificate::judge:
      return false;
  }
  return true;
}

}  // namespace

Result<void> check_same_server(const Environment& environment, const CertificateChain& chain) {
  if (environment.previous == nullptr || has_same_leaf(environment.previous->peer_chain, chain)) {
    return {};
  }
  // Where there is no certificate there is nothing that a verifier could judge.
  if (chain.empty()) {
    return Error(Cause::peer_changed, "it shows none any more");
  }
  if (policy_refuses_change(*environment.policy)) {
    return Cause::peer_changed;
  }
  return {};
}

bool may_be_client(const Environment& environment, const CertificateChain& chain) {
  if (environment.previous == nullptr || environment.previous->peer_chain.empty() ||
      chain.empty() || has_same_leaf(environment.previous->peer_chain, chain)) {
    return true;
  }
  return !policy_refuses_change(*environment.policy);
}

PreviousHandshake remember(Effects& effects,
                           const Negotiated& negotiated,
                           const CertificateChain& peer_chain) {
  const PreviousHandshake* previous = effects.environment().previous;
  return {.number = previous == nullptr ? 1 : previous->number + 1,
          .version = negotiated.profile->version,
          .client_version = negotiated.client_version,
          .client_verify_data = negotiated.client_verify_data,
          .server_verify_data = negotiated.server_verify_data,
          .is_secure = effects.info().has_secure_renegotiation,
          .had_encrypt_then_mac = negotiated.mac_order == MacOrder::encrypt_then_mac ||
                                  (previous != nullptr && previous->had_encrypt_then_mac),
          .peer_chain = peer_chain};
}

}  // namespace heirloom

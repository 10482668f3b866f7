// Errors of the Asio adapters: causes and received alerts as error codes.
//
// Two categories, because an alert that the peer sent is another fact than a cause found here: the
// one holds the alert's number, the other a Cause. What a program wants to test without listing
// causes is a condition (Errc). `Net` names the Asio in use, see stream.hpp.
#pragma once

#include "heirloom/alert.hpp"
#include "heirloom/error.hpp"
#include "heirloom/export.hpp"

#include <optional>
#include <string>

// Boost's error_category has no virtual destructor, on purpose: categories are never deleted.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
#endif

namespace heirloom::detail {

/// CauseCategory numbers a cause one higher than the enumerator, since zero means success.
template <class Net>
class HEIRLOOM_EXPORT CauseCategory final : public Net::ErrorCategory {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "heirloom"; }

  [[nodiscard]] std::string message(int value) const override {
    return std::string(cause_info(static_cast<Cause>(value - 1)).text);
  }
};

/// AlertCategory holds AlertDescription numbers of fatal alerts received.
template <class Net>
class HEIRLOOM_EXPORT AlertCategory final : public Net::ErrorCategory {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "heirloom.alert"; }

  [[nodiscard]] std::string message(int value) const override {
    return "the peer sent the alert " +
           std::string(to_string(static_cast<AlertDescription>(value))) + " (" +
           std::to_string(value) + ")";
  }
};

template <class Net>
[[nodiscard]] HEIRLOOM_EXPORT const CauseCategory<Net>& cause_category() noexcept {
  static const CauseCategory<Net> category;
  return category;
}

template <class Net>
[[nodiscard]] HEIRLOOM_EXPORT const AlertCategory<Net>& alert_category() noexcept {
  static const AlertCategory<Net> category;
  return category;
}

template <class Net>
[[nodiscard]] typename Net::ErrorCode make_code(Cause cause) noexcept {
  return {static_cast<int>(cause) + 1, cause_category<Net>()};
}

template <class Net>
[[nodiscard]] typename Net::ErrorCode make_code(AlertDescription description) noexcept {
  return {static_cast<int>(description), alert_category<Net>()};
}

/// make_code of an Error is the alert if the peer sent one, else the cause. A fatal alert with the
/// number of close_notify stays a cause: as a number it would read as success.
template <class Net>
[[nodiscard]] typename Net::ErrorCode make_code(const Error& error) noexcept {
  if (error.cause == Cause::alert_received && error.alert.has_value() &&
      error.alert->description != AlertDescription::close_notify) {
    return make_code<Net>(error.alert->description);
  }
  return make_code<Net>(error.cause);
}

/// cause_of is the cause behind a code of the first category; empty for any other code.
template <class Net>
[[nodiscard]] std::optional<Cause> cause_of(const typename Net::ErrorCode& code) noexcept {
  if (code.category() == cause_category<Net>() && code.value() > 0) {
    return static_cast<Cause>(code.value() - 1);
  }
  if (code.category() == alert_category<Net>()) {
    return Cause::alert_received;
  }
  return std::nullopt;
}

/// Conditions is the place of Errc: one type for each Asio.
template <class Net>
struct HEIRLOOM_EXPORT Conditions {
  /// Errc groups codes by what a program does about them.
  enum class Errc {
    truncated = 1,         ///< the peer went away without close_notify: data may be missing
    alert_received,        ///< the peer sent a fatal alert
    certificate_rejected,  ///< the peer's certificate was refused here
    no_common_parameters,  ///< no version or suite that both ends accept
    protocol_downgrade,    ///< a fallback that was not needed (RFC 7507)
    not_tls,               ///< the peer speaks something else
    peer_misbehaved,       ///< the peer broke the protocol
  };

  [[nodiscard]] friend typename Net::ErrorCondition make_error_condition(Errc condition) noexcept {
    return {static_cast<int>(condition), Conditions::category()};
  }

  [[nodiscard]] static const typename Net::ErrorCategory& category() noexcept;
};

template <class Net>
[[nodiscard]] bool matches(Cause cause, typename Conditions<Net>::Errc condition) noexcept {
  using Errc = typename Conditions<Net>::Errc;
  switch (condition) {
    case Errc::truncated:
      return cause == Cause::truncated || cause == Cause::handshake_interrupted;
    case Errc::alert_received:
      return cause == Cause::alert_received;
    case Errc::certificate_rejected:
      return cause >= Cause::certificate_missing && cause <= Cause::certificate_rejected;
    case Errc::no_common_parameters:
      return cause == Cause::version_too_low || cause == Cause::version_not_acceptable ||
             cause == Cause::no_common_cipher_suite || cause == Cause::no_common_compression;
    case Errc::protocol_downgrade:
      return cause == Cause::inappropriate_fallback;
    case Errc::not_tls:
      return cause >= Cause::not_tls && cause <= Cause::sslv2_server;
    case Errc::peer_misbehaved:
      return cause_info(cause).origin == Origin::peer_misbehaved;
  }
  return false;
}

template <class Net>
[[nodiscard]] bool matches(AlertDescription description,
                           typename Conditions<Net>::Errc condition) noexcept {
  using Errc = typename Conditions<Net>::Errc;
  switch (condition) {
    case Errc::alert_received:
      return true;
    case Errc::no_common_parameters:
      return description == AlertDescription::handshake_failure ||
             description == AlertDescription::protocol_version ||
             description == AlertDescription::insufficient_security;
    case Errc::protocol_downgrade:
      return description == AlertDescription::inappropriate_fallback;
    case Errc::truncated:
    case Errc::certificate_rejected:
    case Errc::not_tls:
    case Errc::peer_misbehaved:
      return false;
  }
  return false;
}

template <class Net>
class HEIRLOOM_EXPORT ConditionCategory final : public Net::ErrorCategory {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "heirloom.condition"; }

  [[nodiscard]] std::string message(int value) const override {
    using Errc = typename Conditions<Net>::Errc;
    switch (static_cast<Errc>(value)) {
      case Errc::truncated:
        return "the connection was cut off";
      case Errc::alert_received:
        return "the peer sent a fatal alert";
      case Errc::certificate_rejected:
        return "the peer's certificate was refused";
      case Errc::no_common_parameters:
        return "no version or cipher suite that both ends accept";
      case Errc::protocol_downgrade:
        return "an unnecessary fallback to an older version";
      case Errc::not_tls:
        return "the peer does not speak TLS";
      case Errc::peer_misbehaved:
        return "the peer broke the protocol";
    }
    return "unknown condition";
  }

  [[nodiscard]] bool equivalent(const typename Net::ErrorCode& code,
                                int condition) const noexcept override {
    const auto wanted = static_cast<typename Conditions<Net>::Errc>(condition);
    if (code.category() == alert_category<Net>()) {
      return matches<Net>(static_cast<AlertDescription>(code.value()), wanted);
    }
    const std::optional<Cause> cause = cause_of<Net>(code);
    return cause.has_value() && matches<Net>(*cause, wanted);
  }

  using Net::ErrorCategory::equivalent;
};

template <class Net>
const typename Net::ErrorCategory& Conditions<Net>::category() noexcept {
  static const ConditionCategory<Net> category;
  return category;
}

}  // namespace heirloom::detail

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

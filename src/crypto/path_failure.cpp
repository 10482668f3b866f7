#include "crypto/path_failure.hpp"

#include "crypto/x509_parse.hpp"

#include <array>
#include <ctime>
#include <string>

namespace heirloom::crypto {

std::string date_text(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  std::array<char, 32> text{};
  if (gmtime_r(&seconds, &parts) == nullptr ||
      std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts) == 0) {
    return {};
  }
  return text.data();
}

namespace {

/// cause_of sorts libcrypto's codes by what the peer is told: an alert of its own exists for
/// expired, revoked and unknown authority (RFC 2246 §7.2.2); the rest is a bad certificate.
Cause cause_of(int code) {
  switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return Cause::certificate_expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Cause::certificate_not_yet_valid;
    case X509_V_ERR_CERT_REVOKED:
      return Cause::certificate_revoked;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
      return Cause::certificate_untrusted;
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return Cause::certificate_chain_too_long;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
      return Cause::certificate_signature_invalid;
    case X509_V_ERR_INVALID_PURPOSE:
      return Cause::certificate_key_usage;
    case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
      return Cause::certificate_key_unsupported;
    case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
    case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
    case X509_V_ERR_INVALID_EXTENSION:
      return Cause::certificate_malformed;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
    case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
    case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
      return Cause::certificate_status_unknown;
    case X509_V_ERR_OUT_OF_MEM:
      return Cause::internal_error;
    default:
      return Cause::certificate_rejected;
  }
}

std::string asn1_date_text(const ASN1_TIME* time) {
  std::tm parts{};
  std::array<char, 32> text{};
  if (ASN1_TIME_to_tm(time, &parts) != 1 ||
      std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts) == 0) {
    return "a date that cannot be read";
  }
  return text.data();
}

std::string issuer_of(const X509* certificate) {
  return name_text(X509_get_issuer_name(certificate));
}

std::string why(const PathFailure& failure) {
  const X509* certificate = failure.certificate;
  switch (failure.code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "it expired on " + asn1_date_text(X509_get0_notAfter(certificate));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "it is valid from " + asn1_date_text(X509_get0_notBefore(certificate));
    case X509_V_ERR_CERT_REVOKED:
      return failure.revoked_at.has_value()
                 ? "its authority revoked it on " + date_text(*failure.revoked_at)
                 : "its authority revoked it";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "it is self-signed and none of the trusted authorities";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "its issuer " + issuer_of(certificate) + " is none of the trusted authorities";
    case X509_V_ERR_INVALID_CA:
      return "it issued the one below and is no authority";
    case X509_V_ERR_INVALID_PURPOSE:
      return "its extensions exclude this use";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "its signature is wrong";
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
      return "it has a name for which an authority above it may not certify anybody";
    case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
    case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
      return "one of its dates cannot be read";
    case X509_V_ERR_UNABLE_TO_GET_CRL:
      return failure.missing_list_reason.empty()
                 ? "no revocation list of its issuer, " + issuer_of(certificate) + ", was given"
                 : "the revocation list of its issuer, " + issuer_of(certificate) + ", " +
                       failure.missing_list_reason;
    case X509_V_ERR_CRL_HAS_EXPIRED:
      return "the revocation list of its issuer, " + issuer_of(certificate) +
             ", is out of date since " + asn1_date_text(X509_CRL_get0_nextUpdate(failure.list));
    case X509_V_ERR_CRL_NOT_YET_VALID:
      return "the revocation list of its issuer, " + issuer_of(certificate) + ", is valid from " +
             asn1_date_text(X509_CRL_get0_lastUpdate(failure.list));
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
      return "the revocation list in the name of its issuer, " + issuer_of(certificate) +
             ", is not signed by it";
    default:
      return X509_verify_cert_error_string(failure.code);
  }
}

}  // namespace

Error path_error(const PathFailure& failure) {
  const Cause cause = cause_of(failure.code);
  if (failure.certificate == nullptr) {
    return {cause, X509_verify_cert_error_string(failure.code)};
  }
  return {cause, name_text(X509_get_subject_name(failure.certificate)) + ": " + why(failure)};
}

}  // namespace heirloom::crypto

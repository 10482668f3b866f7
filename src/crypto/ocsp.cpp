#include "crypto/ocsp.hpp"

#include "base/try.hpp"
#include "crypto/path_failure.hpp"
#include "crypto/path_rules.hpp"
#include "crypto/x509_parse.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <optional>
#include <string>

#include <openssl/ocsp.h>

namespace heirloom::crypto {

namespace {

using ResponsePointer = std::unique_ptr<OCSP_RESPONSE, Deleter<OCSP_RESPONSE_free>>;
using BasicPointer = std::unique_ptr<OCSP_BASICRESP, Deleter<OCSP_BASICRESP_free>>;
using IdPointer = std::unique_ptr<OCSP_CERTID, Deleter<OCSP_CERTID_free>>;
using std::chrono::system_clock;

/// kClockSkew is how far the responder's clock and ours may be apart (RFC 6960 is silent).
constexpr std::chrono::minutes kClockSkew{5};

/// kMaxAge is how old a response without nextUpdate may be. RFC 6960 §4.2.2.1: without it, newer
/// information "is available all the time"; so an old one was kept for a reason.
constexpr std::chrono::hours kMaxAge{24};

Error invalid(std::string reason) {
  return {Cause::certificate_status_invalid, std::move(reason)};
}

ResponsePointer parse(ByteView der) {
  if (der.size() > static_cast<std::size_t>(LONG_MAX)) {
    return nullptr;
  }
  const unsigned char* at = der.data();
  ResponsePointer response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
  return at == der.data() + der.size() ? std::move(response) : nullptr;
}

Result<BasicPointer> read(ByteView der) {
  const ResponsePointer response = parse(der);
  if (response == nullptr) {
    return invalid("the OCSP response cannot be read");
  }
  const int status = OCSP_response_status(response.get());
  if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return invalid("the OCSP response is no answer: " +
                   std::string(OCSP_response_status_str(status)));
  }
  BasicPointer basic(OCSP_response_get1_basic(response.get()));
  if (basic == nullptr) {
    return invalid("the OCSP response is of a type that is not known");
  }
  return basic;
}

/// matches compares an answer's certID with ours by the hash that the answer uses.
bool matches(OCSP_SINGLERESP* answer, const OcspQuestion& question) {
  // A copy: OCSP_id_get0_info takes what it only reads as if it were to be changed.
  const IdPointer id(OCSP_CERTID_dup(OCSP_SINGLERESP_get0_id(answer)));
  ASN1_OBJECT* algorithm = nullptr;
  if (id == nullptr || OCSP_id_get0_info(nullptr, &algorithm, nullptr, nullptr, id.get()) != 1) {
    return false;
  }
  const EVP_MD* hash = EVP_get_digestbyobj(algorithm);
  if (hash == nullptr) {
    return false;
  }
  const IdPointer ours(OCSP_cert_to_id(hash, question.certificate, question.issuer));
  return ours != nullptr && OCSP_id_cmp(ours.get(), id.get()) == 0;
}

/// names compares an answer's certID with what a certificate says of its issuer.
bool names(OCSP_SINGLERESP* answer, const X509* certificate) {
  const IdPointer id(OCSP_CERTID_dup(OCSP_SINGLERESP_get0_id(answer)));
  ASN1_OCTET_STRING* issuer = nullptr;
  ASN1_OBJECT* algorithm = nullptr;
  ASN1_INTEGER* serial = nullptr;
  if (id == nullptr || OCSP_id_get0_info(&issuer, &algorithm, nullptr, &serial, id.get()) != 1) {
    return false;
  }
  const EVP_MD* hash = EVP_get_digestbyobj(algorithm);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (hash == nullptr ||
      X509_NAME_digest(X509_get_issuer_name(certificate), hash, digest.data(), &size) != 1) {
    return false;
  }
  const ByteView named(ASN1_STRING_get0_data(issuer),
                       static_cast<std::size_t>(ASN1_STRING_length(issuer)));
  return std::ranges::equal(named, ByteView(digest).first(size)) &&
         ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(certificate)) == 0;
}

/// find_answer gives the first answer that fits.
template <class Fits>
OCSP_SINGLERESP* find_answer(OCSP_BASICRESP* basic, Fits fits) {
  for (int i = 0; i < OCSP_resp_count(basic); ++i) {
    OCSP_SINGLERESP* answer = OCSP_resp_get0(basic, i);
    if (fits(answer)) {
      return answer;
    }
  }
  return nullptr;
}

/// check_delegate: RFC 6960 §4.2.2.2: who signs in the issuer's place has a certificate with
/// id-kp-OCSPSigning that "MUST be issued directly by the CA". Whether that certificate was revoked
/// is left to the client's policy (§4.2.2.2.1); it is not looked up here.
Result<void> check_delegate(X509* signer, const OcspQuestion& question) {
  const std::string name =
      "the OCSP response is signed by " + name_text(X509_get_subject_name(signer)) + ", ";
  const bool is_issued =
      X509_NAME_cmp(X509_get_issuer_name(signer), X509_get_subject_name(question.issuer)) == 0 &&
      X509_verify(signer, X509_get0_pubkey(question.issuer)) == 1;
  if (!is_issued) {
    return invalid(name + "which the issuer of the certificate did not certify");
  }
  const bool is_responder = (X509_get_extension_flags(signer) & EXFLAG_XKUSAGE) != 0 &&
                            (X509_get_extended_key_usage(signer) & XKU_OCSP_SIGN) != 0 &&
                            (X509_get_key_usage(signer) & KU_DIGITAL_SIGNATURE) != 0;
  if (!is_responder) {
    return invalid(name + "which is no OCSP responder");
  }
  const auto from = time_point_of(X509_get0_notBefore(signer));
  const auto until = time_point_of(X509_get0_notAfter(signer));
  if (!from.has_value() || !until.has_value() || question.now < *from || question.now > *until) {
    return invalid(name + "whose certificate is not valid now");
  }
  const Result<void> rules = check_certificate(signer, question.rules);
  return rules.has_value() ? rules : invalid(name + "and " + rules.error().detail);
}

/// check_signer finds who signed and verifies the signature.
Result<void> check_signer(OCSP_BASICRESP* basic, const OcspQuestion& question) {
  const StackPointer known(sk_X509_new_null());
  if (known == nullptr || sk_X509_push(known.get(), question.issuer) <= 0) {
    return Cause::internal_error;
  }
  X509* signer = nullptr;
  if (OCSP_resp_get0_signer(basic, &signer, known.get()) != 1) {
    return invalid("the certificate of who signed the OCSP response is not in it");
  }
  if (X509_cmp(signer, question.issuer) != 0) {
    HEIRLOOM_TRY_VOID(check_delegate(signer, question));
  }
  // OCSP_NOVERIFY: the signer's certificate has just been judged, here only the signature is.
  if (OCSP_basic_verify(basic, known.get(), nullptr, OCSP_NOVERIFY) != 1) {
    return invalid("the signature of the OCSP response is wrong");
  }
  const ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, OCSP_resp_get0_tbs_sigalg(basic));
  const SignatureHash hash = signature_hash(OBJ_obj2nid(algorithm));
  if (hash < question.rules.weakest_hash) {
    return invalid("the OCSP response is signed with " + std::string(to_string(hash)) + ", " +
                   std::string(to_string(question.rules.weakest_hash)) + " is required");
  }
  return {};
}

/// Times are those of one answer.
struct Times {
  ASN1_GENERALIZEDTIME* this_update = nullptr;
  ASN1_GENERALIZEDTIME* next_update = nullptr;
};

/// check_times: RFC 6960 §3.2, points 5 and 6.
Result<void> check_times(const Times& times, system_clock::time_point now) {
  const auto from = time_point_of(times.this_update);
  if (!from.has_value()) {
    return invalid("a date of the OCSP response cannot be read");
  }
  if (*from > now + kClockSkew) {
    return invalid("the OCSP response is valid from " + date_text(*from));
  }
  if (times.next_update == nullptr) {
    return *from >= now - kMaxAge ? Result<void>()
                                  : invalid("the OCSP response is of " + date_text(*from) +
                                            " and does not say how long it is valid");
  }
  const auto until = time_point_of(times.next_update);
  if (!until.has_value()) {
    return invalid("a date of the OCSP response cannot be read");
  }
  return *until >= now - kClockSkew
             ? Result<void>()
             : invalid("the OCSP response is out of date since " + date_text(*until));
}

/// outcome is what the answer says. A response that is out of date revokes nothing and nobody.
Result<void> outcome(OCSP_SINGLERESP* answer,
                     const X509* certificate,
                     system_clock::time_point now) {
  Times times;
  ASN1_GENERALIZEDTIME* revoked_at = nullptr;
  const int status =
      OCSP_single_get0_status(answer, nullptr, &revoked_at, &times.this_update, &times.next_update);
  HEIRLOOM_TRY_VOID(check_times(times, now));
  switch (status) {
    case V_OCSP_CERTSTATUS_GOOD:
      return {};
    case V_OCSP_CERTSTATUS_REVOKED: {
      const auto when = time_point_of(revoked_at);
      return Error(Cause::certificate_revoked,
                   name_text(X509_get_subject_name(certificate)) + ": its authority revoked it" +
                       (when.has_value() ? " on " + date_text(*when) : ""));
    }
    default:
      return invalid("the OCSP responder does not know the certificate");
  }
}

}  // namespace

Result<void> check_ocsp_response(const OcspQuestion& question) {
  const ErrorQueueGuard guard;
  const DefaultContextGuard context;  // what reads and verifies responses takes no context
  HEIRLOOM_TRY(const BasicPointer basic, read(question.response));
  OCSP_SINGLERESP* answer = find_answer(
      basic.get(), [&](OCSP_SINGLERESP* candidate) { return matches(candidate, question); });
  if (answer == nullptr) {
    return invalid("the OCSP response is about other certificates");
  }
  HEIRLOOM_TRY_VOID(check_signer(basic.get(), question));
  return outcome(answer, question.certificate, question.now);
}

Result<void> check_own_response(const X509* certificate,
                                ByteView response,
                                system_clock::time_point now) {
  const ErrorQueueGuard guard;
  const DefaultContextGuard context;
  HEIRLOOM_TRY(const BasicPointer basic, read(response));
  OCSP_SINGLERESP* answer = find_answer(
      basic.get(), [&](OCSP_SINGLERESP* candidate) { return names(candidate, certificate); });
  if (answer == nullptr) {
    return invalid("the OCSP response is about other certificates");
  }
  return outcome(answer, certificate, now);
}

bool is_ocsp_answer(ByteView der) {
  const ErrorQueueGuard guard;
  return read(der).has_value();
}

}  // namespace heirloom::crypto

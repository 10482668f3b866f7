// verify_with_authorities: a path to one of the given authorities, by libcrypto (RFC 2246 §7.4.2,
// §7.4.6, D.3, F.1.1).
//
// libcrypto builds and checks the path at security level 0, because what these versions were
// deployed with is signed with MD5 and SHA-1. What a path may be made of is the caller's to say:
// CertificateRules are applied to the path that libcrypto has found.
#include "heirloom/certificate_verifier.hpp"

#include "base/try.hpp"
#include "crypto/md2_signature.hpp"
#include "crypto/ocsp.hpp"
#include "crypto/path_failure.hpp"
#include "crypto/path_rules.hpp"
#include "crypto/revocation_lists.hpp"
#include "crypto/x509_parse.hpp"

#include <algorithm>
#include <utility>

namespace heirloom {

namespace {

using crypto::Deleter;
using crypto::ErrorQueueGuard;
using crypto::PathFailure;
using crypto::StackPointer;
using crypto::X509Pointer;
using StorePointer = std::unique_ptr<X509_STORE, Deleter<X509_STORE_free>>;
using StoreContextPointer = std::unique_ptr<X509_STORE_CTX, Deleter<X509_STORE_CTX_free>>;

/// Verification is what the callback needs to know of one call.
struct Verification {
  const std::vector<X509Pointer>& anchors;
  const crypto::RevocationLists& lists;
  bool has_stapled_response = false;
  PathFailure failure;
};

bool is_anchor(const Verification& verification, const X509* certificate) {
  return std::ranges::any_of(verification.anchors, [certificate](const X509Pointer& anchor) {
    return X509_cmp(anchor.get(), certificate) == 0;
  });
}

/// is_md2_signature_good checks what libcrypto cannot; whether MD2 is allowed is asked later.
bool is_md2_signature_good(const X509_STORE_CTX* context, const X509* certificate) {
  const STACK_OF(X509)* path = X509_STORE_CTX_get0_chain(context);
  for (int i = 0; i + 1 < sk_X509_num(path); ++i) {
    if (sk_X509_value(path, i) == certificate) {
      return crypto::verify_md2_signature(certificate, sk_X509_value(path, i + 1));
    }
  }
  return false;
}

/// is_tolerated: a signature with MD2, a list that is missing where something else is there to say
/// the same, and two complaints that do not fit an authority which the caller named.
bool is_tolerated(const Verification& verification, const X509_STORE_CTX* context, int code) {
  const X509* certificate = X509_STORE_CTX_get_current_cert(context);
  if (code == X509_V_ERR_CERT_SIGNATURE_FAILURE && certificate != nullptr) {
    return is_md2_signature_good(context, certificate);
  }
  // The stapled response is judged when the path stands; one that is not good refuses it.
  if (code == X509_V_ERR_UNABLE_TO_GET_CRL && verification.has_stapled_response &&
      X509_STORE_CTX_get_error_depth(context) == 0) {
    return true;
  }
  if (certificate == nullptr || !is_anchor(verification, certificate)) {
    return false;
  }
  switch (code) {
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_INVALID_PURPOSE:
      // Versions 1 and 2 have no extension to say that they are an authority. libcrypto believes
      // the self-signed ones anyway; here the others are named, too.
      return X509_STORE_CTX_get_error_depth(context) > 0 && X509_get_version(certificate) < 2;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
      // Who is trusted by name has nobody above it that could revoke it.
      return true;
    default:
      return false;
  }
}

extern "C" int on_path_check(int is_good, X509_STORE_CTX* context) {
  auto* verification = static_cast<Verification*>(X509_STORE_CTX_get_app_data(context));
  const int code = X509_STORE_CTX_get_error(context);
  if (is_good == 1 || is_tolerated(*verification, context, code)) {
    return 1;
  }
  PathFailure& failure = verification->failure;
  failure.code = code;
  failure.certificate = X509_STORE_CTX_get_current_cert(context);
  X509_REVOKED* entry = nullptr;
  X509_CRL* list = X509_STORE_CTX_get0_current_crl(context);
  failure.list = list;
  if (code == X509_V_ERR_UNABLE_TO_GET_CRL && failure.certificate != nullptr) {
    failure.missing_list_reason =
        verification->lists.why_missing(X509_get_issuer_name(failure.certificate));
  }
  if (code == X509_V_ERR_CERT_REVOKED && list != nullptr &&
      X509_CRL_get0_by_cert(list, &entry, X509_STORE_CTX_get_current_cert(context)) == 1) {
    failure.revoked_at = crypto::time_point_of(X509_REVOKED_get0_revocationDate(entry));
  }
  return 0;
}

class PathVerifier final : public CertificateVerifier {
 public:
  explicit PathVerifier(TrustOptions options);

  Pending<CertificateVerdict> verify(const CertificateQuestion& question) override {
    const ErrorQueueGuard guard;
    return judge(question);
  }

  [[nodiscard]] bool approves_resumption(const CertificateQuestion& question) override {
    return verify(question).answer().has_value();
  }

 private:
  using Path = std::vector<X509Pointer>;

  [[nodiscard]] CertificateVerdict judge(const CertificateQuestion& question) const;
  [[nodiscard]] Result<CertificateChain> build_path(const Path& sent,
                                                    const CertificateQuestion& question) const;
  [[nodiscard]] bool configure(X509_STORE_CTX* context, const CertificateQuestion& question) const;
  [[nodiscard]] Result<void> check_staple(const STACK_OF(X509) * path,
                                          const CertificateQuestion& question) const;
  [[nodiscard]] Result<void> check_host(const CertificateQuestion& question) const;

  TrustOptions options_;
  std::vector<X509Pointer> anchors_;
  crypto::RevocationLists lists_;
  StorePointer store_;  // libcrypto locks it
};

PathVerifier::PathVerifier(TrustOptions options)
    : options_(std::move(options)),
      lists_(options_.revocation_lists, options_.rules.weakest_hash),
      store_(X509_STORE_new()) {
  const ErrorQueueGuard guard;
  HEIRLOOM_EXPECT(store_ != nullptr);
  // What cannot be read cannot be trusted: an anchor that is no certificate anchors nothing.
  for (const auto& der : options_.authorities) {
    auto anchor = crypto::parse_for_path(der);
    if (anchor.has_value() && X509_STORE_add_cert(store_.get(), anchor->get()) == 1) {
      anchors_.push_back(std::move(anchor).value());
    }
  }
  lists_.add_to(store_.get());
}

bool PathVerifier::configure(X509_STORE_CTX* context, const CertificateQuestion& question) const {
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context);
  unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST;
  if (!options_.revocation_lists.empty()) {
    flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
  }
  const int purpose = question.role == CertificateQuestion::Role::server ? X509_PURPOSE_SSL_SERVER
                                                                         : X509_PURPOSE_SSL_CLIENT;
  X509_VERIFY_PARAM_set_auth_level(parameters, 0);
  X509_VERIFY_PARAM_set_time(parameters, std::chrono::system_clock::to_time_t(question.now));
  return X509_VERIFY_PARAM_set_flags(parameters, flags) == 1 &&
         X509_VERIFY_PARAM_set_purpose(parameters, purpose) == 1;
}

/// check_staple judges what the server has shown of the status of its certificate. Who is trusted
/// by name has nobody above it that could revoke it.
Result<void> PathVerifier::check_staple(const STACK_OF(X509) * path,
                                        const CertificateQuestion& question) const {
  if (question.role != CertificateQuestion::Role::server || sk_X509_num(path) < 2) {
    return {};
  }
  X509* certificate = sk_X509_value(path, 0);
  if (!question.ocsp_response.empty()) {
    return crypto::check_ocsp_response({.certificate = certificate,
                                        .issuer = sk_X509_value(path, 1),
                                        .response = question.ocsp_response,
                                        .now = question.now,
                                        .rules = options_.rules});
  }
  if (options_.stapled_status == StapledStatus::required) {
    return Error(Cause::certificate_status_unknown,
                 crypto::name_text(X509_get_subject_name(certificate)) +
                     ": the server stapled no OCSP response");
  }
  return {};
}

Result<void> PathVerifier::check_host(const CertificateQuestion& question) const {
  if (!options_.check_host || question.role != CertificateQuestion::Role::server) {
    return {};
  }
  if (question.host.empty()) {
    return Error(Cause::certificate_name_mismatch, "there is no host name to compare with");
  }
  HEIRLOOM_TRY(const auto info, describe_certificate(question.chain.front()));
  if (certificate_matches_host(info, question.host)) {
    return {};
  }
  std::string names;
  for (const auto* list : {&info.dns_names, &info.ip_addresses}) {
    for (const auto& name : *list) {
      names += (names.empty() ? "" : ", ") + name;
    }
  }
  return Error(Cause::certificate_name_mismatch,
               "it is for " + (names.empty() ? "no host" : names) + ", not for " + question.host);
}

Result<CertificateChain> PathVerifier::build_path(const Path& sent,
                                                  const CertificateQuestion& question) const {
  const StackPointer others(sk_X509_new_null());
  const StoreContextPointer context(X509_STORE_CTX_new_ex(crypto::library_context(), nullptr));
  if (others == nullptr || context == nullptr) {
    return Cause::internal_error;
  }
  Verification verification{.anchors = anchors_,
                            .lists = lists_,
                            .has_stapled_response = !question.ocsp_response.empty(),
                            .failure = {}};
  // A certificate that is trusted itself needs no authority: whatever was sent with it could only
  // lead the path astray.
  const bool needs_authority = !is_anchor(verification, sent.front().get());
  for (const auto& certificate : sent) {
    if (needs_authority && sk_X509_push(others.get(), certificate.get()) <= 0) {
      return Cause::internal_error;
    }
  }
  if (X509_STORE_CTX_init(context.get(), store_.get(), sent.front().get(), others.get()) != 1 ||
      !configure(context.get(), question) ||
      X509_STORE_CTX_set_app_data(context.get(), &verification) != 1) {
    return Cause::internal_error;
  }
  X509_STORE_CTX_set_verify_cb(context.get(), on_path_check);
  if (X509_verify_cert(context.get()) != 1) {
    if (verification.failure.code == X509_V_OK) {  // failed before the first check
      verification.failure.code = X509_STORE_CTX_get_error(context.get());
    }
    return crypto::path_error(verification.failure);
  }
  const STACK_OF(X509)* path = X509_STORE_CTX_get0_chain(context.get());
  HEIRLOOM_TRY_VOID(crypto::check_path(path, options_.rules));
  if (needs_authority && options_.rules.chain_order == ChainOrder::as_specified) {
    HEIRLOOM_TRY_VOID(crypto::check_order(sent));
  }
  HEIRLOOM_TRY_VOID(check_staple(path, question));
  CertificateChain chain;
  for (int i = 0; i < sk_X509_num(path); ++i) {
    chain.push_back(crypto::x509_der(sk_X509_value(path, i)));
  }
  return chain;
}

CertificateVerdict PathVerifier::judge(const CertificateQuestion& question) const {
  if (question.chain.empty()) {
    return Cause::certificate_missing;
  }
  Path sent;
  for (const auto& der : question.chain) {
    HEIRLOOM_TRY(auto certificate, crypto::parse_for_path(der));
    sent.push_back(std::move(certificate));
  }
  HEIRLOOM_TRY(auto chain, build_path(sent, question));
  HEIRLOOM_TRY_VOID(check_host(question));
  return CertificateAccepted{std::move(chain)};
}

}  // namespace

std::shared_ptr<CertificateVerifier> verify_with_authorities(TrustOptions options) {
  return std::make_shared<PathVerifier>(std::move(options));
}

}  // namespace heirloom

#include "ca/signer.hpp"

#include "heirloom/certificate.hpp"

#include "common/files.hpp"

#include <ctime>
#include <system_error>
#include <utility>

#include <openssl/x509v3.h>

namespace heirloom::app {

namespace fs = std::filesystem;

namespace {

Failure unusable(const fs::path& folder, const std::string& why) {
  return {ExitCode::local,
          "the authority in " + folder.string() + " cannot be used: " + why,
          "heirloom ca authority NAME -o FOLDER",
          "ca_authority_unusable"};
}

bool is_there(const fs::path& file) {
  std::error_code error;
  return fs::exists(file, error);
}

std::time_t time_of(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return ::timegm(&parts);
}

/// add_chain fills in the chain, which is the certificate alone if there is no file of it.
Outcome<Signer> add_chain(Signer signer, const fs::path& folder, const std::string& own_pem) {
  const fs::path file = SignerFiles(folder).chain;
  Outcome<std::string> text =
      is_there(file) ? read_file(file.string()) : Outcome<std::string>(own_pem);
  if (!text.has_value()) {
    return text.error();
  }
  const auto chain = parse_pem_chain(*text);
  const auto own = parse_pem_chain(own_pem);
  if (!chain.has_value() || !own.has_value() || chain->front() != own->front()) {
    return unusable(folder, "chain.pem does not begin with the certificate");
  }
  for (const CertificateDer& der : *chain) {
    signer.chain_pem += format_pem(der);
  }
  signer.root_pem = format_pem(chain->back());
  return signer;
}

}  // namespace

Outcome<Signer> load_signer(const fs::path& folder) {
  const SignerFiles files(folder);
  if (!is_there(files.certificate) || !is_there(files.key)) {
    return Failure{
        ExitCode::local,
        "there is no authority in " + folder.string() + ": certificate.pem or key.pem is missing",
        "heirloom ca authority NAME -o FOLDER",
        "ca_authority_missing"};
  }
  const Outcome<std::string> certificate_pem = read_file(files.certificate.string());
  if (!certificate_pem.has_value()) {
    return certificate_pem.error();
  }
  const Outcome<std::string> key_pem = read_file(files.key.string());
  if (!key_pem.has_value()) {
    return key_pem.error();
  }
  Signer signer;
  signer.key = key_from_pem(*key_pem);
  signer.certificate = certificate_from_pem(*certificate_pem);
  X509* const certificate = signer.certificate.get();
  if (signer.key == nullptr || certificate == nullptr) {
    return unusable(folder,
                    certificate == nullptr ? "the certificate cannot be read"
                                           : "the key cannot be read, or has a passphrase");
  }
  if (X509_check_private_key(certificate, signer.key.get()) != 1) {
    return unusable(folder, "key and certificate do not belong together");
  }
  // Version 1 does not say who is an authority.
  if (X509_get_version(certificate) != X509_VERSION_1 && X509_check_ca(certificate) == 0) {
    return unusable(folder, "the certificate is none of an authority");
  }
  signer.validity = {time_of(X509_get0_notBefore(certificate)),
                     time_of(X509_get0_notAfter(certificate))};
  return add_chain(std::move(signer), folder, *certificate_pem);
}

bool may_have_authority_below(const Signer& signer) {
  return X509_get_pathlen(signer.certificate.get()) != 0;
}

}  // namespace heirloom::app

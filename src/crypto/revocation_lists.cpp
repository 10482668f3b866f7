#include "crypto/revocation_lists.hpp"

#include "heirloom/certificate_verifier.hpp"

#include "base/try.hpp"
#include "crypto/path_rules.hpp"
#include "crypto/pem.hpp"
#include "crypto/x509_parse.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <openssl/pem.h>

namespace heirloom::crypto {

RevocationLists::RevocationLists(std::span<const Bytes> ders, SignatureHash weakest_hash)
    : weakest_hash_(weakest_hash) {
  for (const Bytes& der : ders) {
    if (CrlPointer list = parse_crl(der); list != nullptr) {
      const bool is_weak = signature_hash(X509_CRL_get_signature_nid(list.get())) < weakest_hash;
      (is_weak ? too_weak_ : usable_).push_back(std::move(list));
    }
  }
}

void RevocationLists::add_to(X509_STORE* store) const {
  for (const CrlPointer& list : usable_) {
    (void)X509_STORE_add_crl(store, list.get());  // fails for one that stands there twice
  }
}

std::string RevocationLists::why_missing(const X509_NAME* issuer) const {
  const auto found = std::ranges::find_if(too_weak_, [issuer](const CrlPointer& list) {
    return X509_NAME_cmp(X509_CRL_get_issuer(list.get()), issuer) == 0;
  });
  if (found == too_weak_.end()) {
    return {};
  }
  const SignatureHash hash = signature_hash(X509_CRL_get_signature_nid(found->get()));
  return "is signed with " + std::string(to_string(hash)) + ", " +
         std::string(to_string(weakest_hash_)) + " is required";
}

namespace {

/// pem_lists reads every "X509 CRL" block. Empty if one of them is none.
std::vector<Bytes> pem_lists(ByteView text) {
  std::vector<Bytes> lists;
  const MemoryReader reader = memory_reader(text);
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  while (reader != nullptr && PEM_read_bio(reader.get(), &name, &header, &data, &size) == 1) {
    const std::unique_ptr<char, OpensslFree> name_owner(name);
    const std::unique_ptr<char, OpensslFree> header_owner(header);
    const std::unique_ptr<unsigned char, OpensslFree> data_owner(data);
    if (std::strcmp(name, PEM_STRING_X509_CRL) != 0) {
      continue;
    }
    lists.emplace_back(data, data + size);
    if (parse_crl(lists.back()) == nullptr) {
      return {};
    }
  }
  return lists;
}

}  // namespace

}  // namespace heirloom::crypto

namespace heirloom {

Result<std::vector<std::vector<std::uint8_t>>> load_revocation_lists(const std::string& file) {
  const crypto::ErrorQueueGuard guard;
  HEIRLOOM_TRY(const auto text, crypto::read_file(file));
  const ByteView bytes = text.expose();
  if (crypto::parse_crl(bytes) != nullptr) {
    return std::vector<Bytes>{Bytes(bytes.begin(), bytes.end())};
  }
  auto lists = crypto::pem_lists(bytes);
  if (lists.empty()) {
    return Error(Cause::certificate_status_unknown,
                 file + ": there is no revocation list in it, or one that cannot be read");
  }
  return lists;
}

}  // namespace heirloom

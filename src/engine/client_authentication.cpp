#include "engine/client_authentication.hpp"

#include "engine/config_error.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace heirloom {

Result<void> check_client_authentication(const ServerOptions& options,
                                         ClientAuthentication demanded) {
  if (demanded == ClientAuthentication::none) {
    return {};
  }
  if (options.verifier == nullptr) {
    return invalid("the policy asks for client certificates, but there is no verifier for them");
  }
  // RFC 2246 §7.4.4: certificate_authorities<3..2^16-1> is never empty.
  if (options.certificate_authorities.empty()) {
    return invalid("the policy asks for client certificates, but no authority is named");
  }
  if (std::ranges::any_of(options.certificate_authorities, &CertificateDer::empty)) {
    return invalid("the name of a certificate authority is empty");
  }
  std::size_t size = 0;
  for (const auto& name : options.certificate_authorities) {
    size += 2 + name.size();
  }
  if (size > 0xffff) {
    return invalid("the names of the certificate authorities take more than 65535 bytes");
  }
  return {};
}

}  // namespace heirloom

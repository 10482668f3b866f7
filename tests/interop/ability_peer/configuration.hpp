// The configuration that the words ask for: a policy with one suite and the abilities of this
// conversation, whose other end is a peer that is judged by nothing.
#pragma once

#include "heirloom/heirloom.hpp"

#include "words.hpp"

#include <memory>

/// Judge accepts every certificate, and remembers whether an OCSP response was stapled to the last.
class Judge final : public heirloom::CertificateVerifier {
 public:
  heirloom::Pending<heirloom::CertificateVerdict> verify(
      const heirloom::CertificateQuestion& question) override;

  [[nodiscard]] bool has_staple() const { return has_staple_; }

 private:
  bool has_staple_ = false;
};

[[nodiscard]] std::shared_ptr<const heirloom::ClientConfig> client_configuration(
    const Words& words, std::shared_ptr<Judge> judge);

[[nodiscard]] std::shared_ptr<const heirloom::ServerConfig> server_configuration(
    const Words& words, std::shared_ptr<Judge> judge);

/// renegotiation_of is what renegotiate() is given.
[[nodiscard]] heirloom::RenegotiationOptions renegotiation_of(const Words& words);

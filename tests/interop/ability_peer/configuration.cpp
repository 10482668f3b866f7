// Words to options, see configuration.hpp.
#include "configuration.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

heirloom::ProtocolVersion version_of(std::string_view word) {
  return word == "ssl3" ? heirloom::ProtocolVersion::ssl30 : heirloom::ProtocolVersion::tls10;
}

/// change_extensions takes "+name" and "-name".
void change_extensions(const Words& words, heirloom::ExtensionSet& extensions) {
  for (const std::string& word : words.list("extensions")) {
    const auto extension = heirloom::parse_extension(std::string_view(word).substr(1));
    if (!extension) {
      fail("not an extension: " + word);
    }
    if (word.front() == '+') {
      extensions.add(*extension);
    } else {
      extensions.remove(*extension);
    }
  }
}

heirloom::Policy policy_of(const Words& words) {
  heirloom::Policy policy;
  const std::vector<std::string> versions = words.list("version");
  policy.min_version = version_of(versions.front());
  policy.max_version = version_of(versions.back());
  policy.cipher_suites = {static_cast<std::uint16_t>(words.number("suite", 0, 16))};
  change_extensions(words, policy.extensions);
  if (words.text("renegotiation") == "any") {
    policy.renegotiation = heirloom::Renegotiation::any;
  }
  if (words.text("compression") == "deflate") {
    policy.compression_methods = {heirloom::CompressionMethod::deflate,
                                  heirloom::CompressionMethod::null};
  }
  if (words.has("fragment")) {
    for (const auto length : {heirloom::MaxFragmentLength::bytes_512,
                              heirloom::MaxFragmentLength::bytes_1024,
                              heirloom::MaxFragmentLength::bytes_2048,
                              heirloom::MaxFragmentLength::bytes_4096}) {
      if (heirloom::bytes_of(length) == words.number("fragment", 0)) {
        policy.wanted_fragment_length = length;
      }
    }
  }
  if (words.has("fallback")) {
    policy.fallback = heirloom::SignalFallback::on;
  }
  if (words.has("sslv2_hello")) {
    policy.send_sslv2_hello = heirloom::Sslv2Hello::on;
  }
  return policy;
}

std::vector<heirloom::Credentials> credentials_of(const Words& words) {
  if (!words.has("key")) {
    return {};
  }
  auto credentials =
      require(heirloom::load_credentials(words.text("certificate"), words.text("key")));
  if (words.has("staple")) {
    credentials.ocsp_response = require(heirloom::load_ocsp_response(words.text("staple")));
  }
  return {std::move(credentials)};
}

}  // namespace

heirloom::Pending<heirloom::CertificateVerdict> Judge::verify(
    const heirloom::CertificateQuestion& question) {
  has_staple_ = !question.ocsp_response.empty();
  return heirloom::CertificateVerdict(heirloom::CertificateAccepted{});
}

std::shared_ptr<const heirloom::ClientConfig> client_configuration(const Words& words,
                                                                   std::shared_ptr<Judge> judge) {
  heirloom::ClientOptions options;
  options.policy = policy_of(words);
  options.verifier = std::move(judge);
  options.credentials = credentials_of(words);
  options.application_protocols = words.list("alpn");
  if (words.has("key_log")) {
    options.key_log = require(heirloom::open_key_log(words.text("key_log")));
  }
  return require(heirloom::ClientConfig::build(std::move(options)));
}

std::shared_ptr<const heirloom::ServerConfig> server_configuration(const Words& words,
                                                                   std::shared_ptr<Judge> judge) {
  heirloom::ServerOptions options;
  options.policy = policy_of(words);
  options.credentials = credentials_of(words);
  options.verifier = std::move(judge);
  options.application_protocols = words.list("alpn");
  if (words.has("tickets")) {
    options.ticket_keys = heirloom::make_ticket_keys();
  } else {
    options.sessions = heirloom::make_memory_session_store();
  }
  for (const auto& authority : require(heirloom::load_pem_certificates(words.text("ca")))) {
    options.certificate_authorities.push_back(
        require(heirloom::certificate_subject_name(authority)));
  }
  return require(heirloom::ServerConfig::build(std::move(options)));
}

heirloom::RenegotiationOptions renegotiation_of(const Words& words) {
  heirloom::RenegotiationOptions options;
  if (words.has("resumed")) {
    options.session = heirloom::OfferSession::yes;
  }
  if (words.has("demand")) {
    options.client_authentication = heirloom::ClientAuthentication::required;
  }
  return options;
}

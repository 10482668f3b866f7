#include "ladder/identity.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>

namespace heirloom::app {

namespace {

using Kind = IdentityVerdict::Kind;

bool contains(const std::vector<std::string>& list, const std::string& wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

IdentityVerdict accept(Pin::Trust trust) {
  return {Kind::accepted, trust, {}};
}

IdentityVerdict refuse(std::string what, std::string next, std::string cause) {
  return {Kind::refused,
          Pin::Trust::accepted,
          {ExitCode::identity, std::move(what), std::move(next), std::move(cause)}};
}

IdentityVerdict judge_first_contact(const IdentityQuestion& question) {
  if (question.is_verified) {
    return accept(Pin::Trust::system);
  }
  if (question.accept_once) {
    return accept(Pin::Trust::accepted);
  }
  const std::string pin_it = question.command + " --pin " + question.certificate;
  if (question.is_public_address) {
    return refuse(question.target +
                      " has a public address and a certificate that nobody vouches for, so it "
                      "must be named",
                  pin_it,
                  "certificate_untrusted");
  }
  if (question.accept_new) {
    return accept(Pin::Trust::accepted);
  }
  IdentityVerdict verdict =
      refuse("nobody vouches for the certificate of " + question.target +
                 ", and it is not known from before",
             pin_it + "   (or --accept-new, for whatever certificate it shows)",
             "certificate_untrusted");
  verdict.kind = question.may_ask ? Kind::ask : Kind::refused;
  return verdict;
}

/// judge_without_certificate is for suites in which nobody shows who they are. Security: where
/// somebody is expected, an anonymous box is not taken instead; else whoever sits in between need
/// only offer nothing better.
IdentityVerdict judge_without_certificate(const IdentityQuestion& question) {
  const bool is_expected =
      !question.pins.empty() || !question.accept_changed.empty() || question.pin != nullptr;
  if (is_expected) {
    return refuse(question.target +
                      " shows no certificate, so it may be anybody and not the box "
                      "that is known by its certificate",
                  question.command + " --suites=-anon",
                  "no_certificate");
  }
  return question.allows_anonymous || question.accept_once
             ? accept(Pin::Trust::accepted)
             : refuse(question.target +
                          " shows no certificate: whoever sits in between would not "
                          "be noticed",
                      question.command + " --allow anon",
                      "no_certificate");
}

/// judge_certificate compares with what is remembered.
IdentityVerdict judge_certificate(const IdentityQuestion& question) {
  if (question.certificate.empty()) {
    return judge_without_certificate(question);
  }
  if (!question.pins.empty()) {
    return contains(question.pins, question.certificate)
               ? accept(Pin::Trust::accepted)
               : refuse("the certificate of " + question.target + " is " + question.certificate +
                            ", which --pin does not name",
                        question.command + " --pin " + question.certificate,
                        "certificate_pin_mismatch");
  }
  // Security: who gives a list asks for this, so neither memory nor --accept-new undoes it.
  if (question.is_revoked && !question.accept_once) {
    return refuse(
        "the certificate of " + question.target + " has been revoked by its authority",
        question.command + " --pin " + question.certificate + "   (if that is the right box)",
        "certificate_revoked");
  }
  if (question.pin == nullptr) {
    return judge_first_contact(question);
  }
  if (question.certificate == question.pin->certificate) {
    return accept(question.pin->trust);
  }
  if (question.is_verified && question.pin->trust == Pin::Trust::system) {
    return accept(Pin::Trust::system);  // renewed
  }
  if (contains(question.accept_changed, question.certificate)) {
    return accept(Pin::Trust::accepted);
  }
  return refuse("the certificate of " + question.target + " has changed: it was " +
                    question.pin->certificate + " and is " + question.certificate,
                question.command + " --accept-changed " + question.certificate,
                "certificate_changed");
}

bool has_prefix(const std::array<std::uint8_t, 16>& bytes,
                std::size_t at,
                std::uint8_t value,
                unsigned bits) {
  const auto mask = static_cast<std::uint8_t>(0xFFU << (8U - bits));
  return (bytes[at] & mask) == (value & mask);
}

bool is_public_ipv4(const std::uint8_t* bytes) {
  const bool is_private =
      bytes[0] == 10 || bytes[0] == 127 || (bytes[0] == 172 && (bytes[1] & 0xF0U) == 16) ||
      (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 169 && bytes[1] == 254) ||
      (bytes[0] == 100 && (bytes[1] & 0xC0U) == 64);
  return !is_private;
}

}  // namespace

IdentityVerdict judge_identity(const IdentityQuestion& question) {
  IdentityVerdict verdict = judge_certificate(question);
  if (verdict.kind == Kind::refused || question.pin == nullptr || question.accept_lower) {
    return verdict;
  }
  if (version_rank(question.version) < version_rank(question.pin->version)) {
    return refuse(question.target + " used to speak " + question.pin->version + " and now speaks " +
                      question.version + " only: somebody may be forcing it down",
                  question.command + " --accept-lower",
                  "version_lower");
  }
  return verdict;
}

bool is_public_address(const std::string& address) {
  std::array<std::uint8_t, 16> bytes{};
  if (::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) {
    return is_public_ipv4(bytes.data());
  }
  // A link-local address may carry a zone: "fe80::1%eth0".
  const std::string plain = address.substr(0, address.find('%'));
  if (::inet_pton(AF_INET6, plain.c_str(), bytes.data()) != 1) {
    return true;
  }
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) {
    return is_public_ipv4(bytes.data() + kMapped.size());
  }
  constexpr std::array<std::uint8_t, 16> kLoopback = {
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  const bool is_link_local = bytes[0] == 0xFE && has_prefix(bytes, 1, 0x80, 2);
  const bool is_unique_local = has_prefix(bytes, 0, 0xFC, 7);
  return bytes != kLoopback && !is_link_local && !is_unique_local;
}

}  // namespace heirloom::app

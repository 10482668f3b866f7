#include "ca/weak_points.hpp"

namespace heirloom::app {

namespace {

// RSA of 768 bits was factored in 2009; logarithms modulo a prime of 768 bits followed in 2016.
constexpr int kBrokenBits = 768;
constexpr int kFeebleBits = 1024;
constexpr int kTodaysBits = 2048;
constexpr int kTodaysCurve = 224;

}  // namespace

std::vector<std::string> weak_points_of(const KeyFacts& key) {
  const std::string subject =
      (key.kind == KeyKind::rsa || key.kind == KeyKind::ec ? "an " : "a ") + to_string(key);
  if (key.kind == KeyKind::ec) {
    return key.bits < kTodaysCurve ? std::vector{subject + " is smaller than anybody uses today"}
                                   : std::vector<std::string>{};
  }
  if (key.bits < kBrokenBits) {
    return {subject + " can be broken by anybody"};
  }
  if (key.bits < kFeebleBits) {
    return {subject + " can be broken with patience"};
  }
  return key.bits < kTodaysBits ? std::vector{subject + " is shorter than anybody uses today"}
                                : std::vector<std::string>{};
}

std::vector<std::string> weak_points_of(const CertificatePlan& plan, std::time_t now) {
  std::vector<std::string> points;
  switch (plan.hash) {
    case SignatureHash::md5:
      points.emplace_back("signatures with MD5 can be forged");
      break;
    case SignatureHash::sha1:
      points.emplace_back("signatures with SHA-1 are refused by today's programs");
      break;
    case SignatureHash::sha256:
      break;
  }
  if (plan.version == CertificateVersion::v1) {
    points.emplace_back("version 1 cannot say what a certificate is for");
  }
  if (now < plan.validity.from || now > plan.validity.to) {
    points.emplace_back("the certificate is not valid today");
  }
  return points;
}

std::string weak_sentence(const std::vector<std::string>& points) {
  std::string sentence;
  for (std::size_t i = 0; i < points.size(); ++i) {
    sentence += (i == 0 ? "Weak: " : i + 1 == points.size() ? " and " : ", ") + points[i];
  }
  return sentence.empty() ? sentence : sentence + ".";
}

}  // namespace heirloom::app

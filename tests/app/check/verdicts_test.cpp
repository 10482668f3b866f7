// Severity: what is said of suites, versions, keys and certificates, and what is said when
// something could not be tested.
#include "check/verdicts.hpp"

#include "heirloom/cipher_suite.hpp"

#include "check/print.hpp"
#include "check/severity.hpp"
#include "check/suite_catalog.hpp"
#include "check/weakness.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

namespace heirloom::app {
namespace {

using State = VersionReport::State;
using Status = CheckLine::Status;

CertificateChain test_chain(const std::string& name) {
  std::ifstream file(std::string(HEIRLOOM_SOURCE_DIR) + "/tests/vectors/certificates/" + name +
                     ".crt");
  std::stringstream text;
  text << file.rdbuf();
  auto chain = parse_pem_chain(text.str());
  EXPECT_TRUE(chain.has_value()) << name;
  return chain.has_value() ? *chain : CertificateChain{};
}

Examination examination_of(
    const std::vector<std::pair<CheckVersion, std::vector<std::uint16_t>>>& accepted) {
  Examination examination;
  examination.where = {"10.0.0.5", 443};
  examination.target = "10.0.0.5:443";
  for (const CheckVersionRow& known : kCheckVersions) {
    VersionReport report;
    report.version = known.version;
    report.state = State::refused;
    report.how = "refused: protocol_version (70)";
    for (const auto& [version, suites] : accepted) {
      if (version == known.version) {
        report.state = State::accepted;
        report.preference = VersionReport::Preference::server;
        for (const std::uint16_t suite : suites) {
          report.suites.push_back({suite, 0, 0});
        }
      }
    }
    examination.versions.push_back(report);
    examination.handshakes.push_back({Tested::State::not_applicable, ""});
  }
  for (Tested* const tested : {&examination.renegotiation,
                               &examination.fallback_signal,
                               &examination.resumption,
                               &examination.extensions,
                               &examination.higher_version}) {
    *tested = {Tested::State::yes, "as it should be"};
  }
  examination.compression = {Tested::State::no, "not taken"};
  for (const Rung rung : {Rung::system_defaults,
                          Rung::system_everything,
                          Rung::tls10,
                          Rung::tls10_bare,
                          Rung::ssl30}) {
    examination.hellos.push_back({{rung, RungEnd::complete}, "TLS 1.0", "a suite"});
  }
  return examination;
}

CheckLine find(const std::vector<CheckLine>& lines, const std::string& id) {
  const auto found = std::ranges::find(lines, id, &CheckLine::id);
  EXPECT_NE(found, lines.end()) << id;
  return found == lines.end() ? CheckLine{} : *found;
}

// libssl's table is not ours: whatever it has must have that number and that name here.
TEST(SuiteCatalog, AgreesWithLibssl) {
  SSL_CTX* const context = SSL_CTX_new(TLS_method());
  ASSERT_EQ(SSL_CTX_set_cipher_list(context, "ALL:COMPLEMENTOFALL:@SECLEVEL=0"), 1);
  const STACK_OF(SSL_CIPHER)* const ciphers = SSL_CTX_get_ciphers(context);
  ASSERT_GT(sk_SSL_CIPHER_num(ciphers), 100);
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER* const cipher = sk_SSL_CIPHER_value(ciphers, i);
    const std::uint16_t id = SSL_CIPHER_get_protocol_id(cipher);
    EXPECT_EQ(suite_name(id), SSL_CIPHER_standard_name(cipher));
    EXPECT_EQ(openssl_suite_name(id), SSL_CIPHER_get_name(cipher));
  }
  SSL_CTX_free(context);
}

TEST(SuiteCatalog, HasEverySuiteOfTheEngineAtEveryVersionItHas) {
  for (const CipherSuite& suite : cipher_suites()) {
    // What SSL 3.0 gave to FORTEZZA, RFC 2712 gave to Kerberos, which servers have.
    EXPECT_EQ(suite_name(suite.id),
              suite.id == 0x001e ? "TLS_KRB5_WITH_DES_CBC_SHA"
                                 : cipher_suite_name(suite, ProtocolVersion::tls10));
    for (const CheckVersion version : {CheckVersion::ssl30, CheckVersion::tls10}) {
      const auto batches = suites_for(version);
      EXPECT_TRUE(std::ranges::any_of(batches, [&](const auto& batch) {
        return std::ranges::find(batch, suite.id) != batch.end();
      })) << suite.id;
    }
  }
}

TEST(SuiteCatalog, IsSortedAndOffersOnlyWhatAVersionKnows) {
  const auto catalog = suite_catalog();
  EXPECT_TRUE(std::ranges::is_sorted(catalog, std::less<>{}, &CatalogSuite::id));
  for (const auto& batch : suites_for(CheckVersion::tls13)) {
    for (const std::uint16_t id : batch) {
      EXPECT_EQ(suite_name(id).find("_RSA_"), std::string_view::npos) << suite_name(id);
    }
  }
  for (const auto& batch : suites_for(CheckVersion::tls11)) {
    for (const std::uint16_t id : batch) {
      EXPECT_EQ(suite_name(id).find("_GCM"), std::string_view::npos) << suite_name(id);
    }
  }
}

struct Judged {
  CheckVersion version;
  std::uint32_t id;
  Severity severity;
  std::vector<std::string> complaints;
};

TEST(Weaknesses, OfSuites) {
  const std::vector<Judged> table = {
      {CheckVersion::tls10, 0x0001, Severity::critical, {"no encryption", "no forward secrecy"}},
      {CheckVersion::tls10, 0x0018, Severity::critical, {"no certificate", "RC4"}},
      {CheckVersion::tls10,
       0x0003,
       Severity::critical,
       {"export grade", "RC4", "no forward secrecy"}},
      {CheckVersion::tls10, 0x0005, Severity::high, {"RC4", "no forward secrecy"}},
      {CheckVersion::ssl30, 0x0005, Severity::high, {"RC4", "no forward secrecy"}},
      {CheckVersion::ssl30, 0x0016, Severity::high, {"POODLE", "SWEET32", "BEAST"}},
      {CheckVersion::tls10,
       0x0016,
       Severity::medium,
       {"SWEET32", "BEAST", "CBC with MAC-then-encrypt"}},
      {CheckVersion::tls11, 0x0016, Severity::medium, {"SWEET32", "CBC with MAC-then-encrypt"}},
      {CheckVersion::tls10,
       0x0015,
       Severity::high,
       {"single DES", "SWEET32", "BEAST", "CBC with MAC-then-encrypt"}},
      {CheckVersion::tls10,
       0x0007,
       Severity::medium,
       {"SWEET32", "BEAST", "CBC with MAC-then-encrypt", "no forward secrecy"}},
      {CheckVersion::tls12, 0xc02f, Severity::ok, {}},
      {CheckVersion::tls12, 0x009c, Severity::low, {"no forward secrecy"}},
      {CheckVersion::tls13, 0x1301, Severity::ok, {}},
      {CheckVersion::ssl20,
       0x020080,
       Severity::critical,
       {"export grade", "RC4", "no forward secrecy"}},
      {CheckVersion::ssl20,
       0x060040,
       Severity::high,
       {"single DES", "SWEET32", "no forward secrecy"}},
  };
  for (const Judged& judged : table) {
    const SuiteAt suite{judged.version, judged.id};
    EXPECT_EQ(severity_of_suite(suite), judged.severity) << any_suite_name(suite);
    EXPECT_EQ(complaints_about(suite), judged.complaints) << any_suite_name(suite);
  }
}

TEST(Verdicts, OnAnOldBox) {
  const auto lines =
      verdicts(examination_of({{CheckVersion::ssl30, {0x000a}}, {CheckVersion::tls10, {0x0004}}}));
  EXPECT_EQ(find(lines, "ssl3").severity, Severity::high);
  EXPECT_EQ(find(lines, "tls1_0").severity, Severity::low);
  EXPECT_EQ(find(lines, "tls1_2").severity, Severity::info);
  const CheckLine poodle = find(lines, "poodle");
  EXPECT_EQ(poodle.status, Status::finding);
  EXPECT_EQ(poodle.cves, (std::vector<std::string>{"CVE-2014-3566"}));
  EXPECT_EQ(poodle.text, "SSL 3.0: TLS_RSA_WITH_3DES_EDE_CBC_SHA");
  EXPECT_EQ(find(lines, "suite_rc4").text, "TLS 1.0: TLS_RSA_WITH_RC4_128_MD5");
  EXPECT_EQ(find(lines, "suite_null").status, Status::ok);
  EXPECT_EQ(worst_severity(lines), Severity::high);
}

TEST(Verdicts, OnABoxThatWasNotReached) {
  Examination examination;
  examination.target = "10.0.0.5:443";
  examination.failure = Failure{ExitCode::network, "nothing answers", "", "connect_timeout"};
  EXPECT_EQ(worst_severity(verdicts(examination)), std::nullopt);
  EXPECT_TRUE(format_report(examination, verdicts(examination))
                  .starts_with("10.0.0.5:443: nothing could be tested, "));
  // It was reached, and speaks something else.
  examination.hellos.push_back({{Rung::system_defaults, RungEnd::plain_http}, "", ""});
  EXPECT_EQ(worst_severity(verdicts(examination)), std::nullopt);
  EXPECT_NE(
      format_report_json(examination, verdicts(examination)).find("\"severity\":null,\"error"),
      std::string::npos);
}

TEST(Verdicts, NothingIsCleanThatWasNotTested) {
  Examination examination = examination_of({{CheckVersion::tls10, {0x002f}}});
  EXPECT_FALSE(is_incomplete(verdicts(examination)));
  examination.versions[1].state = State::unknown;  // SSL 3.0
  examination.versions[1].how = "the box hung up, twice";
  auto lines = verdicts(examination);
  EXPECT_EQ(find(lines, "ssl3").status, Status::not_tested);
  EXPECT_EQ(find(lines, "ssl3").text, "the box hung up, twice");
  for (const std::string id : {"poodle", "suite_rc4", "suite_null", "suite_export", "dh_group"}) {
    EXPECT_EQ(find(lines, id).status, Status::not_tested) << id;
  }
  EXPECT_EQ(find(lines, "beast").status, Status::finding) << "what was found was found";
  EXPECT_TRUE(is_incomplete(lines));

  examination = examination_of({{CheckVersion::tls10, {0x002f}}});
  examination.versions[2].untested.push_back({{0x0004, 0x0018}, "no answer to the hello, twice"});
  lines = verdicts(examination);
  EXPECT_EQ(find(lines, "suites_tls1_0").status, Status::not_tested);
  EXPECT_EQ(find(lines, "suite_rc4").status, Status::not_tested);
  EXPECT_EQ(find(lines, "suite_anonymous").status, Status::not_tested);
  EXPECT_EQ(find(lines, "suite_export").status, Status::ok) << "no such suite was left out";
  EXPECT_NE(format_report(examination, lines).find("could not test"), std::string::npos);
}

TEST(Verdicts, OnABoxThatCannotBeReached) {
  Examination examination;
  examination.failure = Failure{ExitCode::network, "10.0.0.5:443 refused the connection"};
  const auto lines = verdicts(examination);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines.front().status, Status::not_tested);
  EXPECT_EQ(lines.front().text, "10.0.0.5:443 refused the connection");
}

TEST(Verdicts, AHelloThatCouldNotBeTriedIsSaid) {
  Examination examination = examination_of({{CheckVersion::tls10, {0x002f}}});
  examination.hellos.resize(2);
  examination.hello_gap = "the limit of connections was reached";
  const auto lines = verdicts(examination);
  EXPECT_EQ(find(lines, "hello_system").status, Status::ok);
  EXPECT_EQ(find(lines, "hello_ssl3_0").status, Status::not_tested);
}

TEST(Verdicts, OnGroups) {
  for (const auto& [bits, severity] :
       std::vector<std::pair<std::size_t, Severity>>{{512, Severity::critical},
                                                     {1024, Severity::high},
                                                     {1536, Severity::low},
                                                     {2048, Severity::ok}}) {
    Examination examination = examination_of({{CheckVersion::tls10, {0x0033, 0x0039}}});
    examination.versions[2].suites[0].dh_bits = 4096;
    examination.versions[2].suites[1].dh_bits = bits;
    EXPECT_EQ(find(verdicts(examination), "dh_group").severity, severity) << bits;
  }
}

std::vector<CheckLine> judge_certificate(const std::string& name, const std::string& host) {
  Examination examination;
  examination.where = {host, 443};
  examination.chains = {test_chain(name)};
  const auto in_2026 = std::chrono::system_clock::from_time_t(1790000000);
  return certificate_verdicts(examination, in_2026);
}

TEST(Certificates, AreJudged) {
  auto lines = judge_certificate("device", "127.0.0.1");
  EXPECT_EQ(find(lines, "certificate_key").severity, Severity::high);
  EXPECT_EQ(find(lines, "certificate_dates").severity, Severity::medium);
  EXPECT_EQ(find(lines, "certificate_signature").cves, (std::vector<std::string>{"CVE-2004-2761"}));
  EXPECT_EQ(find(lines, "certificate_name").status, Status::ok);
  EXPECT_EQ(find(lines, "pin").severity, Severity::info);

  lines = judge_certificate("rsa2048-sha256", "elsewhere.example");
  EXPECT_EQ(find(lines, "certificate_key").status, Status::ok);
  EXPECT_EQ(find(lines, "certificate_signature").status, Status::ok);
  EXPECT_EQ(find(lines, "certificate_name").severity, Severity::medium);
  EXPECT_EQ(find(lines, "certificate_trust").severity, Severity::medium);
}

TEST(Certificates, AnotherOneThanTheRememberedIsSerious) {
  Examination examination;
  examination.where = {"127.0.0.1", 443};
  examination.chains = {test_chain("device")};
  Pin pin;
  pin.certificate = "sha256:" + std::string(64, '0');
  pin.first_seen = "2026-01-31T12:00:00Z";
  examination.pin = pin;
  const auto now = std::chrono::system_clock::now();
  EXPECT_EQ(find(certificate_verdicts(examination, now), "pin").severity, Severity::high);
  examination.pin->certificate = fingerprint_of(examination.chains.front());
  EXPECT_EQ(find(certificate_verdicts(examination, now), "pin").status, Status::ok);
}

}  // namespace
}  // namespace heirloom::app

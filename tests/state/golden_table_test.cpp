// The transition table that the types say, against one typed by hand from RFC 6101 §5.5 and
// RFC 2246 §7.3 (figures 1 and 2).
#include "handshake/client_states.hpp"
#include "handshake/server_states.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using machine::Verdict;

using Names = std::set<std::string_view>;
using Golden = std::map<std::pair<std::string_view, std::string_view>, Names>;

// Figure 1: ServerHello, Certificate*, ServerKeyExchange*, CertificateRequest*, ServerHelloDone;
// our flight; the server's change_cipher_spec and Finished. Figure 2: the resumed order.
//
// §7.4.2: no Certificate if the key exchange is anonymous, and then there is a ServerKeyExchange
// (§7.4.3), and no CertificateRequest (§7.4.4). Ahead of our flight the application may have to
// judge the certificate, to let our certificate's key take part in the key exchange (§7.4.7.2), or
// to sign the CertificateVerify (§7.4.8); each of the three at most once and in this order. A key
// that agrees cannot sign; the DSS key of RFC 6101 §5.6.7.2 signs y_c and then that. Whether a
// certificate was asked for is a value, not a state, so both ServerHelloDone lead to all of it.
//
// RFC 6066 §8: a CertificateStatus comes "immediately after the Certificate message", if at all,
// and only where the server has announced it; so two states have it beside what follows without it.
//
// §7.4.1.1, §7.4.1.2: an open connection may go through it all again, because the server asks or we
// want it. §7.2.2: a server that does not want it says no_renegotiation in the place of its hello;
// so may we say to a server that asks, and stay where we are.
//
// RFC 5077 §3.1, figures 1 and 2: a NewSessionTicket comes before the server's change_cipher_spec,
// in a full handshake and in a resumed one. §3.3: it "MUST be sent if the server included a
// SessionTicket extension in the ServerHello" and "MUST NOT be sent" otherwise; so two states have
// it and nothing else.
const Golden kClient{
    {{"AwaitServerHello", "server_hello"},
     {"AwaitCertificate",
      "AwaitServerKeyExchange",
      "AwaitResumedNewSessionTicket",
      "AwaitResumedChangeCipherSpec"}},
    {{"Established", "renegotiation wanted"}, {"AwaitServerHelloOrRefusal"}},
    {{"Established", "hello_request"}, {"AwaitServerHelloOrRefusal", "Established"}},
    {{"AwaitServerHelloOrRefusal", "server_hello"},
     {"AwaitCertificate",
      "AwaitServerKeyExchange",
      "AwaitResumedNewSessionTicket",
      "AwaitResumedChangeCipherSpec"}},
    {{"AwaitServerHelloOrRefusal", "no_renegotiation"}, {"Established"}},
    {{"AwaitCertificate", "certificate"},
     {"AwaitStatusOrServerKeyExchange",
      "AwaitStatusOrRequestOrDone",
      "AwaitServerKeyExchange",
      "AwaitCertificateRequestOrDone"}},
    {{"AwaitStatusOrServerKeyExchange", "certificate_status"}, {"AwaitServerKeyExchange"}},
    {{"AwaitStatusOrServerKeyExchange", "server_key_exchange"}, {"AwaitCertificateRequestOrDone"}},
    {{"AwaitStatusOrRequestOrDone", "certificate_status"}, {"AwaitCertificateRequestOrDone"}},
    {{"AwaitStatusOrRequestOrDone", "certificate_request"}, {"AwaitServerHelloDone"}},
    {{"AwaitStatusOrRequestOrDone", "server_hello_done"},
     {"AwaitCertificateVerdict",
      "AwaitAgreement",
      "AwaitSignature",
      "AwaitNewSessionTicket",
      "AwaitChangeCipherSpec"}},
    {{"AwaitServerKeyExchange", "server_key_exchange"}, {"AwaitCertificateRequestOrDone"}},
    {{"AwaitCertificateRequestOrDone", "certificate_request"}, {"AwaitServerHelloDone"}},
    {{"AwaitCertificateRequestOrDone", "server_hello_done"},
     {"AwaitCertificateVerdict",
      "AwaitAgreement",
      "AwaitSignature",
      "AwaitNewSessionTicket",
      "AwaitChangeCipherSpec"}},
    {{"AwaitServerHelloDone", "server_hello_done"},
     {"AwaitCertificateVerdict",
      "AwaitAgreement",
      "AwaitSignature",
      "AwaitNewSessionTicket",
      "AwaitChangeCipherSpec"}},
    {{"AwaitCertificateVerdict", "certificate verdict"},
     {"AwaitAgreement", "AwaitSignature", "AwaitNewSessionTicket", "AwaitChangeCipherSpec"}},
    {{"AwaitAgreement", "private key used"},
     {"AwaitSignature", "AwaitNewSessionTicket", "AwaitChangeCipherSpec"}},
    {{"AwaitSignature", "private key used"}, {"AwaitNewSessionTicket", "AwaitChangeCipherSpec"}},
    {{"AwaitNewSessionTicket", "new_session_ticket"}, {"AwaitChangeCipherSpec"}},
    {{"AwaitChangeCipherSpec", "change_cipher_spec"}, {"AwaitFinished"}},
    {{"AwaitFinished", "finished"}, {"Established"}},
    {{"AwaitResumedNewSessionTicket", "new_session_ticket"}, {"AwaitResumedChangeCipherSpec"}},
    {{"AwaitResumedChangeCipherSpec", "change_cipher_spec"}, {"AwaitResumedFinished"}},
    {{"AwaitResumedFinished", "finished"}, {"Established"}},
};

// Figure 1: Certificate*, ClientKeyExchange, CertificateVerify*, change_cipher_spec, Finished.
//
// The parameters of our ServerKeyExchange may have to be signed elsewhere (§7.4.3); only then is
// our flight over. §7.4.6: the client's Certificate (SSL 3.0: or no_certificate, RFC 6101 §5.6.6)
// comes first if we asked for one. The premaster secret may have to be opened, or agreed on,
// elsewhere (§7.4.7); KEA without a random of ours takes the key twice (RFC 6101 §5.6.3). §7.4.8:
// CertificateVerify follows a certificate "that has signing capability (i.e. all certificates
// except those containing fixed Diffie-Hellman parameters)".
//
// §7.4.1.1: in an open connection we may ask for a ClientHello, to which the client may say
// no_renegotiation; or it comes by itself, and we may say so and stay where we are (§7.2.2).
const Golden kServer{
    {{"AwaitClientHello", "client_hello"},
     {"AwaitSession",
      "AwaitParamsSignature",
      "AwaitClientCertificate",
      "AwaitClientKeyExchange",
      "AwaitResumedChangeCipherSpec"}},
    {{"Established", "renegotiation wanted"}, {"AwaitClientHelloOrRefusal"}},
    {{"Established", "client_hello"},
     {"AwaitSession",
      "AwaitParamsSignature",
      "AwaitClientCertificate",
      "AwaitClientKeyExchange",
      "AwaitResumedChangeCipherSpec",
      "Established"}},
    {{"AwaitClientHelloOrRefusal", "client_hello"},
     {"AwaitSession",
      "AwaitParamsSignature",
      "AwaitClientCertificate",
      "AwaitClientKeyExchange",
      "AwaitResumedChangeCipherSpec"}},
    {{"AwaitClientHelloOrRefusal", "no_renegotiation"}, {"Established"}},
    {{"AwaitSession", "session looked up"},
     {"AwaitParamsSignature",
      "AwaitClientCertificate",
      "AwaitClientKeyExchange",
      "AwaitResumedChangeCipherSpec"}},
    {{"AwaitParamsSignature", "private key used"},
     {"AwaitClientCertificate", "AwaitClientKeyExchange"}},
    {{"AwaitClientCertificate", "certificate"},
     {"AwaitClientCertificateVerdict", "AwaitClientKeyExchange"}},
    {{"AwaitClientCertificate", "no_certificate"}, {"AwaitClientKeyExchange"}},
    {{"AwaitClientCertificateVerdict", "certificate verdict"}, {"AwaitClientKeyExchange"}},
    {{"AwaitClientKeyExchange", "client_key_exchange"},
     {"AwaitPremaster", "AwaitCertificateVerify", "AwaitChangeCipherSpec"}},
    {{"AwaitPremaster", "private key used"},
     {"AwaitPremaster", "AwaitCertificateVerify", "AwaitChangeCipherSpec"}},
    {{"AwaitCertificateVerify", "certificate_verify"}, {"AwaitChangeCipherSpec"}},
    {{"AwaitChangeCipherSpec", "change_cipher_spec"}, {"AwaitFinished"}},
    {{"AwaitFinished", "finished"}, {"Established"}},
    {{"AwaitResumedChangeCipherSpec", "change_cipher_spec"}, {"AwaitResumedFinished"}},
    {{"AwaitResumedFinished", "finished"}, {"Established"}},
};

Golden accepted(const std::vector<machine::Cell>& cells) {
  Golden found;
  for (const auto& cell : cells) {
    if (cell.verdict == Verdict::accepted) {
      found[{cell.state, cell.input}] = Names(cell.successors.begin(), cell.successors.end());
    }
  }
  return found;
}

TEST(GoldenTable, ClientAcceptsExactlyWhatTheDocumentsSay) {
  EXPECT_EQ(accepted(machine::Table<client::State, Input>::cells()), kClient);
}

TEST(GoldenTable, ServerAcceptsExactlyWhatTheDocumentsSay) {
  EXPECT_EQ(accepted(machine::Table<server::State, Input>::cells()), kServer);
}

// RFC 2246 §7.4.1.1: HelloRequest is ignored by a client that is negotiating; nothing else is.
TEST(GoldenTable, OnlyHelloRequestIsIgnoredAndOnlyByANegotiatingClient) {
  for (const auto& cell : machine::Table<client::State, Input>::cells()) {
    const bool is_negotiating = cell.state != "Established" && cell.state != "Failed";
    EXPECT_EQ(cell.verdict == Verdict::ignored, cell.input == "hello_request" && is_negotiating)
        << cell.state << " " << cell.input;
  }
  for (const auto& cell : machine::Table<server::State, Input>::cells()) {
    EXPECT_NE(cell.verdict, Verdict::ignored) << cell.state << " " << cell.input;
  }
}

TEST(GoldenTable, HasEveryPair) {
  EXPECT_EQ((machine::Table<client::State, Input>::cells().size()),
            std::variant_size_v<client::State> * std::variant_size_v<Input>);
  EXPECT_EQ((machine::Table<server::State, Input>::cells().size()),
            std::variant_size_v<server::State> * std::variant_size_v<Input>);
}

// An overload must not be found through an implicit conversion between inputs or between states.
template <class Variant>
struct NoConversions;

template <class... T>
struct NoConversions<std::variant<T...>> {
  template <class One>
  static constexpr bool kOnlyItself = ((std::is_same_v<One, T> ||
                                        !std::is_convertible_v<T, One>)&&...);
  static constexpr bool value = (kOnlyItself<T> && ...);
};

static_assert(NoConversions<Input>::value);
static_assert(NoConversions<client::State>::value);
static_assert(NoConversions<server::State>::value);

}  // namespace
}  // namespace heirloom

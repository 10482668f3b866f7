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

// Server's flight, our flight, server's change_cipher_spec and Finished; or the resumed order.
const Golden kClient{
    {{"AwaitServerHello", "server_hello"}, {"AwaitCertificate", "AwaitResumedChangeCipherSpec"}},
    {{"AwaitCertificate", "certificate"}, {"AwaitCertificateRequestOrDone"}},
    {{"AwaitCertificateRequestOrDone", "certificate_request"}, {"AwaitServerHelloDone"}},
    {{"AwaitCertificateRequestOrDone", "server_hello_done"},
     {"AwaitCertificateVerdict", "AwaitSignature", "AwaitChangeCipherSpec"}},
    {{"AwaitServerHelloDone", "server_hello_done"},
     {"AwaitCertificateVerdict", "AwaitSignature", "AwaitChangeCipherSpec"}},
    {{"AwaitCertificateVerdict", "certificate verdict"},
     {"AwaitSignature", "AwaitChangeCipherSpec"}},
    {{"AwaitSignature", "private key used"}, {"AwaitChangeCipherSpec"}},
    {{"AwaitChangeCipherSpec", "change_cipher_spec"}, {"AwaitFinished"}},
    {{"AwaitFinished", "finished"}, {"Established"}},
    {{"AwaitResumedChangeCipherSpec", "change_cipher_spec"}, {"AwaitResumedFinished"}},
    {{"AwaitResumedFinished", "finished"}, {"Established"}},
};

const Golden kServer{
    {{"AwaitClientHello", "client_hello"},
     {"AwaitSession",
      "AwaitClientCertificate",
      "AwaitClientKeyExchange",
      "AwaitResumedChangeCipherSpec"}},
    {{"AwaitSession", "session looked up"},
     {"AwaitClientCertificate", "AwaitClientKeyExchange", "AwaitResumedChangeCipherSpec"}},
    {{"AwaitClientCertificate", "certificate"},
     {"AwaitClientCertificateVerdict", "AwaitClientKeyExchange"}},
    {{"AwaitClientCertificate", "no_certificate"}, {"AwaitClientKeyExchange"}},
    {{"AwaitClientCertificateVerdict", "certificate verdict"}, {"AwaitClientKeyExchange"}},
    {{"AwaitClientKeyExchange", "client_key_exchange"},
     {"AwaitDecryption", "AwaitCertificateVerify", "AwaitChangeCipherSpec"}},
    {{"AwaitDecryption", "private key used"}, {"AwaitCertificateVerify", "AwaitChangeCipherSpec"}},
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

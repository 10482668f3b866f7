// The accepted language: a puppet says every sequence, and the engine must accept exactly what a
// small reference automaton accepts.
//
// Every sequence up to four messages is covered by trying every symbol after every accepted prefix:
// an error is sticky (asserted), so what follows a refused symbol cannot change the outcome.
#include "support/pair.hpp"
#include "support/puppet/scene.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

using Script = std::vector<Symbol>;
using S = Symbol;

/// Automaton is the reference: from state and symbol to state; what is missing is refused.
using Automaton = std::map<std::pair<int, Symbol>, int>;

constexpr int kEstablished = 99;

// In a renegotiation data comes under the old keys until the peer changes to the new ones (RFC 2246
// §7.1); 5 is behind that.
void add_old_data(Automaton& a) {
  for (const int state : {0, 1, 2, 3, 4, 6, 7, 8}) {
    a[{state, S::application_data}] = state;
  }
}

// What a server may hear. State 0 is the beginning; the numbers follow the order of the messages.
Automaton server_hears(Shape shape, ProtocolVersion version) {
  const bool is_ssl = version == ProtocolVersion::ssl30;
  Automaton a{{{0, S::client_hello}, 1}, {{kEstablished, S::application_data}, kEstablished}};
  switch (shape) {
    case Shape::plain:
    case Shape::stapled:
    case Shape::renegotiated:
    case Shape::ticketed:
    case Shape::resumed_ticketed:
      a[{1, S::client_key_exchange}] = 4;
      break;
    case Shape::with_client_certificate:
      a[{1, S::certificate}] = 2;
      a[{1, S::empty_certificate}] = 3;
      if (is_ssl) {
        a[{1, S::no_certificate_warning}] = 3;
      }
      a[{2, S::client_key_exchange}] = 6;
      a[{6, S::certificate_verify}] = 4;
      a[{3, S::client_key_exchange}] = 4;
      break;
    case Shape::resumed:
      a[{1, S::change_cipher_spec}] = 5;
      break;
  }
  a[{4, S::change_cipher_spec}] = 5;
  a[{5, S::finished}] = kEstablished;
  if (!is_ssl) {  // refused with a warning, the connection stays (RFC 2246 §7.2.2)
    a[{kEstablished, S::client_hello}] = kEstablished;
  }
  // A warning that is no answer to a request is a remark, at any time after nothing or something.
  for (const int state : {0, 1, 2, 3, 4, 5, 6, kEstablished}) {
    const bool is_open = state == kEstablished || (state == 0 && shape == Shape::renegotiated);
    if ((!is_ssl || is_open) && !a.contains({state, S::no_certificate_warning})) {
      a[{state, S::no_certificate_warning}] = state;
    }
    a[{state, S::no_renegotiation_warning}] = state;
  }
  if (shape == Shape::renegotiated) {
    add_old_data(a);
  }
  return a;
}

/// add_server_keys: from the ServerHello (1) to the end of the server's keys (2). Certificate,
/// unless the suite is anonymous; ServerKeyExchange (7 before it), if the certificate does not
/// suffice (RFC 2246 §7.4.2, §7.4.3). Who shows nothing may ask for nothing (§7.4.4).
void add_server_keys(Automaton& a, const CipherSuite& suite) {
  const std::string name = cipher_suite_name(suite, ProtocolVersion::tls10);
  const bool is_anonymous = name.find("_anon_") != std::string::npos;
  const bool has_params = is_anonymous || name.find("DHE_") != std::string::npos;
  if (!is_anonymous) {
    a[{1, S::certificate}] = has_params ? 7 : 2;
    a[{2, S::certificate_request}] = 3;
  }
  if (has_params) {
    a[{is_anonymous ? 1 : 7, S::server_key_exchange}] = 2;
  }
}

/// add_status puts a CertificateStatus, which may be left out, behind the Certificate (8): after it
/// comes whatever would have come without it (RFC 6066 §8).
void add_status(Automaton& a) {
  const int after = a.at({1, S::certificate});
  for (const S symbol : {S::server_key_exchange, S::certificate_request, S::server_hello_done}) {
    if (const auto edge = a.find({after, symbol}); edge != a.end()) {
      a[{8, symbol}] = edge->second;
    }
  }
  a[{8, S::certificate_status}] = after;
  a[{1, S::certificate}] = 8;
}

/// add_ticket puts a NewSessionTicket, which must not be left out, before the change_cipher_spec:
/// that of a resumption (4, after 9) and that of a full handshake (6, after 10). Every other edge
/// to these states ends before the ticket (RFC 5077 §3.3).
void add_ticket(Automaton& a) {
  for (auto& [edge, next] : a) {
    if (next == 4 || next == 6) {
      next = next == 4 ? 9 : 10;
    }
  }
  a[{9, S::new_session_ticket}] = 4;
  a[{10, S::new_session_ticket}] = 6;
}

// What a client may hear after its ClientHello.
Automaton client_hears(Shape shape, Combination combination) {
  const ProtocolVersion version = combination.version;
  Automaton a{{{kEstablished, S::application_data}, kEstablished}};
  add_server_keys(a, *find_cipher_suite(combination.suite));
  switch (shape) {
    case Shape::plain:
    case Shape::with_client_certificate:
    case Shape::stapled:
    case Shape::renegotiated:
    case Shape::ticketed:
      a[{0, S::server_hello}] = 1;
      a[{0, S::resumed_server_hello}] = 1;  // no id was offered, so its id is empty: a new session
      a[{2, S::server_hello_done}] = 4;
      a[{3, S::server_hello_done}] = 4;
      break;
    case Shape::resumed:
    case Shape::resumed_ticketed:
      a[{0, S::resumed_server_hello}] = 4;
      a[{0, S::server_hello}] = 1;  // the server may start a new session instead
      a[{2, S::server_hello_done}] = 6;
      a[{3, S::server_hello_done}] = 6;
      a[{6, S::change_cipher_spec}] = 5;
      break;
  }
  if (shape == Shape::stapled) {
    add_status(a);
  }
  if (shape == Shape::ticketed || shape == Shape::resumed_ticketed) {
    add_ticket(a);
  }
  a[{4, S::change_cipher_spec}] = 5;
  a[{5, S::finished}] = kEstablished;
  for (const int state : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) {
    a[{state, S::hello_request}] = state;  // ignored while negotiating (RFC 2246 §7.4.1.1)
  }
  if (version != ProtocolVersion::ssl30) {
    a[{kEstablished, S::hello_request}] = kEstablished;
  }
  for (const int state : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, kEstablished}) {
    a[{state, S::no_certificate_warning}] = state;
    a[{state, S::no_renegotiation_warning}] = state;
  }
  if (shape == Shape::renegotiated) {
    add_old_data(a);
    // The server says no, and the connection goes on as it was (RFC 2246 §7.2.2). Under its old
    // keys it now hears what it would have heard before: nothing of a handshake.
    a[{0, S::no_renegotiation_warning}] = kEstablished;
  }
  return a;
}

struct Setting {
  Side side;
  Combination combination;
  Shape shape;
};

std::vector<Setting> settings();
std::string name_of(const Setting& setting);

/// Kind is what several settings have in common: one test goes through all of them.
struct Kind {
  Side side;
  Shape shape;
};

class Sequences : public ::testing::TestWithParam<Kind> {
 protected:
  [[nodiscard]] Automaton automaton() const {
    return setting_.side == Side::server
               ? server_hears(setting_.shape, setting_.combination.version)
               : client_hears(setting_.shape, setting_.combination);
  }

  /// each runs a test with every setting of the kind.
  template <class Test>
  void each(Test test) {
    for (const Setting& setting : settings()) {
      if (setting.side == GetParam().side && setting.shape == GetParam().shape) {
        SCOPED_TRACE(name_of(setting));
        setting_ = setting;
        test();
      }
    }
  }

  /// check plays a script and compares every step with the automaton.
  void check(const Script& script) const {
    Scene scene(setting_.side, setting_.combination, setting_.shape);
    const Automaton reference = automaton();
    int state = 0;
    for (const Symbol symbol : script) {
      const auto next = reference.find({state, symbol});
      const bool is_content = scene.say(symbol);
      ASSERT_EQ(is_content, next != reference.end())
          << to_string(script) << " at " << to_string(symbol) << ": "
          << (scene.engine().error() != nullptr ? scene.engine().error()->text() : "accepted");
      if (!is_content) {
        expect_dead(scene, script);
        return;
      }
      state = next->second;
      const bool is_open = state == kEstablished || (state == 0 && is_open_at_first());
      ASSERT_EQ(scene.engine().phase() == Phase::open, is_open) << to_string(script);
    }
  }

  /// is_open_at_first: a server that may be asked for another handshake.
  [[nodiscard]] bool is_open_at_first() const {
    return setting_.side == Side::server && setting_.shape == Shape::renegotiated;
  }

  /// expect_dead: one fatal alert was sent, nothing is accepted any more and nothing more is said.
  void expect_dead(Scene& scene, const Script& script) const {
    const Cause cause = scene.engine().error()->cause;
    std::size_t fatal = 0;
    for (const Alert& alert : scene.puppet().alerts) {
      fatal += alert.level == AlertLevel::fatal ? 1U : 0U;
    }
    EXPECT_EQ(fatal, 1U) << to_string(script) << ": " << cause_info(cause).name;
    Bytes plaintext;
    deliver(scene.engine(), scene.puppet().say(Symbol::client_hello), plaintext);
    EXPECT_TRUE(scene.engine().outgoing().empty()) << to_string(script);
    EXPECT_EQ(scene.engine().error()->cause, cause) << to_string(script);
    EXPECT_TRUE(plaintext.empty());
  }

  enum class Detours : std::uint8_t { no, yes };

  /// accepted_prefixes lists every accepted script of a length, with or without the symbols that
  /// leave the state as it is.
  [[nodiscard]] std::vector<Script> accepted_prefixes(std::size_t longest, Detours detours) const {
    const Automaton reference = automaton();
    std::vector<std::pair<Script, int>> open{{{}, 0}};
    std::vector<Script> all;
    while (!open.empty()) {
      auto [script, state] = open.back();
      open.pop_back();
      all.push_back(script);
      if (script.size() == longest) {
        continue;
      }
      for (const auto& [edge, next] : reference) {
        if (edge.first == state && (detours == Detours::yes || next != state)) {
          Script longer = script;
          longer.push_back(edge.second);
          open.emplace_back(longer, next);
        }
      }
    }
    return all;
  }

  /// valid_traces are the accepted scripts that establish a connection without detours.
  [[nodiscard]] std::vector<Script> valid_traces() const {
    const Automaton reference = automaton();
    std::vector<Script> traces;
    for (const Script& script : accepted_prefixes(8, Detours::no)) {
      int state = 0;
      for (const Symbol symbol : script) {
        state = reference.at({state, symbol});
      }
      if (state == kEstablished) {
        traces.push_back(script);
      }
    }
    return traces;
  }

  Setting setting_{};
};

TEST_P(Sequences, EverySequenceUpToFourMessages) {
  each([&] {
    std::size_t count = 0;
    for (const Script& prefix : accepted_prefixes(3, Detours::yes)) {
      for (std::size_t symbol = 0; symbol < kSymbolCount; ++symbol) {
        Script script = prefix;
        script.push_back(static_cast<Symbol>(symbol));
        check(script);
        ++count;
      }
    }
    EXPECT_GE(count, 4 * kSymbolCount);
  });
}

TEST_P(Sequences, ValidTracesEstablish) {
  each([&] {
    const auto traces = valid_traces();
    ASSERT_FALSE(traces.empty());
    for (Script script : traces) {
      script.push_back(Symbol::application_data);
      check(script);
    }
  });
}

TEST_P(Sequences, SkippedRepeatedSwappedAndInsertedMessages) {
  each([&] {
    for (const Script& trace : valid_traces()) {
      for (std::size_t i = 0; i < trace.size(); ++i) {
        Script skipped = trace;
        skipped.erase(skipped.begin() + static_cast<std::ptrdiff_t>(i));
        check(skipped);
        Script repeated = trace;
        repeated.insert(repeated.begin() + static_cast<std::ptrdiff_t>(i), trace[i]);
        check(repeated);
        if (i + 1 < trace.size()) {
          Script swapped = trace;
          std::swap(swapped[i], swapped[i + 1]);
          check(swapped);
        }
        for (std::size_t symbol = 0; symbol < kSymbolCount; ++symbol) {
          Script inserted = trace;
          inserted.insert(inserted.begin() + static_cast<std::ptrdiff_t>(i),
                          static_cast<Symbol>(symbol));
          check(inserted);
        }
      }
    }
  });
}

std::vector<Setting> settings() {
  std::vector<Setting> all;
  for (const Side side : {Side::client, Side::server}) {
    for (const Combination combination : {Combination{ProtocolVersion::ssl30, 0x0005},
                                          Combination{ProtocolVersion::tls10, 0x002f}}) {
      for (const Shape shape :
           {Shape::plain, Shape::with_client_certificate, Shape::resumed, Shape::renegotiated}) {
        all.push_back({side, combination, shape});
      }
    }
    // With a ServerKeyExchange, and without a Certificate.
    all.push_back({side, {ProtocolVersion::tls10, 0x0033}, Shape::with_client_certificate});
    all.push_back({side, {ProtocolVersion::ssl30, 0x0018}, Shape::plain});
  }
  for (const std::uint16_t suite : {std::uint16_t{0x002f}, std::uint16_t{0x0033}}) {
    all.push_back({Side::client, {ProtocolVersion::tls10, suite}, Shape::stapled});
    all.push_back({Side::client, {ProtocolVersion::tls10, suite}, Shape::ticketed});
    all.push_back({Side::client, {ProtocolVersion::tls10, suite}, Shape::resumed_ticketed});
  }
  return all;
}

std::string name_of(const Setting& setting) {
  return testing::name_of(setting.combination.version,
                          *find_cipher_suite(setting.combination.suite));
}

std::vector<Kind> kinds() {
  std::vector<Kind> all;
  for (const Side side : {Side::client, Side::server}) {
    for (const Shape shape :
         {Shape::plain, Shape::with_client_certificate, Shape::resumed, Shape::renegotiated}) {
      all.push_back({side, shape});
    }
  }
  for (const Shape shape : {Shape::stapled, Shape::ticketed, Shape::resumed_ticketed}) {
    all.push_back({Side::client, shape});
  }
  return all;
}

std::string kind_name(const ::testing::TestParamInfo<Kind>& test) {
  const std::string name = test.param.side == Side::client ? "Client" : "Server";
  switch (test.param.shape) {
    case Shape::plain:
      break;
    case Shape::with_client_certificate:
      return name + "_ClientCertificate";
    case Shape::resumed:
      return name + "_Resumed";
    case Shape::stapled:
      return name + "_Stapled";
    case Shape::renegotiated:
      return name + "_Renegotiated";
    case Shape::ticketed:
      return name + "_Ticketed";
    case Shape::resumed_ticketed:
      return name + "_ResumedTicketed";
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Sequences, ::testing::ValuesIn(kinds()), kind_name);

}  // namespace
}  // namespace heirloom::testing

#include "check/examine.hpp"

#include "heirloom/certificate_verifier.hpp"

#include "check/features.hpp"
#include "ladder/diagnosis.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace heirloom::app {

namespace {

using State = VersionReport::State;

/// Examiner is one examination, step by step.
class Examiner {
 public:
  Examiner(const HostPort& where, Interview& interview, Handshaker& handshaker, std::string command)
      : interview_(interview), handshaker_(handshaker), command_(std::move(command)) {
    result_.where = where;
    result_.target = to_string(where);
    result_.started = std::chrono::system_clock::now();
    manner_.server_name = is_address(where.host) ? "" : where.host;
  }

  Examination run();

 private:
  Outcome<RungAttempt> try_rung(Rung rung);
  void climb_all();
  bool is_hopeless() const;
  void enumerate_all();
  void enumerate(CheckVersion version);
  void confirm_versions();
  void ask_features();
  void resume_session();
  Tested resume_once();
  void collect_chains();

  VersionReport& report(CheckVersion version) {
    return result_.versions[static_cast<std::size_t>(version)];
  }

  [[nodiscard]] const RungResult* hello(Rung rung) const;

  Interview& interview_;
  Handshaker& handshaker_;
  std::string command_;
  Examination result_;
  HelloOffer manner_;
  std::optional<BoxFacts> facts_;  ///< of the highest rung that worked
  SessionPtr session_;             ///< of our engine, for the test of resumption
  std::optional<Rung> session_rung_;
};

/// try_rung makes one attempt, and another after a pause if the connection broke.
Outcome<RungAttempt> Examiner::try_rung(Rung rung) {
  const auto once = [&]() -> Outcome<RungAttempt> {
    if (!interview_.count_connection()) {
      Failure limit;  // becomes the reason of a line, never the end of the command
      limit.what = "the limit of connections was reached";
      return limit;
    }
    return handshaker_.climb(rung, nullptr);
  };
  Outcome<RungAttempt> first = once();
  const bool is_first_of_all = result_.hellos.empty();
  const bool may_be_accident = first.has_value() ? first->result.end == RungEnd::closed ||
                                                       first->result.end == RungEnd::reset ||
                                                       first->result.end == RungEnd::stalled
                                                 : !is_first_of_all;
  if (!may_be_accident) {
    return first;
  }
  interview_.pause();
  return once();
}

/// climb_all tries every rung, not only until one works.
void Examiner::climb_all() {
  for (const Rung rung : kRungs) {
    Outcome<RungAttempt> attempt = try_rung(rung);
    if (!attempt.has_value()) {
      result_.failure = attempt.error();
      return;
    }
    HelloOutcome outcome;
    outcome.result = attempt->result;
    if (attempt->box.has_value()) {
      const BoxFacts& facts = attempt->box->facts;
      outcome.version = facts.version_text;
      outcome.suite = facts.suite_text;
      result_.address = facts.address;
      if (!facts_.has_value()) {
        facts_ = facts;
      }
      if (!is_system(rung) && !session_rung_.has_value()) {
        session_ = attempt->box->session.engine;
        session_rung_ = rung;
      }
    }
    result_.hellos.push_back(std::move(outcome));
  }
}

const RungResult* Examiner::hello(Rung rung) const {
  const auto found = std::ranges::find_if(
      result_.hellos, [rung](const HelloOutcome& outcome) { return outcome.result.rung == rung; });
  return found == result_.hellos.end() ? nullptr : &found->result;
}

/// is_hopeless is true for a box that speaks another protocol, or not at all.
bool Examiner::is_hopeless() const {
  const auto says = [this](RungEnd end) {
    return std::ranges::any_of(
        result_.hellos, [end](const HelloOutcome& outcome) { return outcome.result.end == end; });
  };
  const bool is_silent = std::ranges::all_of(result_.hellos, [](const HelloOutcome& outcome) {
    return outcome.result.end == RungEnd::silent;
  });
  return says(RungEnd::plain_http) || says(RungEnd::ssh) || is_silent;
}

void Examiner::enumerate(CheckVersion version) {
  report(version) = enumerate_version(interview_, version, manner_);
  find_preference(interview_, report(version), manner_);
}

/// enumerate_all begins with the versions that worked, so that there is an offer that the box is
/// known to take when something goes wrong.
void Examiner::enumerate_all() {
  std::vector<CheckVersion> order;
  for (const HelloOutcome& outcome : result_.hellos) {
    for (const CheckVersionRow& known : kCheckVersions) {
      if (known.text == outcome.version) {
        order.push_back(known.version);
      }
    }
  }
  for (const CheckVersion version : {CheckVersion::tls12,
                                     CheckVersion::tls10,
                                     CheckVersion::ssl30,
                                     CheckVersion::tls11,
                                     CheckVersion::tls13,
                                     CheckVersion::ssl20}) {
    order.push_back(version);
  }
  std::vector<CheckVersion> done;
  for (const CheckVersion version : order) {
    if (std::ranges::find(done, version) == done.end()) {
      done.push_back(version);
      enumerate(version);
    }
  }
  interview_.forgive();
  for (const CheckVersion version : done) {
    if (report(version).state == State::unknown && interview_.has_taken()) {
      enumerate(version);
    }
  }
}

/// confirm_versions makes a whole handshake at each version, where no rung has done so.
void Examiner::confirm_versions() {
  result_.handshakes.resize(result_.versions.size());
  for (const VersionReport& version : result_.versions) {
    Tested& tested = result_.handshakes[static_cast<std::size_t>(version.version)];
    const auto rung = std::ranges::find_if(result_.hellos, [&](const HelloOutcome& outcome) {
      return outcome.version == row(version.version).text;
    });
    if (rung != result_.hellos.end()) {
      tested = {Tested::State::yes, rung->suite};
    } else if (version.state != State::accepted || version.version == CheckVersion::ssl20) {
      tested = {Tested::State::not_applicable, "there is nothing to agree on"};
    } else if (version.version <= CheckVersion::tls10) {
      const RungResult* const tried =
          hello(version.version == CheckVersion::ssl30 ? Rung::ssl30 : Rung::tls10_bare);
      tested = {Tested::State::no, tried == nullptr ? "" : outcome_text(*tried)};
    } else if (interview_.count_connection()) {
      tested = handshaker_.shake_hands(version.version);
    } else {
      tested = {Tested::State::unknown, "the limit of connections was reached"};
    }
  }
}

void Examiner::resume_session() {
  if (!session_rung_.has_value()) {
    result_.resumption = {Tested::State::not_applicable,
                          "resumption by id is tried with our engine, which reached no agreement "
                          "with the box at SSL 3.0 or TLS 1.0"};
    return;
  }
  if (session_ == nullptr) {
    result_.resumption = {Tested::State::no, "the box gives out no session id"};
    return;
  }
  for (int attempts = 0; attempts < 2 && result_.resumption.state == Tested::State::unknown;
       ++attempts) {
    result_.resumption = resume_once();
  }
}

Tested Examiner::resume_once() {
  if (!interview_.count_connection()) {
    return {Tested::State::unknown, "the limit of connections was reached"};
  }
  const Outcome<RungAttempt> again = handshaker_.climb(*session_rung_, session_);
  if (!again.has_value()) {
    return {Tested::State::unknown, again.error().what};
  }
  if (!again->box.has_value()) {
    return {Tested::State::unknown, outcome_text(again->result)};
  }
  return again->box->facts.is_resumed
             ? Tested{Tested::State::yes, "a session was resumed by its id"}
             : Tested{Tested::State::no,
                      "the box gives out a session id and does not know it afterwards"};
}

void Examiner::ask_features() {
  result_.renegotiation = ask_renegotiation(interview_, result_.versions, manner_);
  result_.fallback_signal = ask_fallback_signal(interview_, result_.versions, manner_);
  result_.compression = ask_compression(interview_, result_.versions, manner_);
  result_.higher_version = judge_higher_version(result_.versions);
  const bool is_taken = std::ranges::any_of(result_.versions, [this](const VersionReport& version) {
    return manner_.extensions == HelloOffer::Signal::on && version.state == State::accepted &&
           version.version >= CheckVersion::tls10;
  });
  if (is_taken) {
    result_.extensions = {Tested::State::yes, "a hello with extensions is taken"};
  }
  resume_session();
}

void Examiner::collect_chains() {
  const auto add = [this](const CertificateChain& chain) {
    const bool is_new = !chain.empty() && std::ranges::none_of(result_.chains, [&](auto& known) {
      return known.front() == chain.front();
    });
    if (is_new) {
      result_.chains.push_back(chain);
    }
  };
  if (facts_.has_value()) {
    add(facts_->chain);
  }
  for (const VersionReport& version : result_.versions) {
    std::ranges::for_each(version.chains, add);
  }
  if (result_.chains.empty()) {
    return;
  }
  TrustOptions trust;
  trust.authorities = load_system_authorities();
  trust.rules.chain_order = ChainOrder::any;  // as browsers have it
  const CertificateQuestion question{result_.chains.front(),
                                     CertificateQuestion::Role::server,
                                     result_.where.host,
                                     std::chrono::system_clock::now()};
  auto verdict = verify_with_authorities(std::move(trust))->verify(question);
  result_.is_verified = !verdict.is_pending() && verdict.answer().has_value();
  if (!verdict.is_pending() && !verdict.answer().has_value()) {
    result_.verify_text = verdict.answer().error().text();
  }
}

Examination Examiner::run() {
  climb_all();
  const bool was_reached = !result_.hellos.empty();
  if (was_reached && is_hopeless()) {
    Situation situation;
    situation.target = result_.target;
    situation.host = result_.where.host;
    situation.command = command_;
    std::vector<RungResult> results;
    for (const HelloOutcome& outcome : result_.hellos) {
      results.push_back(outcome.result);
    }
    result_.failure = diagnose(results, situation);
  } else if (was_reached) {
    if (result_.failure.has_value()) {
      result_.hello_gap = result_.failure->what;
      result_.failure.reset();
    }
    result_.versions.resize(kCheckVersions.size());
    result_.extensions = ask_extensions(interview_, manner_);
    if (result_.extensions.state == Tested::State::no) {
      manner_.extensions = HelloOffer::Signal::off;
      manner_.renegotiation = HelloOffer::Signal::off;
    }
    for (const CheckVersionRow& known : kCheckVersions) {
      report(known.version).version = known.version;
    }
    enumerate_all();
    confirm_versions();
    ask_features();
    collect_chains();
  }
  result_.connections = interview_.connections();
  result_.ended = std::chrono::system_clock::now();
  return std::move(result_);
}

}  // namespace

Examination examine(const HostPort& where,
                    Interview& interview,
                    Handshaker& handshaker,
                    const std::string& command) {
  return Examiner(where, interview, handshaker, command).run();
}

}  // namespace heirloom::app

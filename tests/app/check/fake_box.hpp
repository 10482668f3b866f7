// FakeBox: a Prober that answers from a table, with accidents on demand.
#pragma once

#include "check/prober.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace heirloom::app {

class FakeBox final : public Prober {
 public:
  using Kind = ServerAnswer::Kind;
  enum class Order : std::uint8_t { server, client };

  /// suites per version, in the order of preference of the box
  std::map<CheckVersion, std::vector<std::uint16_t>> suites;
  Order order = Order::server;
  /// accident may replace the answer to the connection of that number, counted from 1.
  std::function<std::optional<Kind>(std::size_t number, const HelloOffer& offer)> accident;
  std::optional<std::uint16_t> stubborn;  ///< chosen whatever is offered
  Kind refusal = Kind::alert;
  bool honours_signal = true;
  bool renegotiation = true;
  std::uint8_t compression = 0;
  std::size_t pauses = 0;
  std::vector<HelloOffer> asked;

  ServerAnswer ask(const HelloOffer& offer) override {
    asked.push_back(offer);
    if (accident) {
      if (const auto kind = accident(asked.size(), offer)) {
        return of(*kind);
      }
    }
    const auto version = negotiate(offer.version);
    if (!version.has_value()) {
      return refuse(70);
    }
    const bool is_highest = suites.rbegin()->first == *version;
    if (offer.fallback == HelloOffer::Signal::on && honours_signal && !is_highest) {
      return refuse(86);
    }
    const auto chosen = stubborn.has_value() ? stubborn : choose(offer, suites.at(*version));
    return chosen.has_value() ? take(offer, *version, *chosen) : refuse(40);
  }

  void pause() override { ++pauses; }

  static ServerAnswer of(Kind kind) {
    ServerAnswer answer;
    answer.kind = kind;
    return answer;
  }

 private:
  [[nodiscard]] std::optional<CheckVersion> negotiate(CheckVersion offered) const {
    std::optional<CheckVersion> best;
    for (const auto& entry : suites) {
      const bool is_sslv2 = offered == CheckVersion::ssl20 || entry.first == CheckVersion::ssl20;
      if (entry.first == offered || (entry.first < offered && !is_sslv2)) {
        best = entry.first;
      }
    }
    return offered == CheckVersion::tls13 && best != offered ? std::nullopt : best;
  }

  [[nodiscard]] std::optional<std::uint16_t> choose(const HelloOffer& offer,
                                                    const std::vector<std::uint16_t>& own) const {
    const auto& first = order == Order::server ? own : offer.suites;
    const auto& second = order == Order::server ? offer.suites : own;
    for (const std::uint16_t suite : first) {
      if (std::ranges::find(second, suite) != second.end()) {
        return suite;
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] ServerAnswer refuse(std::uint8_t alert) const {
    ServerAnswer answer = of(refusal);
    if (refusal == Kind::alert) {
      answer.alert = alert;
    }
    return answer;
  }

  [[nodiscard]] ServerAnswer take(const HelloOffer& offer,
                                  CheckVersion version,
                                  std::uint16_t suite) const {
    ServerAnswer answer = of(Kind::hello);
    answer.version = row(version).number;
    answer.suite = suite;
    answer.signals_renegotiation = renegotiation;
    const bool has_method =
        std::ranges::find(offer.compressions, compression) != offer.compressions.end();
    answer.compression = has_method ? compression : std::uint8_t{0};
    return answer;
  }
};

}  // namespace heirloom::app

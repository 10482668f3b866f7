// Dialer: opens lines, over the ladder and the pins for TLS, and keeps the last one for the next
// request to the same origin; of every origin it keeps the session, which saves an old box the most
// costly part of the next handshake.
#pragma once

#include "common/failure.hpp"
#include "get/line.hpp"
#include "get/options.hpp"
#include "get/target.hpp"
#include "ladder/attempt.hpp"
#include "ladder/report.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace heirloom::app::get {

class Dialer {
 public:
  /// Say is told each step for -v.
  using Say = std::function<void(const std::string& line)>;

  Dialer(const GetOptions& options, LadderSetup setup, const Report& report, Say say);

  /// Named says who has chosen the place. Security: what the options accept, and the own
  /// certificate, are for the places that the user has named. A box that could pass them on by a
  /// redirect could have another box pinned, and learn who the user is to it.
  enum class Named : std::uint8_t { by_user, by_redirect };

  enum class Reuse : std::uint8_t { allowed, fresh_only };

  /// dial gives the line kept for that origin, or opens one. Failures have curl's numbers.
  [[nodiscard]] Outcome<LinePtr> dial(const Target& target,
                                      Named named,
                                      Reuse reuse,
                                      Deadline deadline);

  /// latest is the session of the connection that was opened last; for --session-out.
  [[nodiscard]] SessionPtr latest() const { return latest_.latest().engine; }

  /// keep holds a line for the next dial; an older one is closed.
  void keep(LinePtr line) { kept_ = std::move(line); }

 private:
  [[nodiscard]] Outcome<LinePtr> dial_tls(const Target& target, Named named, Deadline deadline);
  [[nodiscard]] Outcome<LinePtr> dial_plain(const Target& target, Deadline deadline);
  [[nodiscard]] Outcome<LinePtr> open(const Target& target, Named named, Deadline deadline);
  [[nodiscard]] std::string resolved(const Target& target) const;
  [[nodiscard]] std::string command_for(const Target& target, const BoxOptions& box) const;
  void describe(const Line& line) const;

  const GetOptions& options_;
  LadderSetup setup_;
  const Report& report_;
  Say say_;
  LinePtr kept_;
  SessionSource latest_;
  /// by origin; what was opened with the options of the user is not for redirects
  std::map<std::pair<std::string, Named>, SessionSource> sessions_;
  Named kept_for_ = Named::by_user;  ///< how the last line was opened
};

/// ssl_verify_result is the number that curl's variable of that name has: 0 if the certificate is
/// vouched for, 18 for one signed by itself, 10 for an expired one, 62 for another name, else 20.
[[nodiscard]] int ssl_verify_result(const Line& line);

}  // namespace heirloom::app::get

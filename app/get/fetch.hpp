// Fetch: one URL, with everything that follows from it: redirects, a login that is asked for, a
// connection that has died. Its answer goes to a sink.
#pragma once

#include "common/failure.hpp"
#include "common/inflate.hpp"
#include "get/body_source.hpp"
#include "get/conversation.hpp"
#include "get/dialer.hpp"
#include "get/digest.hpp"
#include "get/options.hpp"
#include "get/request.hpp"
#include "get/sink.hpp"
#include "get/target.hpp"
#include "get/write_out.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app::get {

/// Shared is what all fetches of one run have in common.
struct Shared {
  const GetOptions& options;
  Dialer& dialer;
  std::optional<Login> login;        ///< -u
  std::vector<std::string> headers;  ///< -H, files read
  std::string data;                  ///< -d, joined
  Sink* header_sink = nullptr;       ///< -D
  Dialer::Say say;                   ///< one line of -v, with "* " before it
};

/// is_redirect is true for the statuses that curl follows.
[[nodiscard]] bool is_redirect(int status) noexcept;

class Fetch final : public Listener {
 public:
  Fetch(Shared& shared, Sink& sink, int number);

  /// run fetches, and fills statistics() also if it fails. Failures have curl's numbers.
  [[nodiscard]] Outcome<bool> run(const std::string& url);

  [[nodiscard]] const Statistics& statistics() const noexcept { return statistics_; }

  [[nodiscard]] Outcome<bool> on_head(std::string_view raw,
                                      const http::ResponseHead& head) override;
  [[nodiscard]] Outcome<bool> on_body(std::string_view bytes) override;

 private:
  enum class Next : std::uint8_t { done, again };

  [[nodiscard]] Outcome<bool> run_hops(const std::string& url);
  [[nodiscard]] Outcome<bool> start(const std::string& url);
  [[nodiscard]] Outcome<bool> open_body();
  [[nodiscard]] Outcome<bool> rewind_body();
  [[nodiscard]] Outcome<Next> hop();
  [[nodiscard]] Outcome<bool> converse(LinePtr& line, Heard& heard);
  [[nodiscard]] Outcome<bool> converse_once(Line& line, Heard& heard);
  [[nodiscard]] Outcome<bool> pass_raw();
  [[nodiscard]] Call make_call();
  [[nodiscard]] Dialer::Named named() const;
  [[nodiscard]] std::string authorization_for(const std::string& method) const;
  [[nodiscard]] bool will_authenticate(const http::ResponseHead& head) const;
  [[nodiscard]] bool will_follow(const http::ResponseHead& head) const;
  [[nodiscard]] Outcome<bool> follow(const http::ResponseHead& head);
  [[nodiscard]] Outcome<bool> finish_body();
  [[nodiscard]] Outcome<bool> choose_coding(const http::ResponseHead& head);
  /// GoesOn: another request follows this answer.
  enum class GoesOn : std::uint8_t { yes, no };
  void note_head(const http::ResponseHead& head, GoesOn goes_on);
  void note_connection(const Line& line);
  void note_line(const Line& line);
  void note_heard(const Heard& heard);
  void show_request(const Call& call) const;
  void warn_about_http10(const http::ResponseHead& head) const;
  [[nodiscard]] double since_start(Moment moment) const;

  Shared& shared_;
  Sink& sink_;
  Statistics statistics_;
  Moment started_;
  Moment hop_started_;
  Deadline deadline_ = Deadline::max();
  Target first_;   ///< of the command line
  Target target_;  ///< of this hop
  std::string method_;
  bool has_body_ = false;
  bool has_answered_challenge_ = false;
  std::optional<BodySource> body_;
  std::optional<Challenge> challenge_;
  std::unique_ptr<Inflater> inflater_;
  bool drops_body_ = false;  ///< the answer of a step on the way
};

}  // namespace heirloom::app::get

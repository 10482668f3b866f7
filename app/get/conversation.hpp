// Conversation: one request and its answer over one line, both directions at once, in constant
// memory.
#pragma once

#include "common/failure.hpp"
#include "get/body_source.hpp"
#include "get/line.hpp"
#include "get/upload.hpp"
#include "http/message.hpp"
#include "http/parser.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace heirloom::app::get {

/// Listener is told of the answer as it comes. A Failure ends the conversation.
class Listener {
 public:
  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  virtual ~Listener() = default;

  /// on_head gets every head, interim ones (1xx) too, as it came and parsed.
  [[nodiscard]] virtual Outcome<bool> on_head(std::string_view raw,
                                              const http::ResponseHead& head) = 0;
  [[nodiscard]] virtual Outcome<bool> on_body(std::string_view bytes) = 0;
};

/// Call is what is asked.
struct Call {
  http::RequestHead head;
  http::BodyFraming framing;
  BodySource* body = nullptr;
  std::string title;  ///< "10.0.0.5:443", the subject of sentences
  bool allows_http09 = false;
  bool accepts_truncated = false;
};

/// Heard is how a conversation went, also a failed one.
struct Heard {
  std::optional<http::ResponseHead> head;  ///< the final one
  std::uint64_t body_received = 0;         ///< before decompression
  std::uint64_t body_sent = 0;
  std::uint64_t head_received = 0;
  std::uint64_t head_sent = 0;
  Moment first_byte{};
  bool may_be_reused = false;   ///< the line, for another request
  bool line_was_dead = false;   ///< it failed before anything came over it: try a fresh one
  bool upload_was_cut = false;  ///< the answer came first
};

class Conversation {
 public:
  Conversation(Line& line, const Call& call, Listener& listener, Deadline deadline);

  /// run ends with the answer. Failures have curl's numbers; `heard` is filled either way.
  [[nodiscard]] Outcome<bool> run(Heard& heard);

 private:
  enum class Turn : std::uint8_t { moved, idle, over };

  [[nodiscard]] Outcome<Turn> turn();
  [[nodiscard]] Outcome<bool> push();
  [[nodiscard]] Outcome<bool> pull();
  [[nodiscard]] Outcome<bool> feed();
  [[nodiscard]] Outcome<bool> head_came();
  [[nodiscard]] Outcome<bool> body_came();
  [[nodiscard]] Outcome<bool> line_ended(const StreamOutcome& how);
  [[nodiscard]] Failure senseless() const;
  [[nodiscard]] Failure nothing_came(const StreamOutcome& how) const;
  [[nodiscard]] Failure broke_off(const StreamOutcome& how) const;
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] bool wait();
  [[nodiscard]] Failure too_late() const;
  void new_parser();

  Line& line_;
  const Call& call_;
  Listener& listener_;
  Deadline deadline_;
  std::unique_ptr<http::MessageParser> parser_;
  std::string raw_head_;
  Heard heard_;
  bool has_final_head_ = false;
  bool stream_has_ended_ = false;
  bool source_is_ready_ = false;
  std::string send_problem_;
  Deadline continue_by_{};  ///< for "100 Continue"
  Upload upload_;
};

}  // namespace heirloom::app::get

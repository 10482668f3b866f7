// MessageParser: one HTTP message from bytes, by libhttp-parser. No I/O.
//
// The head is collected, made unambiguous (head_bytes.hpp) and parsed in one piece; the body is
// decoded as it comes and handed out at once, so a body of any length takes constant memory.
#pragma once

#include "http/head_bytes.hpp"
#include "http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace heirloom::app::http {

/// ResponseContext is what a response's meaning depends on beside its bytes.
struct ResponseContext {
  enum class Body : std::uint8_t { possible, none_after_head_request };
  /// HTTP/0.9 answers have no head. Behind an earlier response such bytes are garbage instead.
  enum class Http09 : std::uint8_t { allowed, refused };
  Body body = Body::possible;
  Http09 http09 = Http09::refused;
};

class MessageParser {
 public:
  enum class Stage : std::uint8_t {
    head,      ///< collecting the head
    body,      ///< the head is known; body may come
    complete,  ///< the message has ended
    failed,    ///< see problem()
  };

  /// A parser for one request.
  MessageParser();
  /// A parser for one response, interim ones (1xx) included: each takes a parser of its own.
  explicit MessageParser(ResponseContext context);
  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;
  ~MessageParser();

  /// feed takes bytes up to the end of the message and returns how many it took. What is left
  /// belongs to the next message, or to another protocol after an upgrade.
  std::size_t feed(std::span<const std::uint8_t> bytes);

  /// feed_end says that the transport has ended. A message that ends with it is complete, any other
  /// has failed.
  void feed_end();

  [[nodiscard]] Stage stage() const noexcept;

  /// has_head is true from the end of the head on, also if the body failed later.
  [[nodiscard]] bool has_head() const noexcept;

  /// has_started is true once a byte has come that is not an empty line.
  [[nodiscard]] bool has_started() const noexcept;

  [[nodiscard]] const RequestHead& request() const noexcept;
  [[nodiscard]] const ResponseHead& response() const noexcept;
  [[nodiscard]] const BodyFraming& framing() const noexcept;

  /// keeps_connection is true if another message may follow on this connection (RFC 9112 §9.3).
  [[nodiscard]] bool keeps_connection() const noexcept;

  /// take_body returns the decoded body bytes since the last call.
  [[nodiscard]] std::string take_body();

  [[nodiscard]] const std::string& problem() const noexcept;

  /// is_head_too_large tells that failure from the others.
  [[nodiscard]] bool is_head_too_large() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heirloom::app::http

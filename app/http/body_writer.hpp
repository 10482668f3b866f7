// BodyWriter: a body onto a Stream, delimited as its head announced.
#pragma once

#include "common/stream.hpp"
#include "http/message.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace heirloom::app::http {

class BodyWriter {
 public:
  /// `prefix` is a head that goes out in one piece with the first bytes of the body: some devices
  /// mistake a request whose body comes in a later packet.
  BodyWriter(Stream& stream, BodyFraming framing, std::string prefix);

  /// write sends data. After a timeout what was not taken is held back: flush goes on with it.
  StreamOutcome write(std::string_view data, std::chrono::milliseconds patience);

  /// finish sends what is still held back, and the end mark of a chunked body.
  StreamOutcome finish(std::chrono::milliseconds patience);

  /// flush sends what is still held back.
  StreamOutcome flush(std::chrono::milliseconds patience);

 private:
  StreamOutcome send(std::chrono::milliseconds patience);

  Stream& stream_;
  BodyFraming framing_;
  std::string held_;
};

/// write_text writes bytes as they are.
StreamOutcome write_text(Stream& stream, std::string_view text, Deadline deadline);

}  // namespace heirloom::app::http

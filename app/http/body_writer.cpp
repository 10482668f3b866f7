#include "http/body_writer.hpp"

#include <cstdint>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace heirloom::app::http {

StreamOutcome write_text(Stream& stream, std::string_view text, Deadline deadline) {
  return stream.write(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()),
                      deadline);
}

BodyWriter::BodyWriter(Stream& stream, BodyFraming framing, std::string prefix)
    : stream_(stream), framing_(framing), held_(std::move(prefix)) {}

StreamOutcome BodyWriter::send(std::chrono::milliseconds patience) {
  if (held_.empty() && !stream_.has_buffered_output()) {
    return {};
  }
  StreamOutcome outcome = write_text(stream_, held_, in(patience));
  held_.erase(0, outcome.count);
  return outcome;
}

StreamOutcome BodyWriter::write(std::string_view data, std::chrono::milliseconds patience) {
  if (data.empty()) {
    return {};  // an empty chunk would be the end mark
  }
  if (framing_.kind == BodyFraming::Kind::chunked) {
    held_ += fmt::format("{:x}\r\n", data.size());
    held_ += data;
    held_ += "\r\n";
  } else {
    held_ += data;
  }
  return send(patience);
}

StreamOutcome BodyWriter::flush(std::chrono::milliseconds patience) {
  return send(patience);
}

StreamOutcome BodyWriter::finish(std::chrono::milliseconds patience) {
  if (framing_.kind == BodyFraming::Kind::chunked) {
    held_ += "0\r\n\r\n";
  }
  return send(patience);
}

}  // namespace heirloom::app::http

#include "get/upload.hpp"

#include "get/exit.hpp"

#include <chrono>
#include <span>
#include <string_view>
#include <utility>

namespace heirloom::app::get {

namespace {

constexpr std::size_t kPiece = 65536;
constexpr std::chrono::milliseconds kNoWait{0};  // a HoldingStream never waits

}  // namespace

StreamOutcome HoldingStream::read(std::span<std::uint8_t> /*into*/, Deadline /*deadline*/) {
  return {StreamStatus::end};
}

StreamOutcome HoldingStream::write(std::span<const std::uint8_t> bytes, Deadline /*deadline*/) {
  held.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {StreamStatus::ok, bytes.size()};
}

StreamOutcome HoldingStream::finish_writing(Deadline /*deadline*/) {
  return {};
}

Upload::Upload(Stream& stream, std::string head, http::BodyFraming framing, BodySource* source)
    : stream_(stream),
      source_(source),
      writer_(holding_, framing, std::move(head)),
      has_ended_(source == nullptr) {
  if (has_ended_) {
    static_cast<void>(writer_.finish(kNoWait));
  } else {
    piece_.resize(kPiece);
  }
}

bool Upload::is_sent() const noexcept {
  return sent_ == holding_.held.size() && !stream_.has_buffered_output();
}

Upload::State Upload::state() const {
  if (failed_ != State::done) {
    return failed_;
  }
  if (!is_sent()) {
    return State::wants_stream;
  }
  return has_ended_ ? State::done : State::wants_source;
}

void Upload::read_source() {
  const StreamOutcome got = source_->read(piece_);
  if (got.status == StreamStatus::failed) {
    failed_ = State::source_failed;
    problem_ = got.reason;
    return;
  }
  if (got.status == StreamStatus::end) {
    has_ended_ = true;
    static_cast<void>(writer_.finish(kNoWait));
    return;
  }
  body_bytes_ += got.count;
  static_cast<void>(writer_.write(
      std::string_view(reinterpret_cast<const char*>(piece_.data()), got.count), kNoWait));
}

bool Upload::send() {
  if (is_holding_) {
    static_cast<void>(writer_.flush(kNoWait));  // the head alone
  }
  const std::string_view rest = std::string_view(holding_.held).substr(sent_);
  const StreamOutcome out = stream_.write(
      std::span(reinterpret_cast<const std::uint8_t*>(rest.data()), rest.size()), Deadline{});
  sent_ += out.count;
  if (sent_ == holding_.held.size()) {
    holding_.held.clear();
    sent_ = 0;
  }
  if (out.status != StreamStatus::ok && out.status != StreamStatus::timeout) {
    failed_ = State::stream_failed;
    problem_ = out.reason;
  }
  return out.count != 0;
}

Failure Upload::source_failure() const {
  return Failure{exit_code(CurlExit::read),
                 "what was to be sent cannot be read to its end: " + problem_,
                 "the same again, with a file that does not change",
                 "upload_read_failed"};
}

void Upload::abandon() {
  failed_ = State::done;
  holding_.held.clear();
  sent_ = 0;
  has_ended_ = true;
  source_ = nullptr;
}

}  // namespace heirloom::app::get

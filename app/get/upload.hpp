// Upload: a request on its way out, never blocking, so that the answer can be read meanwhile.
#pragma once

#include "common/failure.hpp"
#include "common/stream.hpp"
#include "get/body_source.hpp"
#include "http/body_writer.hpp"
#include "http/message.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace heirloom::app::get {

/// HoldingStream keeps what is written to it: http::BodyWriter delimits the body, and Upload sends.
class HoldingStream final : public Stream {
 public:
  StreamOutcome read(std::span<std::uint8_t> into, Deadline deadline) override;
  StreamOutcome write(std::span<const std::uint8_t> bytes, Deadline deadline) override;
  StreamOutcome finish_writing(Deadline deadline) override;

  [[nodiscard]] int readable_handle() const noexcept override { return -1; }

  [[nodiscard]] bool has_buffered_input() const noexcept override { return false; }

  std::string held;
};

class Upload {
 public:
  /// `head` goes out in one piece with the first bytes of the body. `source` may be null.
  Upload(Stream& stream, std::string head, http::BodyFraming framing, BodySource* source);

  enum class State : std::uint8_t {
    wants_source,  ///< the next piece must be read
    wants_stream,  ///< bytes wait for the socket
    done,
    source_failed,  ///< problem() says why
    stream_failed,
  };

  [[nodiscard]] State state() const;

  /// read_source takes one piece from the source, which may block if it was not polled.
  void read_source();

  /// send moves as much as goes without waiting. True if something moved.
  bool send();

  /// hold_body makes the head go out alone and the body wait until release_body.
  void hold_body() { is_holding_ = true; }

  void release_body() { is_holding_ = false; }

  [[nodiscard]] bool is_holding() const noexcept { return is_holding_; }

  /// abandon drops what has not been sent: the answer is there already, or the socket is broken.
  void abandon();

  /// source_failure explains the state source_failed.
  [[nodiscard]] Failure source_failure() const;

  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

  /// body_bytes is how much of the body has been read from the source.
  [[nodiscard]] std::uint64_t body_bytes() const noexcept { return body_bytes_; }

  /// is_complete is true if everything went out.
  [[nodiscard]] bool is_complete() const noexcept { return has_ended_ && is_sent(); }

 private:
  [[nodiscard]] bool is_sent() const noexcept;

  Stream& stream_;
  BodySource* source_;
  HoldingStream holding_;
  http::BodyWriter writer_;
  std::vector<std::uint8_t> piece_;
  std::size_t sent_ = 0;  ///< of what is held
  std::uint64_t body_bytes_ = 0;
  bool is_holding_ = false;
  bool has_ended_ = false;  ///< nothing more comes from the source
  State failed_ = State::done;
  std::string problem_;
};

}  // namespace heirloom::app::get

// Line: one open connection to a server, over TLS or plain, and what is known of it.
#pragma once

#include "common/stream.hpp"
#include "common/tcp.hpp"
#include "common/wait.hpp"
#include "get/target.hpp"
#include "http/input.hpp"
#include "ladder/attempt.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace heirloom::app::get {

using Moment = std::chrono::steady_clock::time_point;

struct Line {
  explicit Line(StreamPtr opened) : stream(std::move(opened)), input(*stream) {}

  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  /// Says goodbye (close_notify), and takes the other side's: a box whose last words are not read
  /// sees a reset connection, and one that is not told takes the end for an attack.
  ~Line() { close_politely(*stream, std::chrono::milliseconds(100)); }

  StreamPtr stream;
  http::Input input;
  Target target;                       ///< whom it leads to
  std::optional<BoxFacts> facts = {};  ///< none: plain TCP
  std::string command;                 ///< that opens it, for next steps; empty: plain TCP
  HostPort remote;
  HostPort local;
  Moment connected;          ///< when TCP stood
  Moment secured;            ///< when TLS stood; the same as connected without
  bool has_carried = false;  ///< at least one answer came over it
};

using LinePtr = std::unique_ptr<Line>;

}  // namespace heirloom::app::get

// Line: one open connection to a server, over TLS or plain, and what is known of it.
#pragma once

#include "common/stream.hpp"
#include "common/tcp.hpp"
#include "get/target.hpp"
#include "http/input.hpp"
#include "ladder/attempt.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace heirloom::app::get {

using Moment = std::chrono::steady_clock::time_point;

struct Line {
  explicit Line(StreamPtr opened) : stream(std::move(opened)), input(*stream) {}

  StreamPtr stream;
  http::Input input;
  Target target;                       ///< whom it leads to
  std::optional<BoxFacts> facts = {};  ///< none: plain TCP
  HostPort remote;
  HostPort local;
  Moment connected;          ///< when TCP stood
  Moment secured;            ///< when TLS stood; the same as connected without
  bool has_carried = false;  ///< at least one answer came over it
};

using LinePtr = std::unique_ptr<Line>;

}  // namespace heirloom::app::get

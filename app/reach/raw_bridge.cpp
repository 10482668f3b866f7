#include "reach/raw_bridge.hpp"

#include "common/relay.hpp"
#include "common/wait.hpp"

#include <utility>

namespace heirloom::app {

namespace {

/// How long the other direction may still be quiet once one has ended.
constexpr std::chrono::seconds kAfterEnd{30};
constexpr std::chrono::milliseconds kFarewell{500};

std::string_view end_word(const RelayReport& relayed) {
  switch (relayed.end) {
    case RelayReport::End::both_finished:
      return "finished";
    case RelayReport::End::first_failed:
      return "client_failed";
    case RelayReport::End::second_failed:
      return "box_failed";
    case RelayReport::End::idle:
      return "idle";
    case RelayReport::End::stopped:
      return "stopped";
  }
  return {};
}

}  // namespace

RawBridge::RawBridge(BoxLink& link,
                     const Report& report,
                     std::vector<std::unique_ptr<TcpListener>> listeners,
                     http::Secure secure)
    : link_(link),
      report_(report),
      secure_(std::move(secure)),
      server_(std::move(listeners),
              [this](const std::shared_ptr<TcpStream>& stream) { serve(stream); }) {}

ConnectionServer::Stopped RawBridge::run(const StopSignal& stop) {
  stop_ = &stop;
  return server_.run(stop);
}

void RawBridge::serve(const std::shared_ptr<TcpStream>& transport) {
  StreamPtr secured;
  if (secure_) {
    secured = secure_(transport);
    if (secured == nullptr) {
      return;
    }
  }
  Stream& client = secure_ ? *secured : *transport;
  Outcome<StreamPtr> box = link_.connect();
  if (!box.has_value()) {
    // A reset, so that the client cannot take it for an empty answer.
    report_.failed(box.error());
    transport->reset();
    return;
  }
  RelayOptions options;
  options.stop = stop_;
  options.after_end = kAfterEnd;
  const RelayReport relayed = relay(client, **box, options);
  if (const auto why = explain_obstacle((*box)->obstacle(), link_.target(), link_.command())) {
    report_.failed(*why);
  }
  if (relayed.end == RelayReport::End::second_failed) {
    transport->reset();  // an ordinary end would hide that data is missing
  } else {
    close_politely(client, kFarewell);
  }
  static_cast<void>((*box)->finish_writing(in(kFarewell)));
  report_.closed(end_word(relayed), relayed);
}

}  // namespace heirloom::app

#include "http/bridge.hpp"

#include <array>
#include <chrono>
#include <utility>

#include <sys/socket.h>

namespace heirloom::app::http {

namespace {

constexpr std::uint8_t kTlsHandshakeRecord = 22;

/// linger reads a little of what the browser still sends, so that closing does not reset the
/// connection and take the answer with it (RFC 9112 §9.6).
void linger(Stream& stream) {
  static_cast<void>(stream.finish_writing(in(std::chrono::seconds(1))));
  const Deadline deadline = in(std::chrono::seconds(2));
  std::array<std::uint8_t, 16384> discarded{};
  for (int reads = 0; reads < 256; ++reads) {
    if (stream.read(discarded, deadline).status != StreamStatus::ok) {
      return;
    }
  }
}

/// read_head is true once the request's head is complete.
bool read_head(Browser& browser, MessageParser& request, const Patience& patience) {
  Deadline deadline = in(patience.between_requests);
  bool has_begun = false;
  while (!request.has_head() && request.stage() == MessageParser::Stage::head) {
    if (browser.input.fill(deadline).status != StreamStatus::ok) {
      return false;
    }
    const auto bytes = browser.input.pending();
    // A browser that tries https first is turned away at once, so that it tries http.
    if (!has_begun && bytes.front() == kTlsHandshakeRecord) {
      return false;
    }
    if (!has_begun) {
      has_begun = true;
      deadline = in(patience.request_head);
    }
    browser.input.consume(request.feed(bytes));
  }
  return true;
}

/// speaks_plain_http looks at the first byte, and leaves it there. A browser that says nothing yet
/// may go on with TLS.
bool speaks_plain_http(const TcpStream& stream, Deadline deadline) {
  std::array<std::uint8_t, 1> first{};
  if (!wait_for(stream.readable_handle(), {true, false}, deadline).readable) {
    return false;
  }
  const ssize_t count = ::recv(stream.readable_handle(), first.data(), first.size(), MSG_PEEK);
  return count == 1 && first[0] >= 'A' && first[0] <= 'Z';
}

/// send_to_https answers a browser that tries http first. The request is not read: nothing of it
/// may matter.
void send_to_https(TcpStream& stream, const LocalOrigin& local) {
  ResponseHead head;
  head.status = 307;
  head.reason = reason_phrase(head.status);
  head.fields = Fields{{"Location", local.text() + "/"},
                       {"Content-Length", "0"},
                       {"Cache-Control", "no-store"},
                       {"Connection", "close"}};
  static_cast<void>(write_text(stream, to_wire(head), in(std::chrono::seconds(5))));
}

}  // namespace

Bridge::Bridge(Box& box, std::vector<std::unique_ptr<TcpListener>> listeners, Secure secure)
    : box_(box),
      secure_(std::move(secure)),
      server_(std::move(listeners),
              [this](const std::shared_ptr<TcpStream>& stream) { serve(stream); }) {}

void Bridge::serve(const std::shared_ptr<TcpStream>& transport) {
  const std::string arrived_at = transport->local().host;
  if (!secure_) {
    serve_requests(*transport, arrived_at);
    return;
  }
  if (speaks_plain_http(*transport, in(box_.patience.request_head))) {
    send_to_https(*transport, box_.local);
    linger(*transport);
    return;
  }
  const StreamPtr secured = secure_(transport);
  if (secured != nullptr) {
    serve_requests(*secured, arrived_at);
  }
}

void Bridge::serve_requests(Stream& stream, const std::string& arrived_at) {
  Browser browser{stream, Input(stream), arrived_at};
  while (true) {
    MessageParser request;
    if (!read_head(browser, request, box_.patience)) {
      return;
    }
    if (request.stage() == MessageParser::Stage::failed) {
      const int status = request.is_head_too_large() ? 431 : 400;
      const Rendered page =
          render(Page{status,
                      "The browser's request makes no sense: " + request.problem(),
                      "request_malformed"});
      static_cast<void>(write_text(stream, to_wire(page.head) + page.body, in(box_.patience.body)));
      break;
    }
    if (Exchange(box_, browser, request).run() == Exchange::Afterwards::close) {
      break;
    }
  }
  linger(stream);
}

Bridge::Stopped Bridge::run(const StopSignal& stop) {
  return server_.run(stop, [this] { box_.pool.stop(); });
}

}  // namespace heirloom::app::http

#include "http/bridge.hpp"

#include "common/thread_end.hpp"

#include <array>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include <sys/socket.h>

namespace heirloom::app::http {

namespace {

constexpr std::size_t kMaxBrowserConnections = 512;
constexpr std::uint8_t kTlsHandshakeRecord = 22;

/// linger reads a little of what the browser still sends, so that closing does not reset the
/// connection and take the answer with it (RFC 9112 §9.6).
void linger(TcpStream& stream) {
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

}  // namespace

/// start gives the connection a thread. One that finds no place is closed: the browser tries again.
void Bridge::start(const std::shared_ptr<TcpStream>& stream) {
  const int handle = stream->readable_handle();
  const std::lock_guard lock(mutex_);
  if (is_stopping_ || handles_.size() >= kMaxBrowserConnections) {
    return;
  }
  const std::uint64_t number = next_thread_++;
  try {
    // The handle leaves the set before the stream closes it, so every handle in it is ours.
    threads_.emplace(number, std::thread([this, stream, handle, number] {
                       serve(*stream);
                       leave(handle, number);
                     }));
    handles_.insert(handle);
  } catch (const std::system_error&) {
    return;  // no thread to be had
  }
}

void Bridge::leave(int handle, std::uint64_t thread) {
  const std::lock_guard lock(mutex_);
  handles_.erase(handle);
  finished_.push_back(thread);
  changed_.notify_all();
}

void Bridge::join_finished() {
  std::vector<std::thread> finished;
  {
    const std::lock_guard lock(mutex_);
    for (const std::uint64_t number : finished_) {
      finished.push_back(std::move(threads_.extract(number).mapped()));
    }
    finished_.clear();
  }
  for (std::thread& thread : finished) {
    thread.join();
  }
}

void Bridge::serve(TcpStream& stream) {
  Browser browser{stream, Input(stream), stream.local().host};
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

void Bridge::accept_from(TcpListener& listener, const StopSignal& stop) {
  while (const std::shared_ptr<TcpStream> stream = listener.accept(stop)) {
    join_finished();
    start(stream);
  }
}

Bridge::Stopped Bridge::run(const StopSignal& stop) {
  std::vector<std::thread> acceptors;
  for (const auto& listener : listeners_) {
    acceptors.emplace_back([this, &listener, &stop] { accept_from(*listener, stop); });
  }
  for (std::thread& acceptor : acceptors) {
    acceptor.join();
  }
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    for (const int handle : handles_) {
      ::shutdown(handle, SHUT_RDWR);
    }
  }
  box_.pool.stop();
  {
    std::unique_lock lock(mutex_);
    const bool all_left =
        changed_.wait_for(lock, std::chrono::seconds(3), [this] { return handles_.empty(); });
    if (!all_left) {
      return Stopped::with_threads_left;
    }
  }
  join_finished();
  return Stopped::cleanly;
}

}  // namespace heirloom::app::http

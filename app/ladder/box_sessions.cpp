#include "ladder/box_sessions.hpp"

#include "common/stream.hpp"

#include <algorithm>
#include <utility>

namespace heirloom::app {

namespace {

/// How often who waits looks whether it is to stop.
constexpr std::chrono::milliseconds kTurn{200};

}  // namespace

BoxSessions::Turn::~Turn() {
  if (place_ == Place::first) {
    sessions_.first_is_done();
  }
}

void BoxSessions::Turn::made(const SessionSource& source) {
  sessions_.adopt(source);
}

/// is_proven is called with the lock held.
bool BoxSessions::is_proven() const {
  return !source_.latest().is_empty() && std::chrono::steady_clock::now() - used_ < limits_.proven;
}

/// must_wait is called with the lock held.
bool BoxSessions::must_wait() const {
  return has_first_ && !gives_none_ && !has_stumbled_ && !is_proven();
}

BoxSessions::Turn BoxSessions::begin(const StopSignal* stop) {
  const Deadline deadline = in(limits_.patience);
  std::unique_lock lock(mutex_);
  while (must_wait() && std::chrono::steady_clock::now() < deadline &&
         (stop == nullptr || !stop->is_stopped())) {
    changed_.wait_until(lock, std::min(deadline, in(kTurn)));
  }
  const bool is_first = !has_first_ && !is_proven();
  has_first_ = has_first_ || is_first;
  return {*this,
          has_stumbled_ ? Resumable{} : source_.latest(),
          is_first ? Turn::Place::first : Turn::Place::any};
}

void BoxSessions::adopt(const SessionSource& source) {
  const std::lock_guard lock(mutex_);
  gives_none_ = source.latest().is_empty();
  // A box that has no more room for sessions gives none: the one from before may still be good. So
  // may that of TLS 1.3, whose successor comes later.
  if (!gives_none_ || source.system != nullptr) {
    source_ = source;
  }
  used_ = std::chrono::steady_clock::now();
}

void BoxSessions::stumbled() {
  const std::lock_guard lock(mutex_);
  has_stumbled_ = true;
  changed_.notify_all();
}

Resumable BoxSessions::latest() const {
  const std::lock_guard lock(mutex_);
  return source_.latest();
}

void BoxSessions::first_is_done() {
  const std::lock_guard lock(mutex_);
  has_first_ = false;
  changed_.notify_all();
}

}  // namespace heirloom::app

// Remarks: what the bridge notices about a box, told to the person once.
#pragma once

#include "http/exchange.hpp"
#include "ladder/report.hpp"

#include <atomic>
#include <cstddef>
#include <string>
#include <utility>

namespace heirloom::app {

/// Remarks passes on what the bridge notices, each kind once.
class Remarks final : public http::Observer {
 public:
  Remarks(const Report& report, std::string target) : report_(report), target_(std::move(target)) {}

  void noticed(Oddity oddity) override {
    switch (oddity) {
      case Oddity::missing_close_notify:
        if (!told_of_close_.exchange(true)) {
          report_.remark("missing_close_notify",
                         target_ +
                             " ends answers without close_notify, so a cut one cannot be "
                             "told from a complete one");
        }
        return;
      case Oddity::absolute_link:
        if (!told_of_link_.exchange(true)) {
          report_.remark("absolute_link",
                         "a page links to https://" + target_ +
                             " itself; such links leave the bridge and fail in the browser");
        }
        return;
    }
  }

  void answered(const http::RequestHead& request, int status) override {
    ++requests_;
    report_.request(request.method, request.target, status);
  }

  /// requests is how many were answered.
  [[nodiscard]] std::size_t requests() const noexcept { return requests_; }

 private:
  const Report& report_;
  std::string target_;
  std::atomic<std::size_t> requests_{0};
  std::atomic<bool> told_of_close_{false};
  std::atomic<bool> told_of_link_{false};
};

}  // namespace heirloom::app

// The second half of a fetch: the answer on its way to the sink.
#include "common/letter_case.hpp"
#include "common/output.hpp"
#include "get/exit.hpp"
#include "get/fetch.hpp"

#include <algorithm>

namespace heirloom::app::get {

namespace {

std::string status_line(const http::ResponseHead& head) {
  return std::to_string(head.status) + (head.reason.empty() ? "" : " " + head.reason);
}

/// show_head prints the lines of a head for -v.
void show_head(std::string_view raw) {
  while (!raw.empty()) {
    const std::size_t end = std::min(raw.find('\n'), raw.size());
    std::string_view line = raw.substr(0, end);
    line.remove_suffix(line.ends_with('\r') ? 1 : 0);
    print_line("< " + escape_text(line));
    raw.remove_prefix(std::min(end + 1, raw.size()));
  }
}

}  // namespace

Outcome<bool> Fetch::choose_coding(const http::ResponseHead& head) {
  const std::string coding = to_lower(head.fields.value("Content-Encoding"));
  if (!shared_.options.compressed || coding.empty() || coding == "identity") {
    return true;
  }
  if (coding == "gzip" || coding == "x-gzip") {
    inflater_ = std::make_unique<Inflater>(Inflater::Coding::gzip);
    return true;
  }
  if (coding == "deflate") {
    inflater_ = std::make_unique<Inflater>(Inflater::Coding::deflate);
    return true;
  }
  return Failure{exit_code(CurlExit::encoding),
                 "the answer is coded as \"" + coding + "\", which was not asked for",
                 "the same without --compressed, for the bytes as they are",
                 "coding_unknown"};
}

void Fetch::note_head(const http::ResponseHead& head, GoesOn goes_on) {
  statistics_.response_code = head.status;
  statistics_.headers = static_cast<int>(head.fields.all().size());
  statistics_.content_type = head.fields.value("Content-Type");
  statistics_.http_version = head.is_http09 ? "0.9" : head.minor_version == 0 ? "1.0" : "1.1";
  const std::string* const location = head.fields.find("Location");
  const bool points_elsewhere =
      location != nullptr && is_redirect(head.status) && goes_on == GoesOn::no;
  statistics_.redirect_url.clear();
  if (points_elsewhere) {
    const std::size_t fragment = std::min(location->find('#'), location->size());
    statistics_.redirect_url = resolve_reference(target_, *location) + location->substr(fragment);
  }
}

Outcome<bool> Fetch::on_head(std::string_view raw, const http::ResponseHead& head) {
  const GetOptions& options = shared_.options;
  if (options.verbose) {
    show_head(raw);
  }
  if (shared_.header_sink != nullptr) {
    const Outcome<bool> written = shared_.header_sink->write(raw);
    if (!written.has_value()) {
      return written;
    }
  }
  const bool will_go_on = will_authenticate(head) || will_follow(head);
  const bool is_error = head.status >= 400 && !will_go_on;
  if (options.include || options.head) {
    const Outcome<bool> written = sink_.write(raw);
    if (!written.has_value()) {
      return written;
    }
  }
  if (head.status < 200) {
    return true;
  }
  note_head(head, will_go_on ? GoesOn::yes : GoesOn::no);
  if (is_error && options.fail) {
    return Failure{exit_code(CurlExit::http_error),
                   "the server answers " + status_line(head),
                   "the same without -f, to see what it says about that",
                   "http_error"};
  }
  drops_body_ = will_go_on;
  return drops_body_ ? Outcome<bool>(true) : choose_coding(head);
}

Outcome<bool> Fetch::on_body(std::string_view bytes) {
  if (drops_body_) {
    return true;
  }
  if (inflater_ == nullptr) {
    return sink_.write(bytes);
  }
  Outcome<bool> written = true;
  const auto fed = inflater_->feed(bytes, [&](std::string_view piece) {
    written = sink_.write(piece);
    return written.has_value();
  });
  if (fed == Inflater::Fed::malformed) {
    return Failure{exit_code(CurlExit::encoding),
                   "the answer is not compressed the way it says",
                   "the same without --compressed, for the bytes as they are",
                   "coding_malformed"};
  }
  return written;
}

Outcome<bool> Fetch::finish_body() {
  if (inflater_ != nullptr && !inflater_->is_complete()) {
    return Failure{exit_code(CurlExit::encoding),
                   "the compressed answer ends in the middle",
                   "the same without --compressed, for the bytes as they are",
                   "coding_cut"};
  }
  if (const Outcome<bool> created = sink_.create(); !created.has_value()) {
    return created;
  }
  if (statistics_.response_code >= 400 && shared_.options.fail_with_body) {
    return Failure{exit_code(CurlExit::http_error),
                   "the server answers " + std::to_string(statistics_.response_code),
                   "the body that was written",
                   "http_error_with_body"};
  }
  return true;
}

/// warn_about_http10 explains the usual reason for a refused upload from a pipe.
void Fetch::warn_about_http10(const http::ResponseHead& head) const {
  const bool was_chunked = has_body_ && !body_->size().has_value();
  if (was_chunked && head.minor_version == 0 && !shared_.options.silent) {
    print_line(
        "note: the server speaks HTTP/1.0, which has no chunked bodies; it may have missed what "
        "was sent. Use -T with a file, whose length is known beforehand.");
  }
}

}  // namespace heirloom::app::get

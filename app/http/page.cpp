#include "http/page.hpp"

#include <http_parser.h>

namespace heirloom::app::http {

std::string_view reason_phrase(int status) noexcept {
  return http_status_str(static_cast<http_status>(status));
}

std::string escape_html(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

Page page_for_failure(const Failure& failure) {
  const bool took_too_long = failure.cause == "connect_timeout" || failure.cause == "silent" ||
                             failure.cause == "no_answer_in_time";
  return Page{took_too_long ? 504 : 502, failure.what, failure.cause, failure.next};
}

Rendered render(const Page& page) {
  const std::string title =
      std::to_string(page.status) + " " + std::string(reason_phrase(page.status));
  std::string body = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
                     title + "</title>\n<meta name=\"heirloom-cause\" content=\"" +
                     escape_html(page.cause) + "\"></head>\n<body>\n<h1>" + title + "</h1>\n<p>" +
                     escape_html(page.sentence) + ".</p>\n";
  if (!page.advice.empty()) {
    body += "<p>Try: <code>" + escape_html(page.advice) + "</code></p>\n";
  }
  if (!page.link.empty()) {
    body +=
        "<p><a href=\"" + escape_html(page.link) + "\">" + escape_html(page.link) + "</a></p>\n";
  }
  body += "<hr><p>This page comes from heirloom reach, not from the box.</p>\n</body></html>\n";
  Rendered result;
  result.head.status = page.status;
  result.head.reason = reason_phrase(page.status);
  result.head.fields = Fields{{"Content-Type", "text/html; charset=utf-8"},
                              {"Content-Length", std::to_string(body.size())},
                              {"Cache-Control", "no-store"},
                              {"Connection", "close"}};
  result.body = std::move(body);
  return result;
}

}  // namespace heirloom::app::http

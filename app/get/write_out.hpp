// write_out: the text of -w, with curl's variables.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heirloom::app::get {

/// Statistics is what the variables of one fetch say. Times are seconds since its start.
struct Statistics {
  int response_code = 0;
  std::string method;
  std::string url;            ///< as on the command line
  std::string url_effective;  ///< after redirects
  std::string scheme;         ///< "HTTPS"
  std::string redirect_url;
  std::string content_type;
  std::string filename_effective;
  std::string remote_ip;
  std::string local_ip;
  std::string http_version = "0";
  std::string error_message;
  int exit_code = 0;
  int url_number = 0;
  int redirects = 0;
  int connects = 0;
  int headers = 0;
  int ssl_verify_result = 0;
  int remote_port = 0;
  int local_port = 0;
  std::uint64_t size_download = 0;
  std::uint64_t size_upload = 0;
  std::uint64_t size_header = 0;
  std::uint64_t size_request = 0;
  double time_connect = 0;
  double time_app_connect = 0;
  double time_pre_transfer = 0;
  double time_start_transfer = 0;
  double time_redirect = 0;
  double time_total = 0;
  // of heirloom
  std::string tls_version;
  std::string tls_suite;
  std::string tls_strength;
  std::string certificate;
  int resumed = 0;  ///< of `connects`, those that resumed a session
};

/// WrittenOut is the text, by where it goes: %{stderr} and %{stdout} switch.
struct WrittenOut {
  std::string to_stdout;
  std::string to_stderr;
};

/// write_out fills in a format: %{variable}, %%, \n, \r, \t. An unknown variable stays as it is.
[[nodiscard]] WrittenOut write_out(std::string_view format, const Statistics& statistics);

/// unknown_variables lists the names in a format that mean nothing.
[[nodiscard]] std::vector<std::string> unknown_variables(std::string_view format);

/// write_out_variables lists every variable with its value as text; numbers are marked for
/// %{json}.
struct Variable {
  std::string_view name;
  std::string text;
  bool is_number = false;
};

[[nodiscard]] std::vector<Variable> write_out_variables(const Statistics& statistics);

}  // namespace heirloom::app::get

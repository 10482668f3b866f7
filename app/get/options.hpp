// GetOptions: what the command line of `get` says, in the order in which curl would read it.
#pragma once

#include "ladder/box_options.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace heirloom::app::get {

/// DataPiece is one -d or one of its relatives, in the order of the command line.
struct DataPiece {
  enum class Kind : std::uint8_t { ascii, binary, raw, urlencode, json };
  Kind kind = Kind::ascii;
  std::string text;
};

/// Place is where one answer goes: -o FILE, or -O.
struct Place {
  enum class Kind : std::uint8_t { file, remote_name };
  Kind kind = Kind::file;
  std::string path;
};

/// Authentication is what -u may be used for.
enum class Authentication : std::uint8_t { basic, digest, any };

struct GetOptions {
  std::vector<std::string> urls;
  std::vector<std::string> other;  ///< long names of curl_options, in order
  std::vector<Place> places;
  // the request
  std::string method;  ///< -X
  std::vector<std::string> headers;
  std::vector<DataPiece> data;
  std::string upload;  ///< -T
  std::string user;
  std::string pass_file;
  std::string user_agent;
  std::string referer;
  std::string cookie;
  std::string range;
  Authentication authentication = Authentication::basic;
  bool head = false;           ///< -I
  bool data_in_query = false;  ///< -G
  bool http10 = false;         ///< -0
  bool compressed = false;
  bool path_as_is = false;
  // the answer
  bool include = false;  ///< -i
  bool fail = false;     ///< -f
  bool fail_with_body = false;
  bool follow = false;  ///< -L
  bool http09 = false;
  bool accept_truncated = false;
  int max_redirects = 50;
  std::string dump_header;  ///< -D
  std::string write_out;    ///< -w
  // what is said
  bool verbose = false;
  bool silent = false;
  bool show_error = false;
  // the connection
  std::vector<std::string> resolve;
  double max_time = 0;         ///< seconds; 0: no limit
  double connect_timeout = 0;  ///< seconds; 0: the ladder's own patience
  bool insecure = false;
  bool no_sessions = false;  ///< --no-sessionid
  std::string authorities;   ///< --cacert
  std::string starttls;
  std::string tls_max;  ///< curl's word; "1.0" is in box.protocol too
  BoxOptions box;
};

}  // namespace heirloom::app::get

// heirloom get: curl's command line over the ladder and the pins of `reach`.
#include "commands.hpp"
#include "get/curl_options.hpp"
#include "get/options.hpp"
#include "get/run.hpp"

#include <charconv>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/App.hpp>

namespace heirloom::app {

namespace {

using get::Authentication;
using get::CurlOption;
using get::DataPiece;
using get::GetOptions;
using get::Place;

/// check_seconds is empty for a number that -m can take, else what is wrong with it.
std::string check_seconds(const std::string& text) {
  constexpr double kMost = 1e9;
  double seconds = -1;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, seconds);
  const bool fits = error == std::errc() && stopped == end && seconds >= 0 && seconds <= kMost;
  return fits ? std::string() : "\"" + text + "\" is no number of seconds, such as 30 or 0.5";
}

void add_answer_options(CLI::App& command, GetOptions& options) {
  const std::string group = "The answer";
  command.add_flag("-i,--include", options.include, "write the head of the answer too")
      ->group(group);
  command.add_flag("-f,--fail", options.fail, "exit status 22, and no body, from status 400 on")
      ->group(group);
  command.add_flag("--fail-with-body", options.fail_with_body, "the same, but write the body")
      ->group(group);
  command.add_flag("-L,--location", options.follow, "follow redirects")->group(group);
  command.add_option("--max-redirs", options.max_redirects, "at most so many; -1: any number")
      ->group(group);
  command.add_flag("--compressed", options.compressed, "ask for gzip or deflate, and unpack it")
      ->group(group);
  command.add_option("-D,--dump-header", options.dump_header, "write the heads to a file")
      ->group(group);
  command.add_option("-w,--write-out", options.write_out, "text to write afterwards, %{http_code}")
      ->group(group);
  command.add_flag("--http0.9", options.http09, "take an answer without a head")->group(group);
  command
      .add_flag("--accept-truncated",
                options.accept_truncated,
                "take an end of the connection without close_notify as the end")
      ->group(group);
}

void add_request_options(CLI::App& command, GetOptions& options) {
  const std::string group = "The request";
  command.add_option("-X,--request", options.method, "the method")->group(group);
  command.add_flag("-I,--head", options.head, "the head only (HEAD)")->group(group);
  command.add_flag("-G,--get", options.data_in_query, "put -d into the URL")->group(group);
  command
      .add_option("-H,--header", options.headers, "\"Name: value\", \"Name:\" to leave out, @FILE")
      ->allow_extra_args(false)
      ->group(group);
  command.add_option("-T,--upload-file", options.upload, "send a file, or - for standard input")
      ->group(group);
  command.add_option("-u,--user", options.user, "USER[:PASSWORD]")->group(group);
  command.add_option("--pass-file", options.pass_file, "file whose first line is the password")
      ->group(group);
  command.add_option("-A,--user-agent", options.user_agent, "User-Agent")->group(group);
  command.add_option("-e,--referer", options.referer, "Referer")->group(group);
  command.add_option("-b,--cookie", options.cookie, "NAME=VALUE; NAME=VALUE")->group(group);
  command.add_option("-r,--range", options.range, "a part: FROM-TO")->group(group);
  command.add_flag("-0,--http1.0", options.http10, "ask in HTTP/1.0")->group(group);
  command.add_flag("--path-as-is", options.path_as_is, "leave /../ in the URL")->group(group);
  const auto authenticate = [&](const char* name, Authentication how, const char* text) {
    command
        .add_flag_callback(
            name, [&options, how] { options.authentication = how; }, text)
        ->group(group);
  };
  authenticate("--basic", Authentication::basic, "send -u at once (default)");
  authenticate("--digest", Authentication::digest, "use -u for Digest only");
  authenticate("--anyauth", Authentication::any, "use -u for what the server asks for");
}

void add_connection_options(CLI::App& command, GetOptions& options) {
  const std::string group = "The connection";
  command
      .add_flag("-k,--insecure",
                options.insecure,
                "take the certificate this once, unless another one is remembered")
      ->group(group);
  command.add_flag("--no-sessionid", options.no_sessions, "a full handshake for every connection")
      ->group(group);
  command.add_option("--cacert", options.authorities, "authorities (PEM) instead of the system's")
      ->group(group);
  add_revocation_option(command, options.box.path, "--crlfile", group);
  command
      .add_option("--cert,-E",
                  options.box.credentials.certificates,
                  "own certificate (PEM); may be repeated for other kinds of key")
      ->allow_extra_args(false)
      ->group(group);
  command
      .add_option("--key",
                  options.box.credentials.keys,
                  "its key (PEM), one for each --cert; default: in --cert")
      ->allow_extra_args(false)
      ->group(group);
  command
      .add_option("--key-pass-file",
                  options.box.credentials.pass_file,
                  "file whose first line decrypts the key")
      ->group(group);
  command.add_option("--resolve", options.resolve, "HOST:PORT:ADDRESS, instead of the name server")
      ->allow_extra_args(false)
      ->group(group);
  command.add_option("-m,--max-time", options.max_time, "seconds for everything")
      ->check(check_seconds)
      ->group(group);
  command
      .add_option("--connect-timeout",
                  options.connect_timeout,
                  "seconds until the connection stands, all hellos together")
      ->check(check_seconds)
      ->group(group);
  command
      .add_option("--starttls",
                  options.starttls,
                  "begin in plain text: smtp, imap, pop3, ftp, ldap, xmpp, postgres, mysql")
      ->group(group);
  command
      .add_flag_callback(
          "-4,--ipv4", [&options] { options.box.family = AddressFamily::ipv4; }, "IPv4 only")
      ->group(group);
  command
      .add_flag_callback(
          "-6,--ipv6", [&options] { options.box.family = AddressFamily::ipv6; }, "IPv6 only")
      ->group(group);
}

/// add_versions declares curl's words for versions. Those that contradict each other are refused.
void add_versions(CLI::App& command, GetOptions& options) {
  const std::string group = "Protocol";
  ProtocolOptions& protocol = options.box.protocol;
  CLI::Option* const min = command.get_option("--min");
  CLI::Option* const max = command.get_option("--max");
  CLI::Option* const tls1 =
      command
          .add_flag_callback(
              "--tlsv1,--tlsv1.0", [&protocol] { protocol.min = "tls1"; }, "not below TLS 1.0")
          ->excludes(min)
          ->group(group);
  CLI::Option* const highest =
      command.add_option("--tls-max", options.tls_max, "highest version, as curl says it: 1.0")
          ->excludes(max)
          ->group(group);
  command
      .add_flag_callback(
          "-3,--sslv3", [&protocol] { protocol.min = protocol.max = "ssl3"; }, "SSL 3.0 only")
      ->excludes(tls1)
      ->excludes(highest)
      ->excludes(min)
      ->excludes(max)
      ->group(group);
}

/// add_saying declares what is printed, and curl's words that mean what happens anyway.
void add_saying(CLI::App& command, GetOptions& options, const std::shared_ptr<bool>& ignored) {
  command.add_flag("-v,--verbose", options.verbose, "say what is sent, what comes, and over what");
  command.add_flag("-s,--silent", options.silent, "say nothing, not even what went wrong");
  command.add_flag("-S,--show-error", options.show_error, "with -s: say what went wrong");
  command.add_flag("-g,--globoff,-N,--no-buffer,--no-progress-meter,-#,--progress-bar,--http1.1",
                   *ignored,
                   "taken and without effect: this is how get works");
}

/// add_curl_options declares the table of curl_options, outside of the help; a value goes nowhere.
void add_curl_options(CLI::App& command, std::vector<std::string>& nowhere) {
  for (const CurlOption& row : get::curl_options()) {
    const std::string names(row.names);
    CLI::Option* const option = row.value == CurlOption::Value::one
                                    ? command.add_option(names, nowhere)->allow_extra_args(false)
                                    : command.add_flag(names);
    option->group("");
  }
}

/// collect_curl_options notes which of the table were typed, and what --tls-max means.
void collect_curl_options(const CLI::App& command, GetOptions& options) {
  for (const CLI::Option* option : command.parse_order()) {
    for (const CurlOption& row : get::curl_options()) {
      if (option->check_name(get::curl_name(row))) {
        options.other.push_back(get::curl_name(row));
      }
    }
  }
  if (options.tls_max == "1.0") {
    options.box.protocol.max = "tls1";
  }
}

/// order_options brings -d and its relatives into one list, as they were typed, and -o and -O too.
void order_options(const CLI::App& command,
                   GetOptions& options,
                   const std::vector<std::pair<CLI::Option*, DataPiece::Kind>>& data,
                   const CLI::Option* output) {
  std::vector<std::pair<const CLI::Option*, std::size_t>> taken;
  const auto next_value = [&taken](const CLI::Option* option) {
    for (auto& [known, count] : taken) {
      if (known == option) {
        return option->results().at(count++);
      }
    }
    taken.emplace_back(option, 1);
    return option->results().at(0);
  };
  for (const CLI::Option* option : command.parse_order()) {
    for (const auto& [known, kind] : data) {
      if (option == known) {
        options.data.push_back({kind, next_value(option)});
      }
    }
    if (option == output) {
      options.places.push_back({Place::Kind::file, next_value(option)});
    } else if (option->get_name() == "--remote-name") {
      options.places.push_back({Place::Kind::remote_name, {}});
    }
  }
}

}  // namespace

void add_get(CLI::App& root, Context& context) {
  auto options = std::make_shared<GetOptions>();
  CLI::App* const command =
      root.add_subcommand("get", "fetch URLs as curl does, from old boxes too");
  command->footer("Exit status: curl's; heirloom-get(1) lists it.");
  command->add_option("url,--url", options->urls, "https://BOX[:PORT][/PATH] …");

  struct Typed {
    std::vector<std::vector<std::string>> values{std::vector<std::vector<std::string>>(6)};
    int remote_names = 0;
    std::vector<std::string> nowhere;
  };

  auto typed = std::make_shared<Typed>();
  auto ignored = std::make_shared<bool>(false);
  const auto collect = [&](const char* name, std::size_t index, const char* text) {
    return command->add_option(name, typed->values[index], text)->allow_extra_args(false);
  };
  using Kind = DataPiece::Kind;
  std::vector<std::pair<CLI::Option*, Kind>> data = {
      {collect("-d,--data,--data-ascii", 0, "send as a form is sent; @FILE: its contents"),
       Kind::ascii},
      {collect("--data-binary", 1, "the same, every byte as it is"), Kind::binary},
      {collect("--data-raw", 2, "the same, and @ means nothing"), Kind::raw},
      {collect("--data-urlencode", 3, "the same, encoded: NAME=TEXT, NAME@FILE"), Kind::urlencode},
      {collect("--json", 4, "send JSON"), Kind::json}};
  for (const auto& [option, kind] : data) {
    option->group("The request");
  }
  CLI::Option* const output = collect("-o,--output", 5, "write to a file")->group("The answer");
  command->add_flag("-O,--remote-name", typed->remote_names, "write to a file named as in the URL")
      ->group("The answer");
  add_saying(*command, *options, ignored);
  add_answer_options(*command, *options);
  add_request_options(*command, *options);
  add_connection_options(*command, *options);
  add_identity_options(*command, options->box);
  add_hello_options(*command, options->box);
  add_versions(*command, *options);
  add_curl_options(*command, typed->nowhere);
  command->callback([&context, options, typed, ignored, command, data, output] {
    collect_curl_options(*command, *options);
    order_options(*command, *options, data, output);
    context.run = [&context, options] { return get::run_get(*options, context); };
  });
}

}  // namespace heirloom::app

#include "get/curl_options.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace heirloom::app::get {

namespace {

using Way = CurlOption::Way;
using Value = CurlOption::Value;

/// Reason is why an option is refused, and what to do instead.
struct Reason {
  std::string_view why;
  std::string_view instead;
};

constexpr Reason kNewer{"the lowest version that can be demanded here is TLS 1.0",
                        "--tlsv1, or curl itself for a server that speaks TLS 1.1 or newer"};
constexpr Reason kSsl2{"SSL 2.0 is not spoken here", "--sslv3"};
constexpr Reason kOneTry{"a URL is fetched once, apart from the hellos that an old box needs",
                         "for i in 1 2 3; do heirloom get URL && break; sleep 5; done"};
constexpr Reason kNoProxy{"there is no way through a proxy here",
                          "ssh -L 8443:BOX:443 HOST, and --resolve BOX:8443:127.0.0.1"};
constexpr Reason kNoParts{"forms of several parts are not made here",
                          "-d NAME=VALUE, or --data-binary @FILE with -H \"Content-Type: …\""};
constexpr Reason kNoJar{"cookies are not kept in a file here",
                        "-D -, which shows Set-Cookie, and then -b NAME=VALUE"};
constexpr Reason kServersName{"the server must not choose the name of a file here",
                              "-O for the name in the URL, or -o FILE"};
constexpr Reason kNoNetrc{"passwords are not read from .netrc here",
                          "-u USER --pass-file FILE, whose first line is the password"};
constexpr Reason kNoConfiguration{"there is no configuration file here", "the options themselves"};
constexpr Reason kNoContinuation{"a file is not continued by itself here",
                                 "-r FROM- with the length of what is there, and >> FILE"};
constexpr Reason kNoCondition{"dates are not compared here",
                              "-H \"If-Modified-Since: DATE\", which answers with 304"};
constexpr Reason kNoSpeed{"the speed is not limited or watched here", "-m SECONDS"};
constexpr Reason kNoFolder{"folders are not made or chosen here", "mkdir -p DIR, and -o DIR/FILE"};
constexpr Reason kNoTime{"files get the time of the fetch here",
                         "touch -d with what -D FILE says of Last-Modified"};
constexpr Reason kOneFile{"authorities are read from one file only", "--cacert FILE"};
constexpr Reason kNoRevocation{"no server is asked to say that it was not revoked",
                               "--crlfile FILE, with a list of each authority"};
constexpr Reason kOtherPin{"a pin is of the whole certificate here, not of its key",
                           "--pin sha256:HEX"};
constexpr Reason kPassphrase{"a passphrase is read from a file only", "--key-pass-file FILE"};
constexpr Reason kPem{"certificates and keys are read in PEM only, which needs no option",
                      "openssl x509 -inform DER -in FILE -out FILE.pem"};
constexpr Reason kNoScheme{"there is Basic and Digest authentication only",
                           "-u USER with --anyauth"};
constexpr Reason kNoBearer{"this option is not known here", "-H \"Authorization: Bearer TOKEN\""};
constexpr Reason kNoTrust{"a password goes to the origin of the first URL only",
                          "the URL that the redirect leads to"};
constexpr Reason kNoBind{"the system chooses the local address", "a route for the box"};
constexpr Reason kNoUnix{"there are only TCP connections here", "a URL with HOST:PORT"};
constexpr Reason kNoNames{"names are asked for as the system does it",
                          "--resolve HOST:PORT:ADDRESS"};
constexpr Reason kNoTrace{"bytes are not dumped here", "-v, or --keylog FILE and Wireshark"};
constexpr Reason kNoErrorFile{"messages go to standard error", "2>FILE"};
constexpr Reason kRedirects{"a redirect becomes GET as browsers do it", "-X POST"};
constexpr Reason kSchemes{"schemes are not limited here", "a URL with its scheme, without -L"};
constexpr Reason kOneByOne{"URLs are fetched one after the other, all of them",
                           "one heirloom get for each URL"};
constexpr Reason kNoFtp{"there are no FTP commands here", "ftps:// with the commands in -T"};
constexpr Reason kNoSplit{"this option is not known here", "--no-split, which does the same"};

constexpr CurlOption refuse(std::string_view names, Value value, const Reason& reason) {
  return {names, Way::refused, value, reason.why, reason.instead};
}

constexpr std::array kTable{
    CurlOption{"--noproxy", Way::harmless, Value::one},
    CurlOption{"--http2", Way::harmless, Value::none},
    CurlOption{"--no-alpn", Way::harmless, Value::none},
    CurlOption{"--no-npn", Way::harmless, Value::none},
    CurlOption{"--tcp-nodelay", Way::harmless, Value::none},
    CurlOption{"--no-keepalive", Way::harmless, Value::none},
    CurlOption{"--keepalive-time", Way::harmless, Value::one},
    CurlOption{"--ssl-reqd", Way::harmless, Value::none},
    CurlOption{"--styled-output", Way::harmless, Value::none},
    CurlOption{"--no-styled-output", Way::harmless, Value::none},
    CurlOption{"--tls13-ciphers", Way::harmless, Value::one},
    CurlOption{"--ciphers", Way::noted, Value::one},
    refuse("--tlsv1.1", Value::none, kNewer),
    refuse("--tlsv1.2", Value::none, kNewer),
    refuse("--tlsv1.3", Value::none, kNewer),
    refuse("-2,--sslv2", Value::none, kSsl2),
    refuse("--retry", Value::one, kOneTry),
    refuse("--retry-delay", Value::one, kOneTry),
    refuse("--retry-max-time", Value::one, kOneTry),
    refuse("--retry-connrefused", Value::none, kOneTry),
    refuse("--retry-all-errors", Value::none, kOneTry),
    refuse("-x,--proxy", Value::one, kNoProxy),
    refuse("-U,--proxy-user", Value::one, kNoProxy),
    refuse("-p,--proxytunnel", Value::none, kNoProxy),
    refuse("--preproxy", Value::one, kNoProxy),
    refuse("--socks4", Value::one, kNoProxy),
    refuse("--socks4a", Value::one, kNoProxy),
    refuse("--socks5", Value::one, kNoProxy),
    refuse("--socks5-hostname", Value::one, kNoProxy),
    refuse("--proxy-insecure", Value::none, kNoProxy),
    refuse("-F,--form", Value::one, kNoParts),
    refuse("--form-string", Value::one, kNoParts),
    refuse("-c,--cookie-jar", Value::one, kNoJar),
    refuse("-j,--junk-session-cookies", Value::none, kNoJar),
    refuse("-J,--remote-header-name", Value::none, kServersName),
    refuse("-n,--netrc", Value::none, kNoNetrc),
    refuse("--netrc-optional", Value::none, kNoNetrc),
    refuse("--netrc-file", Value::one, kNoNetrc),
    refuse("-K,--config", Value::one, kNoConfiguration),
    refuse("-C,--continue-at", Value::one, kNoContinuation),
    refuse("-z,--time-cond", Value::one, kNoCondition),
    refuse("--limit-rate", Value::one, kNoSpeed),
    refuse("-Y,--speed-limit", Value::one, kNoSpeed),
    refuse("-y,--speed-time", Value::one, kNoSpeed),
    refuse("--create-dirs", Value::none, kNoFolder),
    refuse("--output-dir", Value::one, kNoFolder),
    refuse("-R,--remote-time", Value::none, kNoTime),
    refuse("--capath", Value::one, kOneFile),
    refuse("--cert-status", Value::none, kNoRevocation),
    refuse("--pinnedpubkey", Value::one, kOtherPin),
    refuse("--pass", Value::one, kPassphrase),
    refuse("--cert-type", Value::one, kPem),
    refuse("--key-type", Value::one, kPem),
    refuse("--ntlm", Value::none, kNoScheme),
    refuse("--negotiate", Value::none, kNoScheme),
    refuse("--oauth2-bearer", Value::one, kNoBearer),
    refuse("--location-trusted", Value::none, kNoTrust),
    refuse("--interface", Value::one, kNoBind),
    refuse("--local-port", Value::one, kNoBind),
    refuse("--unix-socket", Value::one, kNoUnix),
    refuse("--dns-servers", Value::one, kNoNames),
    refuse("--doh-url", Value::one, kNoNames),
    refuse("--connect-to", Value::one, kNoNames),
    refuse("--trace", Value::one, kNoTrace),
    refuse("--trace-ascii", Value::one, kNoTrace),
    refuse("--stderr", Value::one, kNoErrorFile),
    refuse("--post301", Value::none, kRedirects),
    refuse("--post302", Value::none, kRedirects),
    refuse("--post303", Value::none, kRedirects),
    refuse("--proto", Value::one, kSchemes),
    refuse("--proto-redir", Value::one, kSchemes),
    refuse("--proto-default", Value::one, kSchemes),
    refuse("-Z,--parallel", Value::none, kOneByOne),
    refuse("--fail-early", Value::none, kOneByOne),
    refuse("-Q,--quote", Value::one, kNoFtp),
    refuse("-l,--list-only", Value::none, kNoFtp),
    refuse("--ssl-allow-beast", Value::none, kNoSplit),
};

std::string_view long_name(const CurlOption& option) noexcept {
  const std::size_t comma = option.names.find(',');
  return comma == std::string_view::npos ? option.names : option.names.substr(comma + 1);
}

}  // namespace

std::span<const CurlOption> curl_options() noexcept {
  return kTable;
}

std::string curl_name(const CurlOption& option) {
  return std::string(long_name(option));
}

const CurlOption* first_refused(const std::vector<std::string>& typed) noexcept {
  for (const std::string& name : typed) {
    const auto* const row = std::ranges::find(kTable, std::string_view(name), long_name);
    if (row != kTable.end() && row->way == Way::refused) {
      return row;
    }
  }
  return nullptr;
}

}  // namespace heirloom::app::get

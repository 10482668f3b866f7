#include "common/spellings.hpp"

#include <algorithm>

namespace heirloom::app {

namespace {

using Way = Spelling::Way;
using Value = Spelling::Value;

/// Reason is why a spelling is refused, and what to do instead.
struct Reason {
  std::string_view why;
  std::string_view instead;
};

constexpr Reason kNewer{"only SSL 3.0 and TLS 1.0 are spoken here",
                        "heirloom reach, which tries newer versions too, or openssl s_client"};
constexpr Reason kDatagrams{"there is no DTLS here", "openssl itself"};
constexpr Reason kNoExtension{"this extension is not sent and not answered here",
                              "the command without it; servers of that time do not know it either"};
constexpr Reason kNoPreShared{"there are neither shared secrets nor SRP here",
                              "--cert FILE --key FILE, if the peer should know who you are"};
constexpr Reason kNoCheck{"the certificate is checked in one way only: chain, dates and name",
                          "--cafile FILE, or --pin sha256:HEX for exactly one certificate"};
constexpr Reason kOnlyLists{
    "revocation is checked for the whole path as soon as there is a list, and never without one",
    "--crl FILE, for each authority in the path"};
constexpr Reason kNoFolder{"authorities are read from one file only", "--cafile FILE"};
constexpr Reason kOneChain{"there is one certificate, with its chain in the same file",
                           "--cert FILE with the own certificate first"};
constexpr Reason kRenegotiates{
    "a connection may be negotiated again here, if that is bound to it (RFC 5746)",
    "the command without it"};
constexpr Reason kNoProvider{"ciphers come with heirloom, not from an engine or provider",
                             "the command without it"};
constexpr Reason kNoFragment{"records have their usual size here", "the command without it"};
constexpr Reason kNoDump{"bytes are not dumped here", "--messages, or --keylog FILE and Wireshark"};
constexpr Reason kNoMessageFile{"messages go to standard error", "--messages 2>FILE"};
constexpr Reason kNoExport{"no keying material is exported here",
                           "--keylog FILE, which has the master secret"};
constexpr Reason kNoMisbehaviour{"rules of the protocol are not broken on purpose here",
                                 "openssl s_client"};
constexpr Reason kNoRandom{"random numbers come from the system only", "the command without it"};
constexpr Reason kNoUnix{"there are only TCP connections here", "HOST:PORT"};
constexpr Reason kNoBind{"the system chooses the local address", "a route for the peer"};
constexpr Reason kNoProxy{"there is no way through a proxy here",
                          "ssh -L, and heirloom connect to the local end"};
constexpr Reason kEofIsWaited{"at the end of standard input it waits for the peer to close",
                              "timeout 5 heirloom connect HOST"};
constexpr Reason kTruncation{"an end without close_notify may be an attack, so it is reported",
                             "the exit status: 4 says that data may be missing"};
constexpr Reason kRenegotiationInfo{
    "servers without secure renegotiation are what this program is for",
    "heirloom connect --json, which says secure_renegotiation"};
constexpr Reason kNoFiles{
    "no files are served here",
    "--forward 127.0.0.1:8000 and a web server there, such as python3 -m http.server"};
constexpr Reason kOneCertificate{"a server does not choose its certificate by name here",
                                 "one heirloom serve for each name"};
constexpr Reason kPemOnly{
    "certificates and keys are read in PEM only, chains in the file of --cert",
    "openssl x509 -inform DER -in FILE -out FILE.pem"};
constexpr Reason kOnePassphrase{"one passphrase is for all keys", "--pass-file FILE"};
constexpr Reason kNoReverse{"text is not turned around here", "--echo"};
constexpr Reason kNoSessionPrefix{"session identifiers are random here", "the command without it"};
constexpr Reason kFamily{"the address to listen on says which family it is",
                         "--listen 127.0.0.1:PORT or --listen [::1]:PORT"};
constexpr Reason kNoResponder{"OCSP responders are not asked here",
                              "--ocsp FILE, with what openssl ocsp -respout has written"};
constexpr Reason kNoOtherCache{"sessions are kept in memory only", "--no-sessions to keep none"};

constexpr Spelling refuse(std::string_view typed, Value value, const Reason& reason) {
  return {typed, Way::refused, value, {}, reason.why, reason.instead};
}

// What s_client and s_server have in common.
constexpr std::array kBoth{
    Spelling{"-min_protocol", Way::special, Value::one},
    Spelling{"-max_protocol", Way::special, Value::one},
    Spelling{"-pass", Way::special, Value::one},
    Spelling{"-certform", Way::special, Value::one},
    Spelling{"-keyform", Way::special, Value::one},
    Spelling{"-cipher", Way::special, Value::one},
    Spelling{"-CAfile", Way::means, Value::one, {"--cafile"}},
    Spelling{"-verifyCAfile", Way::means, Value::one, {"--cafile"}},
    Spelling{"-cert", Way::means, Value::one, {"--cert"}},
    Spelling{"-key", Way::means, Value::one, {"--key"}},
    Spelling{"-ssl3", Way::means, Value::none, {"--min", "ssl3", "--max", "ssl3"}},
    Spelling{"-tls1", Way::means, Value::none, {"--min", "tls1", "--max", "tls1"}},
    Spelling{"-no_ssl3", Way::means, Value::none, {"--min", "tls1"}},
    Spelling{"-no_tls1", Way::means, Value::none, {"--max", "ssl3"}},
    Spelling{"-msg", Way::means, Value::none, {"--messages"}},
    Spelling{"-state", Way::means, Value::none, {"--messages"}},
    Spelling{"-trace", Way::means, Value::none, {"--messages"}},
    Spelling{"-tlsextdebug", Way::means, Value::none, {"--messages"}},
    Spelling{"-quiet", Way::means, Value::none, {"--quiet"}},
    Spelling{"-keylogfile", Way::means, Value::one, {"--keylog"}},
    Spelling{"-help", Way::means, Value::none, {"--help"}},
    Spelling{"-brief", Way::harmless, Value::none},
    Spelling{"-verify_return_error", Way::harmless, Value::none},
    Spelling{"-verify_quiet", Way::harmless, Value::none},
    Spelling{"-legacy_server_connect", Way::harmless, Value::none},
    Spelling{"-no_tls1_1", Way::harmless, Value::none},
    Spelling{"-no_tls1_2", Way::harmless, Value::none},
    Spelling{"-no_tls1_3", Way::harmless, Value::none},
    Spelling{"-bugs", Way::harmless, Value::none},
    Spelling{"-no_comp", Way::harmless, Value::none},
    Spelling{"-no_ticket", Way::harmless, Value::none},
    refuse("-no_renegotiation", Value::none, kRenegotiates),
    Spelling{"-no_resumption_on_reneg", Way::harmless, Value::none},
    Spelling{"-allow_no_dhe_kex", Way::harmless, Value::none},
    Spelling{"-prioritize_chacha", Way::harmless, Value::none},
    Spelling{"-no_middlebox", Way::harmless, Value::none},
    Spelling{"-no_etm", Way::means, Value::none, {"--extensions", "-encrypt_then_mac"}},
    Spelling{"-issuer_checks", Way::harmless, Value::none},
    Spelling{"-no_alt_chains", Way::harmless, Value::none},
    Spelling{"-trusted_first", Way::harmless, Value::none},
    Spelling{"-nbio", Way::harmless, Value::none},
    Spelling{"-nbio_test", Way::harmless, Value::none},
    Spelling{"-async", Way::harmless, Value::none},
    Spelling{"-ign_eof", Way::harmless, Value::none},
    Spelling{"-ciphersuites", Way::harmless, Value::one},
    Spelling{"-record_padding", Way::harmless, Value::one},
    Spelling{"-sigalgs", Way::harmless, Value::one},
    Spelling{"-client_sigalgs", Way::harmless, Value::one},
    Spelling{"-groups", Way::means, Value::one, {"--curves"}},
    Spelling{"-curves", Way::means, Value::one, {"--curves"}},
    Spelling{"-named_curve", Way::means, Value::one, {"--curves"}},
    Spelling{"-nameopt", Way::harmless, Value::one},
    Spelling{"-max_pipelines", Way::harmless, Value::one},
    Spelling{"-read_buf", Way::harmless, Value::one},
    Spelling{"-split_send_frag", Way::harmless, Value::one},
    Spelling{"-rand", Way::harmless, Value::one},
    refuse("-tls1_1", Value::none, kNewer),
    refuse("-tls1_2", Value::none, kNewer),
    refuse("-tls1_3", Value::none, kNewer),
    refuse("-dtls", Value::none, kDatagrams),
    refuse("-dtls1", Value::none, kDatagrams),
    refuse("-dtls1_2", Value::none, kDatagrams),
    refuse("-timeout", Value::none, kDatagrams),
    refuse("-mtu", Value::one, kDatagrams),
    Spelling{"-alpn", Way::means, Value::one, {"--alpn"}},
    refuse("-nextprotoneg", Value::one, kNoExtension),
    refuse("-use_srtp", Value::one, kNoExtension),
    refuse("-serverinfo", Value::one, kNoExtension),
    refuse("-psk_identity", Value::one, kNoPreShared),
    refuse("-psk", Value::one, kNoPreShared),
    refuse("-psk_session", Value::one, kNoPreShared),
    refuse("-strict", Value::none, kNoCheck),
    refuse("-ignore_critical", Value::none, kNoCheck),
    refuse("-policy_check", Value::none, kNoCheck),
    refuse("-explicit_policy", Value::none, kNoCheck),
    refuse("-inhibit_any", Value::none, kNoCheck),
    refuse("-inhibit_map", Value::none, kNoCheck),
    refuse("-x509_strict", Value::none, kNoCheck),
    refuse("-policy_print", Value::none, kNoCheck),
    refuse("-check_ss_sig", Value::none, kNoCheck),
    refuse("-suiteB_128_only", Value::none, kNoCheck),
    refuse("-suiteB_128", Value::none, kNoCheck),
    refuse("-suiteB_192", Value::none, kNoCheck),
    refuse("-partial_chain", Value::none, kNoCheck),
    refuse("-no_check_time", Value::none, kNoCheck),
    refuse("-allow_proxy_certs", Value::none, kNoCheck),
    refuse("-policy", Value::one, kNoCheck),
    refuse("-purpose", Value::one, kNoCheck),
    refuse("-verify_name", Value::one, kNoCheck),
    refuse("-verify_depth", Value::one, kNoCheck),
    refuse("-auth_level", Value::one, kNoCheck),
    refuse("-attime", Value::one, kNoCheck),
    refuse("-verify_hostname", Value::one, kNoCheck),
    refuse("-verify_email", Value::one, kNoCheck),
    refuse("-verify_ip", Value::one, kNoCheck),
    refuse("-crl_check", Value::none, kOnlyLists),
    refuse("-crl_check_all", Value::none, kOnlyLists),
    refuse("-extended_crl", Value::none, kOnlyLists),
    refuse("-use_deltas", Value::none, kOnlyLists),
    refuse("-crl_download", Value::none, kOnlyLists),
    Spelling{"-CRL", Way::means, Value::one, {"--crl"}},
    Spelling{"-CRLform", Way::harmless, Value::one},
    refuse("-no-CAfile", Value::none, kNoFolder),
    refuse("-no-CApath", Value::none, kNoFolder),
    refuse("-no-CAstore", Value::none, kNoFolder),
    refuse("-CApath", Value::one, kNoFolder),
    refuse("-CAstore", Value::one, kNoFolder),
    refuse("-verifyCApath", Value::one, kNoFolder),
    refuse("-verifyCAstore", Value::one, kNoFolder),
    refuse("-chainCAfile", Value::one, kNoFolder),
    refuse("-chainCApath", Value::one, kNoFolder),
    refuse("-chainCAstore", Value::one, kNoFolder),
    refuse("-build_chain", Value::none, kOneChain),
    refuse("-xchain_build", Value::none, kOneChain),
    refuse("-cert_chain", Value::one, kOneChain),
    refuse("-xkey", Value::one, kOneChain),
    refuse("-xcert", Value::one, kOneChain),
    refuse("-xchain", Value::one, kOneChain),
    refuse("-xcertform", Value::one, kOneChain),
    refuse("-xkeyform", Value::one, kOneChain),
    Spelling{
        "-legacy_renegotiation", Way::means, Value::none, {"--allow", "insecure-renegotiation"}},
    Spelling{"-client_renegotiation", Way::harmless, Value::none},
    refuse("-no_legacy_server_connect", Value::none, kRenegotiationInfo),
    Spelling{"-comp", Way::means, Value::none, {"--compression", "deflate"}},
    refuse("-provider-path", Value::one, kNoProvider),
    refuse("-provider", Value::one, kNoProvider),
    refuse("-propquery", Value::one, kNoProvider),
    refuse("-engine", Value::one, kNoProvider),
    refuse("-ssl_config", Value::one, kNoProvider),
    refuse("-max_send_frag", Value::one, kNoFragment),
    refuse("-debug", Value::none, kNoDump),
    refuse("-security_debug", Value::none, kNoDump),
    refuse("-security_debug_verbose", Value::none, kNoDump),
    refuse("-msgfile", Value::one, kNoMessageFile),
    refuse("-keymatexport", Value::one, kNoExport),
    refuse("-keymatexportlen", Value::one, kNoExport),
    refuse("-debug_broken_protocol", Value::none, kNoMisbehaviour),
    refuse("-writerand", Value::one, kNoRandom),
    refuse("-unix", Value::one, kNoUnix),
    refuse("-ignore_unexpected_eof", Value::none, kTruncation),
};

constexpr std::array kClient{
    Spelling{"-connect", Way::special, Value::one},
    Spelling{"-host", Way::special, Value::one},
    Spelling{"-port", Way::special, Value::one},
    Spelling{"-servername", Way::means, Value::one, {"--sni"}},
    Spelling{"-xmpphost", Way::means, Value::one, {"--sni"}},
    Spelling{"-status", Way::means, Value::none, {"--status"}},
    Spelling{"-noservername", Way::means, Value::none, {"--no-sni"}},
    Spelling{"-showcerts", Way::means, Value::none, {"--showcerts"}},
    Spelling{"-fallback_scsv", Way::means, Value::none, {"--fallback-scsv"}},
    Spelling{"-starttls", Way::means, Value::one, {"--starttls"}},
    Spelling{"-name", Way::means, Value::one, {"--own-name"}},
    Spelling{"-crlf", Way::means, Value::none, {"--crlf"}},
    Spelling{"-noct", Way::harmless, Value::none},
    Spelling{"-prexit", Way::harmless, Value::none},
    Spelling{"-nocommands", Way::harmless, Value::none},
    Spelling{"-serverpref", Way::harmless, Value::none},
    Spelling{"-verify", Way::harmless, Value::one},
    refuse("-no_ign_eof", Value::none, kEofIsWaited),
    refuse("-enable_pha", Value::none, kNewer),
    refuse("-early_data", Value::one, kNewer),
    refuse("-ct", Value::none, kNoExtension),
    refuse("-ctlogfile", Value::one, kNoExtension),
    refuse("-maxfraglen", Value::one, kNoFragment),
    refuse("-srp_lateuser", Value::none, kNoPreShared),
    refuse("-srp_moregroups", Value::none, kNoPreShared),
    refuse("-srpuser", Value::one, kNoPreShared),
    refuse("-srppass", Value::one, kNoPreShared),
    refuse("-srp_strength", Value::one, kNoPreShared),
    refuse("-dane_ee_no_namechecks", Value::none, kNoCheck),
    refuse("-dane_tlsa_domain", Value::one, kNoCheck),
    refuse("-dane_tlsa_rrdata", Value::one, kNoCheck),
    refuse("-requestCAfile", Value::one, kNoCheck),
    Spelling{"-reconnect", Way::means, Value::none, {"--resume", "5"}},
    Spelling{"-sess_out", Way::means, Value::one, {"--session-out"}},
    Spelling{"-sess_in", Way::means, Value::one, {"--session-in"}},
    refuse("-ssl_client_engine", Value::one, kNoProvider),
    refuse("-bind", Value::one, kNoBind),
    refuse("-proxy", Value::one, kNoProxy),
    refuse("-proxy_user", Value::one, kNoProxy),
    refuse("-proxy_pass", Value::one, kNoProxy),
};

constexpr std::array kServer{
    Spelling{"-accept", Way::special, Value::one},
    Spelling{"-port", Way::means, Value::one, {"--listen"}},
    Spelling{"-www", Way::means, Value::none, {"--www"}},
    Spelling{"-naccept", Way::means, Value::one, {"--count"}},
    Spelling{"-no_cache", Way::means, Value::none, {"--no-sessions"}},
    Spelling{"-verify", Way::special, Value::one},
    Spelling{"-Verify", Way::special, Value::one},
    Spelling{"-crlf", Way::harmless, Value::none},
    Spelling{"-no_ign_eof", Way::harmless, Value::none},
    Spelling{"-sendfile", Way::harmless, Value::none},
    Spelling{"-http_server_binmode", Way::harmless, Value::none},
    Spelling{"-anti_replay", Way::harmless, Value::none},
    Spelling{"-no_anti_replay", Way::harmless, Value::none},
    Spelling{"-servername_fatal", Way::harmless, Value::none},
    Spelling{"-context", Way::harmless, Value::one},
    Spelling{"-num_tickets", Way::harmless, Value::one},
    Spelling{"-max_early_data", Way::harmless, Value::one},
    Spelling{"-recv_max_early_data", Way::harmless, Value::one},
    refuse("-WWW", Value::none, kNoFiles),
    refuse("-HTTP", Value::none, kNoFiles),
    refuse("-4", Value::none, kFamily),
    refuse("-6", Value::none, kFamily),
    refuse("-servername", Value::one, kOneCertificate),
    refuse("-cert2", Value::one, kOneCertificate),
    refuse("-key2", Value::one, kOneCertificate),
    Spelling{"-dcert", Way::means, Value::one, {"--cert"}},
    Spelling{"-dkey", Way::means, Value::one, {"--key"}},
    refuse("-dcertform", Value::one, kPemOnly),
    refuse("-dcert_chain", Value::one, kPemOnly),
    refuse("-dkeyform", Value::one, kPemOnly),
    refuse("-dpass", Value::one, kOnePassphrase),
    Spelling{"-nocert", Way::means, Value::none, {"--allow", "anon"}},
    Spelling{"-no_dhe", Way::means, Value::none, {"--suites=-DHE"}},
    Spelling{"-dhparam", Way::means, Value::one, {"--dhparam"}},
    Spelling{"-serverpref", Way::means, Value::none, {"--prefer", "server"}},
    refuse("-rev", Value::none, kNoReverse),
    refuse("-id_prefix", Value::one, kNoSessionPrefix),
    refuse("-ext_cache", Value::none, kNoOtherCache),
    refuse("-no_resume_ephemeral", Value::none, kNoOtherCache),
    Spelling{"-status_file", Way::means, Value::one, {"--ocsp"}},
    refuse("-status", Value::none, kNoResponder),
    refuse("-status_verbose", Value::none, kNoResponder),
    refuse("-status_timeout", Value::one, kNoResponder),
    refuse("-status_url", Value::one, kNoResponder),
    refuse("-proxy", Value::one, kNoResponder),
    refuse("-no_proxy", Value::one, kNoResponder),
    refuse("-early_data", Value::none, kNewer),
    refuse("-stateless", Value::none, kNewer),
    refuse("-listen", Value::none, kDatagrams),
    refuse("-no_ca_names", Value::none, kNoExtension),
    refuse("-psk_hint", Value::one, kNoPreShared),
    refuse("-srpvfile", Value::one, kNoPreShared),
    refuse("-srpuserseed", Value::one, kNoPreShared),
    refuse("-unlink", Value::none, kNoUnix),
};

const Spelling* find(std::span<const Spelling> own, std::string_view word) noexcept {
  for (const std::span<const Spelling> table : {own, std::span<const Spelling>(kBoth)}) {
    const auto row = std::ranges::find(table, word, &Spelling::typed);
    if (row != table.end()) {
      return &*row;
    }
  }
  return nullptr;
}

}  // namespace

const Spelling* find_client_spelling(std::string_view word) noexcept {
  return find(kClient, word);
}

const Spelling* find_server_spelling(std::string_view word) noexcept {
  return find(kServer, word);
}

}  // namespace heirloom::app

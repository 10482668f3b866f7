#include "common/modern_tls.hpp"

#include "common/modern_tls_handle.hpp"
#include "common/target.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace heirloom::app {

namespace {

/// last_error takes the oldest entry of libcrypto's queue, which is the reason of a failure.
unsigned long last_error() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  return error;
}

/// forget_errors empties both queues before a call of libssl: SSL_get_error also finds what an
/// earlier and unrelated call on this thread left behind.
void forget_errors() {
  errno = 0;
  ERR_clear_error();
}

std::string reason_text(unsigned long error) {
  const char* const text = ERR_reason_error_string(error);
  return text == nullptr ? "no reason given" : text;
}

void log_key(const SSL* ssl, const char* line) {
  static_cast<KeyLog*>(SSL_get_app_data(ssl))->line(line);
}

/// offer_protocols writes them as on the wire: each behind its length.
void offer_protocols(SSL* ssl, const std::vector<std::string>& protocols) {
  std::vector<unsigned char> list;
  for (const std::string& name : protocols) {
    list.push_back(static_cast<unsigned char>(name.size()));
    list.insert(list.end(), name.begin(), name.end());
  }
  if (!list.empty()) {
    SSL_set_alpn_protos(ssl, list.data(), static_cast<unsigned int>(list.size()));
  }
}

/// use_credentials is false if the files are unusable; libcrypto's queue then says why.
bool use_credentials(SSL_CTX* context, const ModernTlsOptions& options) {
  if (options.certificate_file.empty()) {
    return true;
  }
  const std::string& key = options.key_file.empty() ? options.certificate_file : options.key_file;
  // libcrypto's default callback reads the passphrase from here; it does not write to it.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  SSL_CTX_set_default_passwd_cb_userdata(context, const_cast<char*>(options.passphrase.c_str()));
  return SSL_CTX_use_certificate_chain_file(context, options.certificate_file.c_str()) == 1 &&
         SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1;
}

/// use_revocation_lists makes libssl's verdict depend on them, as for our engine.
void use_revocation_lists(SSL_CTX* context, const ModernTlsOptions& options) {
  for (const auto& der : options.revocation_lists) {
    const unsigned char* at = der.data();
    X509_CRL* const list = d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size()));
    if (list != nullptr) {
      X509_STORE_add_crl(SSL_CTX_get_cert_store(context), list);
      X509_CRL_free(list);
    }
  }
  if (!options.revocation_lists.empty()) {
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context),
                                X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  }
}

ContextPtr make_context(const ModernTlsOptions& options) {
  ContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) {
    return nullptr;
  }
  if (options.authorities_file.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
  } else if (SSL_CTX_load_verify_file(context.get(), options.authorities_file.c_str()) != 1) {
    return nullptr;
  } else {
    // Whoever names a box's own certificate trusts that, whoever signed it; curl has it so too.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.get()), X509_V_FLAG_PARTIAL_CHAIN);
  }
  use_revocation_lists(context.get(), options);
  keep_sessions_of(context.get());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (options.fallback == ModernTlsOptions::Fallback::signal) {
    SSL_CTX_set_mode(context.get(), SSL_MODE_SEND_FALLBACK_SCSV);
  }
  if (options.security == ModernTlsOptions::Security::everything) {
    SSL_CTX_set_cipher_list(context.get(), "DEFAULT@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_options(context.get(), SSL_OP_LEGACY_SERVER_CONNECT);
  }
  if (options.max_version != 0) {
    SSL_CTX_set_max_proto_version(context.get(), options.max_version);
  }
  if (options.key_log != nullptr) {
    SSL_CTX_set_keylog_callback(context.get(), log_key);
  }
  return use_credentials(context.get(), options) ? std::move(context) : nullptr;
}

void set_names(SSL* ssl, const std::string& server_name) {
  if (server_name.empty()) {
    return;
  }
  X509_VERIFY_PARAM* const expected = SSL_get0_param(ssl);
  if (is_address(server_name)) {
    X509_VERIFY_PARAM_set1_ip_asc(expected, server_name.c_str());
    return;
  }
  X509_VERIFY_PARAM_set1_host(expected, server_name.c_str(), server_name.size());
  // libssl keeps a copy; the parameter lacks const for historical reasons only.
  SSL_ctrl(ssl,
           SSL_CTRL_SET_TLSEXT_HOSTNAME,
           TLSEXT_NAMETYPE_host_name,
           // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
           const_cast<char*>(server_name.c_str()));
}

CertificateChain peer_chain(SSL* ssl) {
  CertificateChain chain;
  STACK_OF(X509)* const certificates = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; i < sk_X509_num(certificates); ++i) {
    X509* const certificate = sk_X509_value(certificates, i);
    const int size = i2d_X509(certificate, nullptr);
    if (size <= 0) {
      continue;
    }
    CertificateDer der(static_cast<std::size_t>(size));
    unsigned char* out = der.data();
    i2d_X509(certificate, &out);
    chain.push_back(std::move(der));
  }
  return chain;
}

std::string version_words(int version) {
  switch (version) {
    case TLS1_VERSION:
      return "TLS 1.0";
    case TLS1_1_VERSION:
      return "TLS 1.1";
    case TLS1_2_VERSION:
      return "TLS 1.2";
    case TLS1_3_VERSION:
      return "TLS 1.3";
    default:
      return "unknown version";
  }
}

ModernTlsInfo collect_info(SSL* ssl) {
  ModernTlsInfo info{};
  info.version = version_words(SSL_version(ssl));
  info.version_number = static_cast<std::uint16_t>(SSL_version(ssl));
  const SSL_CIPHER* const cipher = SSL_get_current_cipher(ssl);
  const char* const standard = SSL_CIPHER_standard_name(cipher);
  info.cipher = standard == nullptr ? "" : standard;
  info.openssl_cipher = SSL_CIPHER_get_name(cipher);
  info.peer_chain = peer_chain(ssl);
  const long verdict = SSL_get_verify_result(ssl);
  info.is_verified = verdict == X509_V_OK && !info.peer_chain.empty();
  info.is_revoked = verdict == X509_V_ERR_CERT_REVOKED;
  info.verify_text = X509_verify_cert_error_string(verdict);
  info.is_resumed = SSL_session_reused(ssl) == 1;
  return info;
}

/// is_not_tls is true for the reasons libssl gives for bytes that no TLS implementation sent.
bool is_not_tls(int reason) {
  constexpr std::array reasons{SSL_R_WRONG_VERSION_NUMBER,
                               SSL_R_HTTP_REQUEST,
                               SSL_R_HTTPS_PROXY_REQUEST,
                               SSL_R_UNKNOWN_PROTOCOL,
                               SSL_R_RECORD_TOO_SMALL};
  return std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
}

/// classify names the way in which the handshake failed.
void classify(ModernTlsReport& report, int ssl_error, int number) {
  using End = ModernTlsReport::End;
  const unsigned long error = last_error();
  if (ssl_error == SSL_ERROR_SYSCALL) {
    report.end = number == 0 ? End::closed : End::reset;
    report.reason = number == 0 ? "the peer closed the connection" : errno_text(number);
    return;
  }
  report.reason = reason_text(error);
  const int reason = ERR_GET_REASON(error);
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) {
    report.end = End::refused_by_us;
  } else if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    report.end = End::closed;
    report.reason = "the peer closed the connection";
  } else if (reason > SSL_AD_REASON_OFFSET && reason <= SSL_AD_REASON_OFFSET + 255) {
    // libssl reports a fatal alert of the peer as 1000 plus its number.
    report.end = End::refused_by_peer;
    report.alert = static_cast<std::uint8_t>(reason - SSL_AD_REASON_OFFSET);
  } else {
    report.end = is_not_tls(reason) ? End::not_tls : End::refused_by_us;
  }
}

}  // namespace

bool shake_hands(SSL* handle,
                 std::chrono::milliseconds silence,
                 Deadline deadline,
                 ModernTlsReport& report) {
  using End = ModernTlsReport::End;
  const Deadline silent_until = silence.count() == 0 ? deadline : in(silence);
  for (;;) {
    forget_errors();
    const int result = SSL_do_handshake(handle);
    const int number = errno;
    report.bytes_received = BIO_number_read(SSL_get_rbio(handle));
    if (result == 1) {
      return true;
    }
    const int error = SSL_get_error(handle, result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
      classify(report, error, number);
      return false;
    }
    const bool is_read = error == SSL_ERROR_WANT_READ;
    const bool is_silent = report.bytes_received == 0;
    const Deadline until = is_silent ? std::min(deadline, silent_until) : deadline;
    const Readiness ready = wait_for(SSL_get_fd(handle), {is_read, !is_read}, until);
    if (!ready.readable && !ready.writable) {
      report.end = is_silent ? End::silent : End::stalled;
      report.reason = "the peer did not answer in time";
      return false;
    }
  }
}

std::string modern_library_version() {
  return "OpenSSL " + std::string(OpenSSL_version(OPENSSL_VERSION_STRING));
}

ModernTlsStream::ModernTlsStream(std::shared_ptr<TcpStream> transport, std::unique_ptr<Ssl> ssl)
    : transport_(std::move(transport)), ssl_(std::move(ssl)) {}

ModernTlsStream::~ModernTlsStream() = default;

ModernTlsReport ModernTlsStream::connect(TcpStreamPtr transport,
                                         const ModernTlsOptions& options,
                                         Deadline deadline) {
  ModernTlsReport report;
  ERR_clear_error();
  const ContextPtr context = make_context(options);
  auto ssl = std::make_unique<Ssl>();
  if (context != nullptr) {
    ssl->handle.reset(SSL_new(context.get()));
  }
  SSL* const handle = ssl->handle.get();
  const int socket = transport->readable_handle();
  if (handle == nullptr || SSL_set_fd(handle, socket) != 1) {
    report.reason = reason_text(last_error());
    return report;
  }
  set_names(handle, options.server_name);
  SSL_set_app_data(handle, options.key_log.get());
  // The stream is made first: libssl finds the place for its sessions from here on.
  std::unique_ptr<ModernTlsStream> stream(
      new ModernTlsStream(std::move(transport), std::move(ssl)));
  watch(handle, *stream->sessions_, stream->ssl_->has_refused_renegotiation);
  offer_protocols(handle, options.application_protocols);
  if (options.resume != nullptr) {
    stream->sessions_->keep(options.resume);
    SSL_set_session(handle, options.resume.get());
  }
  SSL_set_connect_state(handle);
  if (!shake_hands(handle, options.silence, deadline, report)) {
    return report;
  }
  report.end = ModernTlsReport::End::complete;
  report.stream = std::move(stream);
  const ModernTlsInfo& info = report.stream->info_ = collect_info(handle);
  if (!info.is_resumed && report.stream->sessions_->latest() == options.resume) {
    report.stream->sessions_->keep(nullptr);  // the peer has let it go, and given no other
  }
  return report;
}

StreamOutcome ModernTlsStream::read(std::span<std::uint8_t> into, Deadline deadline) {
  for (;;) {
    std::size_t count = 0;
    forget_errors();
    const int result = SSL_read_ex(ssl_->handle.get(), into.data(), into.size(), &count);
    if (result == 1) {
      return {StreamStatus::ok, count};
    }
    if (auto outcome = settle(result, deadline); outcome.status != StreamStatus::ok) {
      return outcome;
    }
  }
}

StreamOutcome ModernTlsStream::write(std::span<const std::uint8_t> bytes, Deadline deadline) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    std::size_t count = 0;
    forget_errors();
    const auto rest = bytes.subspan(sent);
    const int result = SSL_write_ex(ssl_->handle.get(), rest.data(), rest.size(), &count);
    if (result == 1) {
      sent += count;
      continue;
    }
    if (auto outcome = settle(result, deadline); outcome.status != StreamStatus::ok) {
      outcome.count = sent;
      return outcome;
    }
  }
  return {StreamStatus::ok, sent};
}

StreamOutcome ModernTlsStream::finish_writing(Deadline deadline) {
  for (;;) {
    forget_errors();
    const int result = SSL_shutdown(ssl_->handle.get());
    if (result >= 0) {
      return transport_->finish_writing(deadline);
    }
    auto outcome = settle(result, deadline);
    if (outcome.status == StreamStatus::end) {
      return {};  // the peer has finished and is gone: nobody is left to tell
    }
    if (outcome.status != StreamStatus::ok) {
      return outcome;
    }
  }
}

int ModernTlsStream::readable_handle() const noexcept {
  return transport_->readable_handle();
}

bool ModernTlsStream::has_buffered_input() const noexcept {
  return SSL_has_pending(ssl_->handle.get()) == 1;
}

Obstacle ModernTlsStream::obstacle() const noexcept {
  return ssl_->has_refused_renegotiation ? Obstacle::insecure_renegotiation : Obstacle::none;
}

/// settle waits if libssl only needs the socket (ok: try again), else says what is wrong.
StreamOutcome ModernTlsStream::settle(int result, Deadline deadline) {
  const int number = errno;
  const int error = SSL_get_error(ssl_->handle.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    const bool is_read = error == SSL_ERROR_WANT_READ;
    const Readiness ready = wait_for(readable_handle(), {is_read, !is_read}, deadline);
    return {ready.readable || ready.writable ? StreamStatus::ok : StreamStatus::timeout};
  }
  if (error == SSL_ERROR_ZERO_RETURN) {
    ERR_clear_error();
    return {StreamStatus::end};
  }
  const unsigned long code = last_error();
  const bool is_eof = ERR_GET_LIB(code) == ERR_LIB_SSL &&
                      ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  if (is_eof) {
    return {StreamStatus::truncated, 0, "the transport ended without close_notify"};
  }
  if (error == SSL_ERROR_SYSCALL) {
    return {StreamStatus::failed, 0, errno_text(number)};
  }
  return {StreamStatus::failed, 0, reason_text(code)};
}

}  // namespace heirloom::app

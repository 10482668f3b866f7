// What libssl tells of a connection while it lasts: the sessions that the server gives, and that a
// renegotiation was refused.
#include "common/modern_tls_handle.hpp"

#include <utility>

namespace heirloom::app {

namespace {

/// sessions_index is the place of a connection's ModernTlsSessions among what libssl keeps with it.
int sessions_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

/// keep_session is called by libssl for each session that the server gives. It returns 1 to say
/// that the reference is ours now.
int keep_session(SSL* ssl, SSL_SESSION* session) {
  auto* const sessions = static_cast<ModernTlsSessions*>(SSL_get_ex_data(ssl, sessions_index()));
  sessions->keep(ModernTlsSession(session, SSL_SESSION_free));
  return 1;
}

int refusal_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

/// note_alert notes that libssl has refused to renegotiate, which it does without a word to us if
/// the server does not know RFC 5746.
void note_alert(const SSL* ssl, int where, int value) {
  constexpr int kDescription = 0xff;
  if (where == SSL_CB_WRITE_ALERT && (value & kDescription) == SSL_AD_NO_RENEGOTIATION) {
    *static_cast<bool*>(SSL_get_ex_data(ssl, refusal_index())) = true;
  }
}

}  // namespace

ModernTlsSession ModernTlsSessions::latest() const {
  const std::lock_guard lock(mutex_);
  const bool is_good = latest_ != nullptr && SSL_SESSION_is_resumable(latest_.get()) == 1;
  return is_good ? latest_ : nullptr;
}

void ModernTlsSessions::keep(ModernTlsSession session) {
  const std::lock_guard lock(mutex_);
  latest_ = std::move(session);
}

void keep_sessions_of(SSL_CTX* context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(context, keep_session);
}

void watch(SSL* handle, ModernTlsSessions& sessions, bool& has_refused_renegotiation) {
  SSL_set_ex_data(handle, sessions_index(), &sessions);
  SSL_set_ex_data(handle, refusal_index(), &has_refused_renegotiation);
  SSL_set_info_callback(handle, note_alert);
}

}  // namespace heirloom::app

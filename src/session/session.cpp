// Session: facts and a master secret that is wiped with them (RFC 6101 §5.1, RFC 2246 §7).
#include "heirloom/session.hpp"

#include "session/session_access.hpp"

#include <algorithm>

namespace heirloom {

Session::~Session() {
  secure_wipe(master_secret_.data(), master_secret_.size());
}

namespace detail {

SessionPtr SessionAccess::make(Session::Facts facts, const MasterSecret& master) {
  const std::shared_ptr<Session> session(new Session);  // the constructor is private to us
  session->facts_ = std::move(facts);
  std::ranges::copy(master.expose(), session->master_secret_.begin());
  return session;
}

MasterSecret SessionAccess::master_secret(const Session& session) {
  Secret<48> copy;
  std::ranges::copy(session.master_secret_, copy.expose().begin());
  return MasterSecret(std::move(copy));
}

void SessionAccess::forbid_resumption(const Session& session) noexcept {
  session.is_resumable_ = false;
}

std::size_t SessionAccess::size(const Session& session) noexcept {
  // What the allocator and the reference count add to the object and to each certificate.
  constexpr std::size_t kBlock = 32;
  const Session::Facts& facts = session.facts();
  std::size_t size = sizeof(Session) + kBlock + facts.id.capacity() + facts.server_name.capacity() +
                     facts.ticket.capacity() + facts.ocsp_response.capacity() +
                     facts.own_certificates.capacity();
  for (const CertificateDer& certificate : facts.peer_chain) {
    size += sizeof(CertificateDer) + kBlock + certificate.capacity();
  }
  return size;
}

}  // namespace detail
}  // namespace heirloom

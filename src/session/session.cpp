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

}  // namespace detail
}  // namespace heirloom

// Scene: one engine under test and the puppet that talks to it.
#pragma once

#include "base/secret.hpp"
#include "support/pair.hpp"
#include "support/puppet/puppet.hpp"

#include <cstdint>
#include <functional>

namespace heirloom::testing {

/// Shape is the kind of handshake that the engine is set up for.
/// In `stapled` a client asks for the status of the server's certificate and is promised one; in
/// `ticketed` it asks for a ticket and is promised one; in `resumed_ticketed` it resumes by one and
/// is promised another. `renegotiated` is a plain one after another, under its keys: a client has
/// just asked for it, a server has nothing against it, once.
enum class Shape : std::uint8_t {
  plain,
  with_client_certificate,
  resumed,
  stapled,
  renegotiated,
  ticketed,
  resumed_ticketed
};

class Scene {
 public:
  /// Adjust bends the options of the engine under test; only its own role's are used.
  using Adjust = std::function<void(ClientOptions&, ServerOptions&)>;

  Scene(Side engine_side, Combination combination, Shape shape, const Adjust& adjust = {});

  /// say returns whether the engine is still content.
  bool say(Symbol symbol);

  /// send hands over raw bytes and returns whether the engine is still content.
  bool send(ByteView bytes);

  /// establish plays the valid trace of a plain or resumed handshake.
  void establish();

  /// last_alert is what the engine sent last; a test failure if it sent none.
  [[nodiscard]] Alert last_alert() const;

  /// cause is why the engine failed; a test failure if it did not.
  [[nodiscard]] Cause cause() const;

  [[nodiscard]] Connection& engine() { return engine_; }

  [[nodiscard]] Puppet& puppet() { return puppet_; }

  /// plaintext is the application data that the engine delivered.
  [[nodiscard]] const Bytes& plaintext() const { return plaintext_; }

  /// stored_session is what Shape::resumed resumes, as the engine of that side has it.
  [[nodiscard]] static SessionPtr stored_session(Combination combination, Side side);
  [[nodiscard]] static MasterSecret stored_master();

 private:
  void establish_again();
  Connection make_server(Combination combination, const Adjust& adjust);
  Connection make_client(Combination combination, const Adjust& adjust);

  Side side_;
  Shape shape_;
  Puppet puppet_;
  Connection engine_;
  Bytes plaintext_;
};

}  // namespace heirloom::testing

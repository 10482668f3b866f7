// Our engine with OpenSSL's libssl in one process, joined in memory: what the extensions of RFC
// 7301 and RFC 7627 settle, and what RFC 5705 and RFC 5929 export, must be the same at both ends.
#include "protocol/constants.hpp"
#include "support/suite_setup.hpp"
#include "support/test_pki.hpp"

#include <array>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

namespace heirloom::testing {
namespace {

constexpr Combination kRsa{ProtocolVersion::tls10, 0x002f};
constexpr std::string_view kLabel = "EXPORTER-heirloom-test";

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using Context = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, Deleter<SSL_free>>;

enum class ExtendedMasterSecret : std::uint8_t { off, on };

/// kProtocols is the list of RFC 7301 as libssl takes it: "xmpp", "http/1.1".
constexpr std::string_view kProtocols = "\4xmpp\10http/1.1";

int choose_protocol(SSL* /*ssl*/,
                    const unsigned char** chosen,
                    unsigned char* size,
                    const unsigned char* offered,
                    unsigned int offered_size,
                    void* /*unused*/) {
  unsigned char* found = nullptr;
  const auto* ours = reinterpret_cast<const unsigned char*>(kProtocols.data());
  if (SSL_select_next_proto(&found,
                            size,
                            ours,
                            static_cast<unsigned int>(kProtocols.size()),
                            offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

/// make_context lowers libssl to TLS 1.0 and our suite.
Context make_context(Side side, ExtendedMasterSecret secret) {
  Context context(SSL_CTX_new(side == Side::client ? TLS_client_method() : TLS_server_method()));
  SSL_CTX_set_security_level(context.get(), 0);
  EXPECT_EQ(SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION), 1);
  EXPECT_EQ(SSL_CTX_set_max_proto_version(context.get(), TLS1_VERSION), 1);
  EXPECT_EQ(SSL_CTX_set_cipher_list(context.get(), "AES128-SHA:@SECLEVEL=0"), 1);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  if (secret == ExtendedMasterSecret::off) {
    SSL_CTX_set_options(context.get(), SSL_OP_NO_EXTENDED_MASTER_SECRET);
  }
  if (side == Side::client) {
    const auto* list = reinterpret_cast<const unsigned char*>(kProtocols.data());
    EXPECT_EQ(
        SSL_CTX_set_alpn_protos(context.get(), list, static_cast<unsigned int>(kProtocols.size())),
        0);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT);
    return context;
  }
  const std::string name = server_identity(*find_cipher_suite(kRsa.suite)).name;
  EXPECT_EQ(SSL_CTX_use_certificate_chain_file(context.get(), pki_file(name + ".chain").c_str()),
            1);
  EXPECT_EQ(
      SSL_CTX_use_PrivateKey_file(context.get(), pki_file(name + ".key").c_str(), SSL_FILETYPE_PEM),
      1);
  constexpr std::array<unsigned char, 4> kName{'t', 'e', 's', 't'};
  EXPECT_EQ(SSL_CTX_set_session_id_context(context.get(), kName.data(), kName.size()), 1);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  return context;
}

/// Peer is one connection of libssl, whose wire are two memory buffers.
class Peer {
 public:
  Peer(const Context& context, Side side) : ssl_(SSL_new(context.get())) {
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    if (side == Side::client) {
      SSL_set_connect_state(ssl_.get());
    } else {
      SSL_set_accept_state(ssl_.get());
    }
  }

  [[nodiscard]] SSL* get() const { return ssl_.get(); }

  /// close keeps libssl from forgetting the session, as it does if a connection just goes.
  void close() { EXPECT_GE(SSL_shutdown(get()), 0); }

  /// run carries bytes until both have nothing more to say.
  void run(Connection& ours) {
    Bytes plaintext;
    for (int i = 0; i < 20; ++i) {
      const Bytes sent = take_outgoing(ours);
      if (!sent.empty()) {
        ASSERT_GT(BIO_write(SSL_get_rbio(get()), sent.data(), static_cast<int>(sent.size())), 0);
      }
      static_cast<void>(SSL_do_handshake(get()));
      Bytes received(BIO_ctrl_pending(SSL_get_wbio(get())));
      if (!received.empty()) {
        ASSERT_GT(BIO_read(SSL_get_wbio(get()), received.data(), static_cast<int>(received.size())),
                  0);
        deliver(ours, received, plaintext);
      } else if (sent.empty()) {
        return;
      }
    }
    FAIL() << "they never end";
  }

  /// keying_material is RFC 5705 by libssl; null: no context.
  [[nodiscard]] Bytes keying_material(const Bytes* context) const {
    Bytes out(40);
    EXPECT_EQ(SSL_export_keying_material(get(),
                                         out.data(),
                                         out.size(),
                                         kLabel.data(),
                                         kLabel.size(),
                                         context == nullptr ? nullptr : context->data(),
                                         context == nullptr ? 0 : context->size(),
                                         context == nullptr ? 0 : 1),
              1);
    return out;
  }

  /// first_finished is that of the side that finishes first.
  [[nodiscard]] Bytes first_finished(Side side) const {
    const bool client_is_first = SSL_session_reused(get()) == 0;
    const bool is_own = (side == Side::client) == client_is_first;
    Bytes out(64);
    out.resize(is_own ? SSL_get_finished(get(), out.data(), out.size())
                      : SSL_get_peer_finished(get(), out.data(), out.size()));
    return out;
  }

  [[nodiscard]] std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }

 private:
  Ssl ssl_;
};

void expect_same(const Peer& peer, Side side, Connection& ours, ExtendedMasterSecret secret) {
  ASSERT_EQ(ours.phase(), Phase::open) << ours.error()->text();
  EXPECT_EQ(SSL_version(peer.get()), TLS1_VERSION);
  EXPECT_EQ(SSL_get_extms_support(peer.get()) == 1, secret == ExtendedMasterSecret::on);
  EXPECT_EQ(ours.info().has_extended_master_secret, secret == ExtendedMasterSecret::on);
  EXPECT_EQ(ours.info().application_protocol, "http/1.1");
  EXPECT_EQ(peer.protocol(), "http/1.1");
  EXPECT_EQ(ours.info().is_resumed, SSL_session_reused(peer.get()) == 1);
  EXPECT_EQ(*ours.tls_unique(UnboundExport::accept), peer.first_finished(side));
  const Bytes context{'c', 0, 1};
  const Bytes nothing;
  constexpr auto kAccept = UnboundExport::accept;
  EXPECT_EQ(*ours.export_keying_material(kLabel, 40, std::nullopt, kAccept),
            peer.keying_material(nullptr));
  EXPECT_EQ(*ours.export_keying_material(kLabel, 40, nothing, kAccept),
            peer.keying_material(&nothing));
  EXPECT_EQ(*ours.export_keying_material(kLabel, 40, context, kAccept),
            peer.keying_material(&context));
}

TEST(OpensslPeer, AgreesWithOurClient) {
  for (const auto secret : {ExtendedMasterSecret::off, ExtendedMasterSecret::on}) {
    const Context context = make_context(Side::server, secret);
    ClientOptions options = client_options(kRsa);
    options.application_protocols = {"imap", "http/1.1"};
    const auto config = build(std::move(options));
    SessionPtr session;
    for (const bool is_resumed : {false, true}) {
      SCOPED_TRACE(is_resumed);
      Connection ours = Connection::client(config, {.host = "localhost"}, session);
      Peer peer(context, Side::server);
      peer.run(ours);
      expect_same(peer, Side::server, ours, secret);
      EXPECT_EQ(ours.info().is_resumed, is_resumed);
      session = ours.session();
      peer.close();
    }
  }
}

TEST(OpensslPeer, AgreesWithOurServer) {
  for (const auto secret : {ExtendedMasterSecret::off, ExtendedMasterSecret::on}) {
    const Context context = make_context(Side::client, secret);
    ServerOptions options = server_options(kRsa);
    options.application_protocols = {"http/1.1", "xmpp"};
    options.sessions = make_memory_session_store();
    const auto config = build(std::move(options));
    std::unique_ptr<SSL_SESSION, Deleter<SSL_SESSION_free>> session;
    for (const bool is_resumed : {false, true}) {
      SCOPED_TRACE(is_resumed);
      Connection ours = Connection::server(config);
      Peer peer(context, Side::client);
      if (session != nullptr) {
        ASSERT_EQ(SSL_set_session(peer.get(), session.get()), 1);
      }
      peer.run(ours);
      expect_same(peer, Side::client, ours, secret);
      EXPECT_EQ(ours.info().is_resumed, is_resumed);
      session.reset(SSL_get1_session(peer.get()));
      peer.close();
    }
  }
}

}  // namespace
}  // namespace heirloom::testing

// Whole connections, side by side with the system's libssl in the same run: full handshakes,
// resumed handshakes, and 16 KiB records there and back. Both ends of a pair are of one stack and
// in one thread, joined by memory; read the figures as ratios between two lines, not as absolute
// speed.
//
// The comparison is kept fair: TLS 1.0 with the same suite and the same key on both sides, no
// session tickets, MAC-then-encrypt (libssl would change the order by itself), the client pins or
// skips the certificate on both sides, and both sides have their countermeasure against BEAST on.
#include "heirloom/heirloom.hpp"

#include "base/bytes.hpp"

#include <array>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace {

using heirloom::Bytes;
using heirloom::ByteView;
using heirloom::Connection;

constexpr std::size_t kRecord = 16384;
constexpr std::size_t kRecords = 16;

struct Subject {
  std::uint16_t suite = 0;
  std::string openssl_name;
  std::string key;  ///< a name in tests/vectors/certificates
};

std::string file(const std::string& name) {
  return HEIRLOOM_SOURCE_DIR "/tests/vectors/certificates/" + name;
}

/// require stops the program: a measurement of something that does not work means nothing.
void require(bool condition, const char* what) {
  if (!condition) {
    std::cerr << "bench: " << what << '\n';
    std::exit(1);
  }
}

class HeirloomPair {
 public:
  explicit HeirloomPair(const Subject& subject) {
    heirloom::ClientOptions client;
    client.policy.min_version = heirloom::ProtocolVersion::tls10;
    client.policy.cipher_suites = {subject.suite};
    client.verifier = heirloom::accept_any_certificate();
    client_ = heirloom::ClientConfig::build(client).value();
    heirloom::ServerOptions server;
    server.policy = client.policy;
    server.sessions = heirloom::make_memory_session_store();
    server.credentials = {
        heirloom::load_credentials(file(subject.key + ".chain"), file(subject.key + ".key"))
            .value()};
    server_ = heirloom::ServerConfig::build(server).value();
  }

  /// handshake makes a new connection; it resumes the last session if there is one.
  void handshake() {
    ends_ = std::make_unique<Ends>(Ends{
        Connection::client(client_, {.host = "localhost"}, session_), Connection::server(server_)});
    while (ends_->client.phase() == heirloom::Phase::handshaking ||
           ends_->server.phase() == heirloom::Phase::handshaking) {
      carry(ends_->client, ends_->server);
      carry(ends_->server, ends_->client);
    }
    require(ends_->client.phase() == heirloom::Phase::open, "handshake of heirloom");
  }

  void keep_session() { session_ = ends_->client.session(); }

  void send(ByteView data) {
    delivered_ = 0;
    for (ByteView rest = data; !rest.empty();) {
      rest = rest.subspan(ends_->client.write(rest).value());
      carry(ends_->client, ends_->server);
    }
    require(delivered_ == data.size(), "data of heirloom");
  }

 private:
  struct Ends {
    Connection client;
    Connection server;
  };

  /// carry hands over what waits, taking plaintext out as it comes.
  void carry(Connection& from, Connection& to) {
    std::size_t carried = 0;
    for (const ByteView piece : from.outgoing()) {
      for (ByteView rest = piece; !rest.empty();) {
        const auto room = to.receive_buffer(rest.size());
        require(!room.empty(), "room of heirloom");
        const std::size_t n = std::min(room.size(), rest.size());
        std::copy_n(rest.begin(), n, room.begin());
        require(to.received(n).has_value(), "records of heirloom");
        while (!to.plaintext().empty()) {
          delivered_ += to.plaintext().size();
          to.consume_plaintext(to.plaintext().size());
        }
        rest = rest.subspan(n);
        carried += n;
      }
    }
    from.consume_outgoing(carried);
  }

  std::shared_ptr<const heirloom::ClientConfig> client_;
  std::shared_ptr<const heirloom::ServerConfig> server_;
  heirloom::SessionPtr session_;
  std::unique_ptr<Ends> ends_;
  std::size_t delivered_ = 0;
};

class LibsslPair {
 public:
  explicit LibsslPair(const Subject& subject)
      : client_context_(make_context(TLS_client_method(), subject)),
        server_context_(make_context(TLS_server_method(), subject)) {
    SSL_CTX* const server = server_context_.get();
    require(SSL_CTX_use_certificate_chain_file(server, file(subject.key + ".chain").c_str()) == 1,
            "certificate of libssl");
    require(SSL_CTX_use_PrivateKey_file(
                server, file(subject.key + ".key").c_str(), SSL_FILETYPE_PEM) == 1,
            "key of libssl");
    SSL_CTX_set_session_cache_mode(server, SSL_SESS_CACHE_SERVER);
    constexpr std::array<unsigned char, 1> kContext{1};
    SSL_CTX_set_session_id_context(server, kContext.data(), kContext.size());
    SSL_CTX_set_session_cache_mode(client_context_.get(), SSL_SESS_CACHE_CLIENT);
  }

  void handshake() {
    for (SSL* const end : {client_.get(), server_.get()}) {
      if (end != nullptr) {  // an end that is freed without this takes its session along
        SSL_set_shutdown(end, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
      }
    }
    client_.reset(SSL_new(client_context_.get()));
    server_.reset(SSL_new(server_context_.get()));
    BIO* near = nullptr;
    BIO* far = nullptr;
    require(BIO_new_bio_pair(&near, 1U << 20U, &far, 1U << 20U) == 1, "BIO pair");
    SSL_set_bio(client_.get(), near, near);
    SSL_set_bio(server_.get(), far, far);
    SSL_set_connect_state(client_.get());
    SSL_set_accept_state(server_.get());
    if (session_ != nullptr) {
      SSL_set_session(client_.get(), session_.get());
    }
    while (SSL_is_init_finished(client_.get()) == 0 || SSL_is_init_finished(server_.get()) == 0) {
      (void)SSL_do_handshake(client_.get());
      (void)SSL_do_handshake(server_.get());
    }
    require(SSL_version(client_.get()) == TLS1_VERSION, "TLS 1.0 of libssl");
    require((session_ != nullptr) == (SSL_session_reused(client_.get()) == 1),
            "resumption of libssl");
  }

  void keep_session() { session_.reset(SSL_get1_session(client_.get())); }

  void send(ByteView data) {
    std::array<std::uint8_t, kRecord> room{};
    std::size_t received = 0;
    while (received < data.size()) {
      const std::size_t n = std::min(kRecord, data.size() - received);
      require(SSL_write(client_.get(), data.subspan(received).data(), static_cast<int>(n)) ==
                  static_cast<int>(n),
              "writing of libssl");
      for (std::size_t got = 0; got < n;) {
        const int more = SSL_read(server_.get(), room.data(), static_cast<int>(room.size()));
        require(more > 0, "reading of libssl");
        got += static_cast<std::size_t>(more);
      }
      received += n;
    }
  }

 private:
  using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
  using End = std::unique_ptr<SSL, decltype(&SSL_free)>;
  using Session = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;

  static Context make_context(const SSL_METHOD* method, const Subject& subject) {
    Context context(SSL_CTX_new(method), &SSL_CTX_free);
    require(context != nullptr, "context of libssl");
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_ENCRYPT_THEN_MAC);
    SSL_CTX_clear_options(context.get(), SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS);
    require(SSL_CTX_set_cipher_list(context.get(),
                                    (subject.openssl_name + ":@SECLEVEL=0").c_str()) == 1,
            "suite of libssl");
    return context;
  }

  Context client_context_;
  Context server_context_;
  Session session_{nullptr, &SSL_SESSION_free};
  End client_{nullptr, &SSL_free};
  End server_{nullptr, &SSL_free};
};

template <class Pair>
void full_handshake(benchmark::State& state, const Subject& subject) {
  Pair pair(subject);
  for ([[maybe_unused]] auto _ : state) {
    pair.handshake();
  }
}

template <class Pair>
void resumed_handshake(benchmark::State& state, const Subject& subject) {
  Pair pair(subject);
  pair.handshake();
  pair.keep_session();
  for ([[maybe_unused]] auto _ : state) {
    pair.handshake();
  }
}

template <class Pair>
void send_records(benchmark::State& state, const Subject& subject) {
  Pair pair(subject);
  pair.handshake();
  const Bytes data(kRecord * kRecords, 'x');
  for ([[maybe_unused]] auto _ : state) {
    pair.send(data);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(data.size()));
}

template <class Pair>
void add(const std::string& stack, const Subject& subject) {
  const std::string tail = "/" + subject.openssl_name + "/" + subject.key + "/" + stack;
  benchmark::RegisterBenchmark(("full_handshake" + tail).c_str(), full_handshake<Pair>, subject);
  benchmark::RegisterBenchmark(
      ("resumed_handshake" + tail).c_str(), resumed_handshake<Pair>, subject);
  benchmark::RegisterBenchmark(("send_16_KiB_records" + tail).c_str(), send_records<Pair>, subject);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const Subject& subject : {Subject{0x002f, "AES128-SHA", "rsa1024"},
                                 Subject{0x0035, "AES256-SHA", "rsa2048"},
                                 Subject{0x0002, "NULL-SHA", "rsa1024"}}) {
    add<HeirloomPair>("heirloom", subject);
    add<LibsslPair>("libssl", subject);
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

// The modern leg against a server on libssl: what it is for is telling failures apart.
#include "common/modern_tls.hpp"

#include "heirloom/certificate_verifier.hpp"

#include <array>
#include <csignal>
#include <functional>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace heirloom::app {
namespace {

using namespace std::chrono_literals;
using End = ModernTlsReport::End;
using Security = ModernTlsOptions::Security;

constexpr auto kPatience = 60s;

// libssl writes without MSG_NOSIGNAL; the program ignores the signal, so the tests do too.
const auto kNoSignal = std::signal(SIGPIPE, SIG_IGN);

std::string certificate_file(const std::string& name) {
  return std::string(HEIRLOOM_SOURCE_DIR) + "/tests/vectors/certificates/" + name;
}

/// Peer is the blocking server end of a socket pair, driven by a function on a thread.
class Peer {
 public:
  explicit Peer(std::function<void(int)> act) {
    std::array<int, 2> handles{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, handles.data()), 0);
    EXPECT_EQ(::fcntl(handles[0], F_SETFL, O_NONBLOCK), 0);
    client_ = std::make_unique<TcpStream>(handles[0]);
    thread_ = std::thread([act = std::move(act), handle = handles[1]] {
      act(handle);
      ::close(handle);
    });
  }

  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  ~Peer() { thread_.join(); }

  ModernTlsReport connect(const ModernTlsOptions& options, Deadline deadline) {
    return ModernTlsStream::connect(std::move(client_), options, deadline);
  }

 private:
  TcpStreamPtr client_;
  std::thread thread_;
};

struct ServerSettings {
  int min = 0;
  int max = 0;
  std::string certificate = "rsa2048-sha256";
  std::string ciphers = "ALL:@SECLEVEL=0";
  std::function<void(SSL*)> act = [](SSL* ssl) { SSL_shutdown(ssl); };
};

std::function<void(int)> tls_server(const ServerSettings& settings) {
  return [settings](int handle) {
    SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_cipher_list(context, settings.ciphers.c_str());
    SSL_CTX_set_dh_auto(context, 1);
    SSL_CTX_set_min_proto_version(context, settings.min);
    SSL_CTX_set_max_proto_version(context, settings.max);
    const std::string file = certificate_file(settings.certificate);
    EXPECT_EQ(SSL_CTX_use_certificate_chain_file(context, (file + ".chain").c_str()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey_file(context, (file + ".key").c_str(), SSL_FILETYPE_PEM), 1);
    SSL* const ssl = SSL_new(context);
    SSL_set_fd(ssl, handle);
    if (SSL_accept(ssl) == 1) {
      settings.act(ssl);
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
  };
}

ModernTlsReport connect_to(const ServerSettings& settings, const ModernTlsOptions& options) {
  Peer peer(tls_server(settings));
  return peer.connect(options, in(kPatience));
}

TEST(ModernTls, CarriesDataAndEndsCleanly) {
  ServerSettings settings;
  settings.act = [](SSL* ssl) {
    std::array<char, 4> request{};
    EXPECT_EQ(SSL_read(ssl, request.data(), 4), 4);
    EXPECT_EQ(SSL_write(ssl, "pong", 4), 4);
    SSL_shutdown(ssl);
  };
  Peer peer(tls_server(settings));
  auto report = peer.connect({.server_name = "localhost"}, in(kPatience));
  ASSERT_EQ(report.end, End::complete) << report.reason;
  EXPECT_EQ(report.stream->info().version, "TLS 1.3");
  EXPECT_EQ(report.stream->info().version_number, 0x0304);
  EXPECT_FALSE(report.stream->info().cipher.empty());
  const std::array<std::uint8_t, 4> ping{'p', 'i', 'n', 'g'};
  EXPECT_EQ(report.stream->write(ping, in(kPatience)).status, StreamStatus::ok);
  std::array<std::uint8_t, 8> buffer{};
  EXPECT_EQ(report.stream->read(buffer, in(kPatience)).count, 4U);
  EXPECT_EQ(report.stream->read(buffer, in(kPatience)).status, StreamStatus::end);
  EXPECT_EQ(report.stream->finish_writing(in(kPatience)).status, StreamStatus::ok);
}

TEST(ModernTls, TellsTruncationFromAnEnd) {
  ServerSettings settings;
  settings.max = TLS1_2_VERSION;
  settings.act = [](SSL* ssl) { SSL_set_quiet_shutdown(ssl, 1); };
  Peer peer(tls_server(settings));
  auto report = peer.connect({}, in(kPatience));
  ASSERT_EQ(report.end, End::complete) << report.reason;
  std::array<std::uint8_t, 8> buffer{};
  EXPECT_EQ(report.stream->read(buffer, in(kPatience)).status, StreamStatus::truncated);
}

TEST(ModernTls, OnlyTheLowestLevelReachesTls10WithAnOldCertificate) {
  ServerSettings settings;
  settings.max = TLS1_VERSION;
  settings.certificate = "rsa1024-md5";
  const auto refused = connect_to(settings, {});
  // Who refuses first, and in which words, is up to the system's configuration.
  EXPECT_TRUE(refused.end == End::refused_by_us || refused.end == End::refused_by_peer);
  EXPECT_EQ(refused.alert.has_value(), refused.end == End::refused_by_peer);
  const auto report = connect_to(settings, {.security = Security::everything});
  ASSERT_EQ(report.end, End::complete) << report.reason;
  EXPECT_EQ(report.stream->info().version, "TLS 1.0");
}

TEST(ModernTls, SmallDiffieHellmanGroupIsRefusedByUsAtTheDefaults) {
  ServerSettings settings;
  settings.certificate = "rsa1024";  // for which libssl picks a group of 1024 bits
  settings.max = TLS1_2_VERSION;
  settings.ciphers = "DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0";
  const auto report = connect_to(settings, {});
  EXPECT_EQ(report.end, End::refused_by_us);
  EXPECT_FALSE(report.alert.has_value());
  EXPECT_EQ(report.reason, "dh key too small");
  EXPECT_EQ(connect_to(settings, {.security = Security::everything}).end, End::complete);
}

TEST(ModernTls, SmallKeyIsInTheVerdict) {
  ServerSettings settings;
  settings.certificate = "rsa512";
  settings.max = TLS1_2_VERSION;
  const auto report = connect_to(settings, {});
  ASSERT_EQ(report.end, End::complete) << report.reason;
  EXPECT_FALSE(report.stream->info().is_verified);
}

TEST(ModernTls, FallbackSignalIsRefusedWithAlert86) {
  const auto report = connect_to({.min = TLS1_VERSION},
                                 {.security = Security::everything,
                                  .fallback = ModernTlsOptions::Fallback::signal,
                                  .max_version = TLS1_1_VERSION});
  EXPECT_EQ(report.end, End::refused_by_peer) << report.reason;
  EXPECT_EQ(report.alert, 86);
}

TEST(ModernTls, HandsOverTheChainAndTheSystemsVerdict) {
  ModernTlsOptions options;
  options.server_name = "localhost";
  const auto report = connect_to({}, options);
  ASSERT_EQ(report.end, End::complete);
  const auto chain = load_pem_certificates(certificate_file("rsa2048-sha256.chain")).value();
  EXPECT_EQ(report.stream->info().peer_chain, chain);
  EXPECT_FALSE(report.stream->info().is_verified) << "a test authority";
  EXPECT_NE(report.stream->info().verify_text, "ok");
}

TEST(ModernTls, SystemAuthoritiesAndTheNameDecideTheVerdict) {
  // The environment variable makes the test authority the system's one.
  ::setenv("SSL_CERT_FILE", certificate_file("ca.crt").c_str(), 1);
  ModernTlsOptions options;
  options.security = Security::everything;
  options.server_name = "localhost";
  auto report = connect_to({}, options);
  ASSERT_EQ(report.end, End::complete);
  EXPECT_TRUE(report.stream->info().is_verified) << report.stream->info().verify_text;
  options.server_name = "elsewhere.example";
  report = connect_to({}, options);
  ASSERT_EQ(report.end, End::complete);
  EXPECT_FALSE(report.stream->info().is_verified);
  options.server_name = "127.0.0.1";
  report = connect_to({}, options);
  ::unsetenv("SSL_CERT_FILE");
  ASSERT_EQ(report.end, End::complete);
  EXPECT_TRUE(report.stream->info().is_verified) << report.stream->info().verify_text;
}

enum class Afterwards : std::uint8_t { wait, hang_up };

/// after_hello reads the hello, sends `answer`, and hangs up or waits until the client does.
std::function<void(int)> after_hello(std::string answer, Afterwards afterwards) {
  return [answer = std::move(answer), afterwards](int handle) {
    std::array<char, 4096> unread{};
    EXPECT_GT(::recv(handle, unread.data(), unread.size(), 0), 0);
    EXPECT_EQ(::send(handle, answer.data(), answer.size(), 0),
              static_cast<std::ptrdiff_t>(answer.size()));
    if (afterwards == Afterwards::wait) {
      while (::recv(handle, unread.data(), unread.size(), 0) > 0) {
      }
    }
  };
}

/// say_nothing waits until the client hangs up, which it may do before its hello is out.
void say_nothing(int handle) {
  std::array<char, 4096> unread{};
  while (::recv(handle, unread.data(), unread.size(), 0) > 0) {
  }
}

TEST(ModernTls, WhatIsNoTlsIsNamed) {
  Peer peer(after_hello("HTTP/1.0 400 Bad Request\r\n\r\n", Afterwards::wait));
  EXPECT_EQ(peer.connect({}, in(kPatience)).end, End::not_tls);
}

TEST(ModernTls, HangUpSilenceAndStallAreToldApart) {
  Peer closing(after_hello("", Afterwards::hang_up));
  EXPECT_EQ(closing.connect({}, in(kPatience)).end, End::closed);
  Peer silent(say_nothing);
  EXPECT_EQ(silent.connect({}, in(100ms)).end, End::silent);
  Peer stalling(after_hello("\x16\x03\x03", Afterwards::wait));
  const auto report = stalling.connect({}, in(2s));  // time for the hello on a busy machine
  EXPECT_EQ(report.end, End::stalled);
  EXPECT_EQ(report.bytes_received, 3U);
}

}  // namespace
}  // namespace heirloom::app

// Hellos that a server of 1999 was not made for and must answer all the same: newer versions,
// suites and extensions that nobody knew, hundreds of kilobytes (RFC 6101 §5.6.1.2, RFC 2246
// §7.4.1.2, RFC 3546 §2.3), and first bytes that are no hello.
#include "protocol/constants.hpp"
#include "support/puppet/scene.hpp"
#include "support/vector_file.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr Combination kTls{ProtocolVersion::tls10, 0x002f};

/// server_of_both has both versions and, for either, the suite of the scene.
void server_of_both(ClientOptions& /*client*/, ServerOptions& server) {
  server.policy = Policy::device();
}

bool finish(Scene& scene) {
  return scene.say(Symbol::client_key_exchange) && scene.say(Symbol::change_cipher_spec) &&
         scene.say(Symbol::finished) && scene.engine().phase() == Phase::open;
}

/// in_records cuts a message into records of at most that many bytes.
Bytes in_records(Scene& scene, ByteView message, std::size_t size) {
  Bytes wire;
  while (!message.empty()) {
    const ByteView piece = message.first(std::min(size, message.size()));
    append(wire, scene.puppet().record(ContentType::handshake, piece));
    message = message.subspan(piece.size());
  }
  return wire;
}

// §7.4.1.3: the lower of what the client suggests and the highest of the server. The premaster
// secret has the version of the hello (drift D24), and that of the record says nothing.
TEST(FutureHello, AnyLaterVersionIsAnsweredWithTls10) {
  for (const int version : {0x0302,
                            0x0303,
                            0x0304,
                            0x0305,
                            0x0306,
                            0x0307,
                            0x0308,
                            0x0309,
                            0x03ff,
                            0x0400,
                            0x0401,
                            0x1a1a,
                            0x7f1c,
                            0xfeff,
                            0xffff}) {
    SCOPED_TRACE(version);
    Scene scene(Side::server, kTls, Shape::plain, server_of_both);
    scene.puppet().client_hello.client_version = static_cast<ProtocolVersion>(version);
    Bytes hello = scene.puppet().say(Symbol::client_hello);
    hello[2] = static_cast<std::uint8_t>(version);
    ASSERT_TRUE(scene.send(hello));
    EXPECT_EQ(scene.engine().info().version, ProtocolVersion::tls10);
    EXPECT_EQ(scene.engine().info().client_version, static_cast<ProtocolVersion>(version));
    EXPECT_TRUE(finish(scene)) << scene.engine().error()->text();
  }
}

// RFC 2246 §7.4.1.2, RFC 3546 §2.3, RFC 8701: what is not known is skipped, wherever it stands.
TEST(FutureHello, UnknownSuitesCompressionAndExtensionsAreSkipped) {
  std::vector<std::uint16_t> suites;
  wire::HelloExtensions extensions;
  for (unsigned i = 0; i < 16; ++i) {
    suites.push_back(static_cast<std::uint16_t>(i << 12U | 0x0a0aU | i << 4U));
    extensions.push_back({.type = static_cast<std::uint16_t>(i << 12U | 0x0a0aU | i << 4U),
                          .data = Bytes(i * 37, 0xee)});
  }
  for (const int type : {28, 44, 51, 57, 13172, 17513, 30032, 65037, 65535}) {
    extensions.push_back({.type = static_cast<std::uint16_t>(type), .data = Bytes(3, 0xff)});
  }
  suites.insert(suites.end(), {0x1301, 0xc02f, 0xcca8, kTls.suite, 0xfefe});
  for (const bool has_extensions : {false, true}) {
    Scene scene(Side::server, kTls, Shape::plain, server_of_both);
    scene.puppet().client_hello.cipher_suites = suites;
    scene.puppet().client_hello.compression_methods = {221, 64, 1, 0, 255};
    if (has_extensions) {
      scene.puppet().client_hello.extensions = extensions;
    }
    scene.establish();
    EXPECT_EQ(scene.engine().info().cipher_suite, kTls.suite);
    EXPECT_FALSE(scene.puppet().server_hello.extensions.has_value());
  }
}

// §7.4.1.2: extra data is hashed and ignored, however much; the records may cut it anywhere. What
// is more than the limit is refused by its first four bytes.
TEST(FutureHello, HundredsOfKilobytesAreTakenUpToTheLimit) {
  const std::size_t limit = Limits{}.max_handshake_message;
  for (const std::size_t size : {std::size_t{1}, std::size_t{16383}, std::size_t{16384}}) {
    SCOPED_TRACE(size);
    Scene scene(Side::server, kTls, Shape::plain, server_of_both);
    const std::size_t own = 2 + 32 + 1 + 4 + 2;
    // Records of a byte are tried with a hello that takes a moment and not minutes.
    const std::size_t whole = size == 1 ? 20000 : limit;
    scene.puppet().trailing_hello_bytes = Bytes(whole - own, 0x5c);
    const Bytes hello = scene.puppet().encode(Symbol::client_hello);
    ASSERT_EQ(hello.size(), whole + 4);
    ASSERT_TRUE(scene.send(in_records(scene, hello, size))) << scene.engine().error()->text();
    EXPECT_TRUE(finish(scene)) << scene.engine().error()->text();
  }
  const std::size_t more = limit + 1;
  const Bytes announced{1,
                        static_cast<std::uint8_t>(more >> 16U),
                        static_cast<std::uint8_t>(more >> 8U),
                        static_cast<std::uint8_t>(more)};
  for (const std::size_t size : {std::size_t{1}, std::size_t{4}}) {
    Scene scene(Side::server, kTls, Shape::plain, server_of_both);
    EXPECT_FALSE(scene.send(in_records(scene, announced, size)));
    EXPECT_EQ(scene.cause(), Cause::message_too_long);
    EXPECT_EQ(scene.last_alert(), (Alert{AlertLevel::fatal, AlertDescription::illegal_parameter}));
  }
}

// What one who never finishes can make a server hold: the buffer that it reads into does not grow
// with what is announced or asked for.
TEST(FutureHello, TheReceiveBufferStaysSmallUntilTheHelloIsWhole) {
  Connection server = Connection::server(build(server_options()));
  std::size_t largest = 0;
  Bytes wire;
  for (int i = 0; i < 12; ++i) {  // records of 16384 bytes, and a message that none of them ends
    append(wire, Bytes{22, 3, 1, 0x40, 0x00});
    append(wire, i == 0 ? Bytes{1, 3, 0xff, 0xff} : Bytes(4, 0));
    wire.resize(wire.size() + 16380);
  }
  std::size_t at = 0;
  while (at < wire.size()) {
    const ByteSpan buffer = server.receive_buffer(SIZE_MAX);
    largest = std::max(largest, buffer.size());
    const std::size_t n = std::min({buffer.size(), wire.size() - at, std::size_t{5000}});
    std::copy_n(wire.begin() + static_cast<std::ptrdiff_t>(at), n, buffer.begin());
    at += n;
    ASSERT_TRUE(server.received(n).has_value()) << server.error()->text();
  }
  EXPECT_LE(largest, 65536U + 1024U) << "the pool rounds up";
  Connection silent = Connection::server(build(server_options()));
  EXPECT_LE(silent.receive_buffer(0).size(), 4096U);
}

// Taken from the socket of a listener: nothing in them is of use at TLS 1.0.
TEST(FutureHello, ClientsOfTls13AloneGetHandshakeFailure) {
  const std::pair<const char*, const char*> recorded[] = {
      {"OpenSSL 3.0 (s_client -tls1_3)",
       "16030100ca010000c603035eee59a651f75c5be66484db330fc0efbb18381960fa3096713779dd6228374f205c8"
       "ecc"
       "4814041fbb0eb2fbbb706dc871857b97160692e1127843831cf03a9030000813021303130100ff01000075000b0"
       "004"
       "03000102000a00040002001d002300000016000000170000000d001e001c040305030603080708080809080a080"
       "b08"
       "0408050806040105010601002b0003020304002d00020101003300260024001d0020e6211c935ca0b698a28574c"
       "f83"
       "5583ac89817ab2740798cce002bcd53170fd09"},
      {"OpenJDK 17 (TLSv1.3)",
       "16030300dd010000d903036cdf6571661cf96a770442c7d18764c6cefa5dd652250cf6f8b7cd893cd3a8bd2083b"
       "f34"
       "cf6e5ca9584a9c39d8b1cafb2b705bdb05e8c21d9648836dd48888eb8400061302130113030100008a000500050"
       "100"
       "000000000a00040002001d000d00180016040305030603080708080804080508060809080a080b002b000302030"
       "400"
       "2d00020101003200220020040305030603080708080804080508060809080a080b0401050106010203020100330"
       "026"
       "0024001d0020a6934047249e7d0d0e0e555048bdd6fa4b99eb0dc670d48d13ac7ef5cf9c6057"},
  };
  for (const auto& [client, wire] : recorded) {
    SCOPED_TRACE(client);
    for (const std::size_t chunk : {SIZE_MAX, std::size_t{1}}) {
      Connection server = Connection::server(build(server_options()));
      Bytes plaintext;
      deliver(server, from_hex(wire), plaintext, chunk);
      ASSERT_EQ(server.phase(), Phase::failed);
      EXPECT_EQ(server.error()->cause, Cause::no_common_cipher_suite);
      EXPECT_EQ(to_hex(take_outgoing(server)), "15030100020228");
    }
  }
}

// No first byte is special enough to crash on or to go on with, whatever follows it; half of the
// rounds look like the beginning of a hello of SSL 2.0.
TEST(FutureHello, RandomFirstBytesAreRefusedOrWaitedFor) {
  SeededRandom random(20261121);
  const auto config = build(server_options());
  for (int round = 0; round < 6000; ++round) {
    std::array<std::uint8_t, 2> dice{};
    (void)random.fill(dice);
    Bytes bytes(5 + dice[0]);
    (void)random.fill(bytes);
    bytes[0] = static_cast<std::uint8_t>(round);
    if (dice[1] % 2 == 0) {
      bytes[0] = static_cast<std::uint8_t>(bytes[0] | 0x80U);
      bytes[1] = static_cast<std::uint8_t>(bytes.size() - 2 - dice[1] % 3);
      bytes[2] = 1;
      bytes[3] = 3;
      bytes[4] = static_cast<std::uint8_t>(dice[1] % 4);
    }
    Connection server = Connection::server(config);
    Bytes plaintext;
    deliver(server, bytes, plaintext);
    ASSERT_TRUE(server.phase() == Phase::failed || server.phase() == Phase::handshaking);
    ASSERT_TRUE(plaintext.empty());
    const Bytes answer = take_outgoing(server);
    const bool is_alert = answer.size() == 7 && answer[0] == 21;
    const bool is_sslv2_error = answer.size() == 5 && answer[0] == 0x80;
    ASSERT_TRUE(answer.empty() || is_alert || is_sslv2_error) << to_hex(answer);
    (void)server.receive_end();
    ASSERT_EQ(server.phase(), Phase::failed);
  }
}

}  // namespace
}  // namespace heirloom::testing

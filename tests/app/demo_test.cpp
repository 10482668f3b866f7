// The capture of the demonstration, against the layouts of the pcapng draft, RFC 791 and RFC 9293,
// by hand; and what the demonstration calls a failure. Whole captures: tests/interop/demo.
#include "heirloom/config.hpp"

#include "demo/capture_files.hpp"
#include "demo/conversation.hpp"
#include "demo/credentials.hpp"
#include "demo/pcapng.hpp"
#include "demo/performance.hpp"
#include "demo/report.hpp"
#include "demo/tcp_packets.hpp"

#include <filesystem>
#include <fstream>
#include <numeric>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace heirloom::app::demo {
namespace {

std::uint32_t little32(ByteView bytes, std::size_t at) {
  return static_cast<std::uint32_t>(bytes[at]) | static_cast<std::uint32_t>(bytes[at + 1]) << 8U |
         static_cast<std::uint32_t>(bytes[at + 2]) << 16U |
         static_cast<std::uint32_t>(bytes[at + 3]) << 24U;
}

/// folded is the one's complement sum of RFC 1071; over what includes its checksum it is 0xffff.
std::uint32_t folded(ByteView bytes, std::uint32_t sum = 0) {
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    sum += static_cast<std::uint32_t>(bytes[i]) << 8U;
    sum += i + 1 < bytes.size() ? bytes[i + 1] : 0U;
  }
  while (sum > 0xFFFF) {
    sum = (sum & 0xFFFFU) + (sum >> 16U);
  }
  return sum;
}

TEST(Pcapng, SectionHeader) {
  const Bytes expected{0x0A, 0x0D, 0x0D, 0x0A,                          // type
                       48,   0,    0,    0,                             // length
                       0x4D, 0x3C, 0x2B, 0x1A,                          // byte order magic
                       1,    0,    0,    0,                             // version 1.0
                       0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,  // section length unknown
                       1,    0,    2,    0,    'h',  'i',  0,    0,     // opt_comment, padded
                       4,    0,    4,    0,    't',  'o',  'o',  'l',   // shb_userappl
                       0,    0,    0,    0,                             // opt_endofopt
                       48,   0,    0,    0};
  EXPECT_EQ(section_header_block("tool", "hi"), expected);
}

TEST(Pcapng, InterfaceDescription) {
  const Bytes expected{1,   0, 0, 0, 48,  0,   0, 0,  // type, length
                       101, 0, 0, 0, 0,   0,   0, 0,  // link type, reserved, snap length
                       2,   0, 2, 0, 'i', 'f', 0, 0,  // if_name
                       3,   0, 1, 0, 'd', 0,   0, 0,  // if_description
                       9,   0, 1, 0, 6,   0,   0, 0,  // if_tsresol
                       0,   0, 0, 0, 48,  0,   0, 0};
  EXPECT_EQ(interface_block(LinkType::raw_ip, "if", "d"), expected);
}

TEST(Pcapng, DecryptionSecrets) {
  const Bytes expected{10,   0,    0,    0,    28,   0, 0, 0,  // type, length
                       0x4B, 0x53, 0x4C, 0x54, 5,    0, 0, 0,  // "TLSK", secrets length
                       'l',  'i',  'n',  'e',  '\n', 0, 0, 0,  // padded
                       28,   0,    0,    0};
  EXPECT_EQ(decryption_secrets_block("line\n"), expected);
}

TEST(Pcapng, EnhancedPacket) {
  const Bytes packet{0xAA, 0xBB, 0xCC};
  const Bytes expected{6,    0,    0,    0, 36, 0, 0, 0,   // type, length
                       0,    0,    0,    0,                // interface
                       2,    0,    0,    0, 1,  0, 0, 0,   // time, high and low
                       3,    0,    0,    0, 3,  0, 0, 0,   // captured, original
                       0xAA, 0xBB, 0xCC, 0, 36, 0, 0, 0};  // padded; no options
  EXPECT_EQ(packet_block(0x200000001, packet, ""), expected);
}

TEST(Pcapng, CommentOfAPacket) {
  const Bytes block = packet_block(0, Bytes{1, 2, 3, 4}, "note");
  const Bytes options{1, 0, 4, 0, 'n', 'o', 't', 'e', 0, 0, 0, 0};
  ASSERT_EQ(block.size(), 36 + options.size());
  EXPECT_TRUE(std::equal(options.begin(), options.end(), block.begin() + 32));
}

TEST(Pcapng, TextsAreCutWhereTheFormatEnds) {
  const Bytes block = packet_block(0, {}, std::string(70000, 'x'));
  EXPECT_EQ(block.size() % 4, 0U);
  EXPECT_EQ(little32(block, 4), block.size());
  EXPECT_EQ(block[30], 0xFF);  // the option's length
  EXPECT_EQ(block[31], 0xFF);
}

struct Parsed {
  std::uint32_t sequence;
  std::uint32_t acknowledged;
  unsigned flags;
  Bytes payload;
};

/// parse checks everything of a packet that does not depend on the others.
Parsed parse(const Bytes& packet) {
  EXPECT_EQ(packet.at(0), 0x45);  // IPv4, 20 bytes of header
  const ByteView whole(packet);
  EXPECT_EQ(number_of(whole.subspan(2, 2)), packet.size());
  EXPECT_EQ(packet.at(9), 6);  // TCP
  EXPECT_EQ(folded(whole.first(20)), 0xFFFFU);
  const ByteView tcp = whole.subspan(20);
  const std::uint32_t pseudo =
      folded(whole.subspan(12, 8)) + 6 + static_cast<std::uint32_t>(tcp.size());
  EXPECT_EQ(folded(tcp, pseudo), 0xFFFFU);
  const std::size_t header = std::size_t{4} * (tcp[12] >> 4U);
  const ByteView payload = tcp.subspan(header);
  return {.sequence = static_cast<std::uint32_t>(number_of(tcp.subspan(4, 4))),
          .acknowledged = static_cast<std::uint32_t>(number_of(tcp.subspan(8, 4))),
          .flags = tcp[13],
          .payload = Bytes(payload.begin(), payload.end())};
}

constexpr TcpAddress kClient{{192, 0, 2, 2}, 50000};
constexpr TcpAddress kServer{{192, 0, 2, 1}, 443};

TEST(TcpPackets, OpenWithThreePackets) {
  TcpPackets packets(kClient, kServer);
  const auto drawn = packets.open();
  ASSERT_EQ(drawn.size(), 3U);
  const Parsed syn = parse(drawn[0]);
  const Parsed answer = parse(drawn[1]);
  const Parsed third = parse(drawn[2]);
  EXPECT_EQ(syn.flags, 0x02U);
  EXPECT_EQ(answer.flags, 0x12U);
  EXPECT_EQ(answer.acknowledged, syn.sequence + 1);
  EXPECT_EQ(third.flags, 0x10U);
  EXPECT_EQ(third.sequence, syn.sequence + 1);
  EXPECT_EQ(third.acknowledged, answer.sequence + 1);
}

TEST(TcpPackets, CarryDataInOrderAndAcknowledgeThem) {
  TcpPackets packets(kClient, kServer);
  const Parsed third = parse(packets.open().at(2));
  for (const std::size_t size : {1U, 2U, 1459U, 1460U, 1461U, 20001U}) {
    SCOPED_TRACE(size);
    Bytes data(size);
    std::iota(data.begin(), data.end(), std::uint8_t{1});
    const auto drawn = packets.data(End::server, data);
    EXPECT_EQ(drawn.size(), (size + 1459) / 1460 + 1);
    Bytes arrived;
    std::uint32_t next = parse(drawn.front()).sequence;
    for (std::size_t i = 0; i + 1 < drawn.size(); ++i) {
      const Parsed segment = parse(drawn[i]);
      EXPECT_EQ(segment.sequence, next);
      EXPECT_EQ(segment.acknowledged, third.sequence);
      next += static_cast<std::uint32_t>(segment.payload.size());
      append(arrived, segment.payload);
    }
    EXPECT_EQ(arrived, data);
    const Parsed acknowledgement = parse(drawn.back());
    EXPECT_EQ(acknowledgement.flags, 0x10U);
    EXPECT_EQ(acknowledgement.acknowledged, next);
    EXPECT_TRUE(acknowledgement.payload.empty());
  }
}

TEST(TcpPackets, CloseBothDirections) {
  TcpPackets packets(kClient, kServer);
  static_cast<void>(packets.open());
  const auto drawn = packets.close(End::client);
  ASSERT_EQ(drawn.size(), 4U);
  const Parsed first = parse(drawn[0]);
  EXPECT_EQ(first.flags, 0x11U);
  EXPECT_EQ(parse(drawn[1]).acknowledged, first.sequence + 1);
  const Parsed second = parse(drawn[2]);
  EXPECT_EQ(second.flags, 0x11U);
  EXPECT_EQ(parse(drawn[3]).acknowledged, second.sequence + 1);
}

Script script(std::uint16_t for_client, std::uint16_t for_server) {
  Wardrobe wardrobe;
  const Credentials& credentials = wardrobe.credentials_for(*find_cipher_suite(for_server));
  ClientOptions client;
  client.policy = Policy::museum();
  client.policy.cipher_suites = {for_client};
  client.verifier = verify_with_pin({certificate_fingerprint(credentials.chain.front())});
  ServerOptions server;
  server.policy = Policy::museum();
  server.policy.cipher_suites = {for_server};
  server.credentials = {credentials};
  server.sessions = make_memory_session_store();
  return {.client = *ClientConfig::build(client),
          .server = *ServerConfig::build(server),
          .resume = nullptr,
          .request = Bytes(300000, 'a'),
          .reply = Bytes(5, 'b')};
}

TEST(Conversation, KeepsTheWireAndTheSession) {
  const Conversation talk = converse(script(0x002f, 0x002f), in(std::chrono::seconds(60)));
  EXPECT_EQ(talk.problem, "");
  EXPECT_EQ(talk.data_bytes, 300005U);
  EXPECT_NE(talk.session, nullptr);
  EXPECT_GT(talk.handshake.count(), 0);
  ASSERT_GE(talk.chunks.size(), 6U);
  EXPECT_EQ(talk.chunks.front().from, End::client);
  EXPECT_EQ(talk.chunks.front().bytes.at(0), 22);  // a handshake record
}

TEST(Conversation, SaysWhyItFailed) {
  const Conversation talk = converse(script(0x002f, 0x0035), in(std::chrono::seconds(60)));
  EXPECT_NE(talk.problem.find("the server failed: "), std::string::npos) << talk.problem;
  EXPECT_EQ(talk.data_bytes, 0U);
  EXPECT_EQ(talk.session, nullptr);
  ASSERT_EQ(talk.chunks.size(), 2U);  // the ClientHello and the alert
  EXPECT_EQ(talk.chunks.back().bytes, (Bytes{21, 3, 1, 0, 2, 2, 40}));
}

TEST(Conversation, DoesNotTakeAFullHandshakeForAResumedOne) {
  Script offer = script(0x0005, 0x0005);
  const Conversation first = converse(offer, in(std::chrono::seconds(60)));
  ASSERT_NE(first.session, nullptr);
  Script forgetful = script(0x0005, 0x0005);  // with another store, and another certificate
  forgetful.resume = first.session;
  const Conversation second = converse(forgetful, in(std::chrono::seconds(60)));
  EXPECT_EQ(second.problem, "the client did not resume the session");
}

TEST(Conversation, EndsWhenItsTimeIsUp) {
  const Conversation talk = converse(script(0x0005, 0x0005), Deadline{});
  EXPECT_NE(talk.problem, "");
}

TEST(Scenes, AreEverySuiteAtEveryVersionItHas) {
  std::size_t expected = 0;
  for (const CipherSuite& suite : cipher_suites()) {
    expected += (suite.versions.ssl30 ? 1U : 0U) + (suite.versions.tls10 ? 1U : 0U);
  }
  EXPECT_EQ(all_scenes().size(), expected);
}

TEST(Report, ShowsAFailureWithItsReason) {
  Appearance appearance{.scene = all_scenes().front(),
                        .kind = HandshakeKind::full,
                        .number = 1,
                        .of = 2,
                        .conversation = {},
                        .key_log_lines = {},
                        .strength = {.word = "weak", .why = ""}};
  appearance.conversation.problem = "the \x1b server failed";
  const std::string row = Table(all_scenes()).row(appearance);
  EXPECT_NE(row.find("FAILED"), std::string::npos);
  EXPECT_NE(row.find("the \\x1b server failed"), std::string::npos);
  EXPECT_NE(appearance_json(appearance).find(R"("verdict":"failed")"), std::string::npos);
}

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string made = (std::filesystem::temp_directory_path() / "heirloom.XXXXXX").string();
    ASSERT_NE(::mkdtemp(made.data()), nullptr);
    folder_ = made;
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(Files, AreForTheirOwnerOnly) {
  const auto files = CaptureFiles::open((folder_ / "a" / "b").string(), Overwrite::never);
  ASSERT_TRUE(files);
  for (const std::string& path : {(*files)->capture(), (*files)->key_log()}) {
    struct stat status {};

    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
  }
  EXPECT_TRUE((*files)->finish());
}

TEST_F(Files, AreNeverOverwrittenUnasked) {
  std::ofstream(folder_ / "demo.keys") << "precious";
  const auto refused = CaptureFiles::open(folder_.string(), Overwrite::never);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, "capture_exists");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "demo.pcapng"));
  EXPECT_EQ(std::filesystem::file_size(folder_ / "demo.keys"), 8U);
  const auto forced = CaptureFiles::open(folder_.string(), Overwrite::allowed);
  ASSERT_TRUE(forced);
  EXPECT_TRUE((*forced)->finish());
  EXPECT_EQ(std::filesystem::file_size(folder_ / "demo.keys"), 0U);
}

TEST_F(Files, DoNotFollowALink) {
  std::ofstream(folder_ / "elsewhere") << "precious";
  std::filesystem::create_symlink(folder_ / "elsewhere", folder_ / "demo.keys");
  EXPECT_FALSE(CaptureFiles::open(folder_.string(), Overwrite::allowed));
  EXPECT_EQ(std::filesystem::file_size(folder_ / "elsewhere"), 8U);
}

TEST_F(Files, SayWhenTheDiskIsFull) {
  if (!std::filesystem::exists("/dev/full")) {
    GTEST_SKIP() << "no /dev/full";
  }
  const auto files = CaptureFiles::open(folder_.string(), Overwrite::never);
  ASSERT_TRUE(files);
  // The descriptor of the capture is the one that leads to it; put the full device in its place.
  const int full = ::open("/dev/full", O_WRONLY);
  for (int handle = 3; handle < 256; ++handle) {
    std::error_code ignored;
    const auto link =
        std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(handle), ignored);
    if (link == std::filesystem::canonical((*files)->capture(), ignored)) {
      ::dup2(full, handle);
    }
  }
  ::close(full);
  Conversation talk;
  talk.chunks.push_back({.from = End::client, .when = {}, .bytes = Bytes(10)});
  (*files)->add(talk, "line\n", "title");
  const auto finished = (*files)->finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().cause, "capture_unwritable");
}

TEST(OpenCommands, CanBePasted) {
  const OpenCommands plain = open_commands("/tmp/a/demo.pcapng", "/tmp/a/demo.keys");
  EXPECT_EQ(plain.wireshark, "wireshark /tmp/a/demo.pcapng");
  EXPECT_EQ(plain.wireshark_key_log,
            "wireshark -o tls.keylog_file:/tmp/a/demo.keys /tmp/a/demo.pcapng");
  const OpenCommands odd = open_commands("/tmp/it's here/x", "/k");
  EXPECT_EQ(odd.wireshark, R"(wireshark '/tmp/it'\''s here/x')");
}

}  // namespace
}  // namespace heirloom::app::demo

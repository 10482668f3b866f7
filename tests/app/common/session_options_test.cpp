#include "common/session_options.hpp"

#include "common/option_words.hpp"
#include "common/protocol_options.hpp"
#include "common/session_files.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

namespace fs = std::filesystem;

TEST(SessionOptions, ExtensionsAreAddedTakenOutOrReplaced) {
  const ExtensionSet preset = Policy::device().extensions;
  ProtocolOptions options;
  options.session.extensions = {"-padding,+session_ticket", "-23"};
  ExtensionSet expected = preset;
  expected.remove(Extension::padding);
  expected.add(Extension::session_ticket);
  expected.remove(Extension::extended_master_secret);
  EXPECT_EQ(build_policy(options)->extensions, expected);
  options.session.extensions = {"renegotiation_info,server_name"};
  EXPECT_EQ(build_policy(options)->extensions,
            (ExtensionSet{Extension::server_name, Extension::renegotiation_info}));
  options.session.extensions = {"none"};
  EXPECT_EQ(build_policy(options)->extensions, ExtensionSet());
  options.session.extensions = {"+heartbeat"};
  const auto refused = build_policy(options);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().cause, "option_invalid");
  for (const Extension known : extensions()) {
    EXPECT_NE(refused.error().next.find(to_string(known)), std::string::npos) << to_string(known);
  }
}

TEST(SessionOptions, TicketsAreAnExtensionOfClients) {
  ProtocolOptions options;
  EXPECT_FALSE(build_policy(options)->extensions.has(Extension::session_ticket));
  options.session.tickets = true;
  EXPECT_TRUE(build_policy(options)->extensions.has(Extension::session_ticket));
}

TEST(SessionOptions, CompressionIsOffUntilItIsNamed) {
  using Methods = std::vector<CompressionMethod>;
  ProtocolOptions options;
  EXPECT_EQ(build_policy(options)->compression_methods, Methods{CompressionMethod::null});
  options.preset = "museum";
  EXPECT_EQ(build_policy(options)->compression_methods, Methods{CompressionMethod::null});
  options.session.compression = {"deflate"};
  EXPECT_EQ(build_policy(options)->compression_methods,
            (Methods{CompressionMethod::deflate, CompressionMethod::null}));
  options.session.compression = {"null,DEFLATE"};
  EXPECT_EQ(build_policy(options)->compression_methods,
            (Methods{CompressionMethod::null, CompressionMethod::deflate}));
  options.session.compression = {"lzs"};
  EXPECT_EQ(build_policy(options).error().next, "--compression null,deflate");
}

TEST(SessionOptions, RenegotiationOfOldPeersNeedsItsName) {
  ProtocolOptions options;
  options.preset = "museum";
  EXPECT_EQ(build_policy(options)->renegotiation, Renegotiation::only_secure);
  options.allow = {"insecure-renegotiation,anon"};
  EXPECT_EQ(build_policy(options)->renegotiation, Renegotiation::any);
  options.allow = {"renegotiation"};
  EXPECT_NE(build_policy(options).error().next.find("insecure-renegotiation"), std::string::npos);
}

TEST(SessionOptions, ApplicationProtocolsHaveNamesOfAnyLetters) {
  SessionOptions options;
  EXPECT_TRUE(application_protocols(options)->empty());
  options.application_protocols = {"http/1.1,spdy:3", "x y"};
  EXPECT_EQ(*application_protocols(options),
            (std::vector<std::string>{"http/1.1", "spdy:3", "x y"}));
  for (const std::string& wrong : {std::string(),
                                   std::string("a,,b"),
                                   std::string("a,a"),
                                   std::string("a,"),
                                   std::string(256, 'a')}) {
    options.application_protocols = {wrong};
    EXPECT_EQ(application_protocols(options).error().cause, "option_invalid") << wrong;
  }
}

TEST(SessionOptions, AdviceRepeatsAllOfThem) {
  ProtocolOptions options;
  EXPECT_EQ(option_words(options), "");
  SessionOptions& session = options.session;
  session.extensions = {"-padding"};
  session.compression = {"deflate"};
  session.application_protocols = {"x y"};
  session.tickets = true;
  session.resume = 2;
  session.session_in = "in";
  session.session_out = "out";
  session.session_key = "key";
  session.renegotiate = true;
  EXPECT_EQ(option_words(options),
            " --extensions -padding --compression deflate --alpn 'x y' --tickets --resume 2 "
            "--session-in in --session-out out --session-key key --renegotiate");
}

/// Folder is a new one that is gone in the end.
class SessionFiles : public ::testing::Test {
 protected:
  SessionFiles() {
    std::string name = (fs::temp_directory_path() / "heirloom-sessions.XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }

  SessionFiles(const SessionFiles&) = delete;
  SessionFiles& operator=(const SessionFiles&) = delete;

  ~SessionFiles() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string file(const std::string& name) const {
    return (folder_ / name).string();
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
  }

  fs::path folder_;
};

TEST_F(SessionFiles, NothingHappensWithoutAnOption) {
  const auto session = read_session({});
  ASSERT_TRUE(session.has_value());
  EXPECT_EQ(*session, nullptr);
  EXPECT_TRUE(write_session({}, nullptr).has_value());
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(SessionFiles, WhatIsNoSessionIsNamed) {
  SessionOptions options;
  options.session_in = file("session");
  options.session_out = file("session");
  EXPECT_EQ(read_session(options).error().cause, "file_unreadable");
  EXPECT_EQ(write_session(options, nullptr).error().cause, "session_missing");
  write("session", "something else");
  EXPECT_EQ(read_session(options).error().cause, "file_unreadable") << "there is no key";
  write("session.key", std::string(31, 'k'));
  EXPECT_EQ(read_session(options).error().cause, "session_key_invalid");
  write("session.key", std::string(33, 'k'));
  EXPECT_EQ(read_session(options).error().cause, "session_key_invalid");
  write("session.key", std::string(32, 'k'));
  EXPECT_EQ(read_session(options).error().cause, "session_unreadable");
}

}  // namespace
}  // namespace heirloom::app

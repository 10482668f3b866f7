// Our side of tests/interop/abilities: connections one after the other, each with what the words
// switch on, and all that our end knows of them. Public headers only.
//
//     heirloom_ability_peer client|server port=N version=ssl3|tls1|ssl3,tls1 suite=HEX send=FILE
//     receive=FILE [expect=N] [connections=N] [certificate=FILE key=FILE] [ca=FILE]
//     [handshakes=N starts=us|peer] [resumed=1] [demand=1] [renegotiation=any] [tickets=1]
//     [extensions=+name,-name] [alpn=name,…] [fragment=N] [compression=deflate] [fallback=1]
//     [sslv2_hello=1] [staple=FILE] [exporter=LABEL] [key_log=FILE]
//
// A client sends its file and reads to the end; a server reads `expect` bytes and sends its file.
#include "heirloom/heirloom.hpp"

#include "configuration.hpp"
#include "talk.hpp"
#include "words.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t kExportLength = 32;

std::string yes_or_no(bool value) {
  return value ? "yes" : "no";
}

std::string hexadecimal(const heirloom::Result<std::vector<std::uint8_t>>& bytes) {
  if (!bytes) {
    return "none";
  }
  std::string text;
  char pair[3];
  for (const std::uint8_t byte : *bytes) {
    std::snprintf(pair, sizeof pair, "%02x", byte);
    text += pair;
  }
  return text;
}

std::string or_none(const std::string& text) {
  return text.empty() ? "none" : text;
}

bool is_open(Talk& talk, std::size_t handshakes) {
  return talk.connection().phase() == heirloom::Phase::open &&
         talk.connection().info().handshakes >= handshakes;
}

/// shake_hands goes through all handshakes of the connection before anything is said, except what
/// a client says while it has not yet read our HelloRequest.
void shake_hands(Talk& talk, const Words& words) {
  talk.wait_for([&] { return is_open(talk, 1); }, "the end of the handshake");
  const std::size_t wanted = words.number("handshakes", 1);
  if (wanted == 1) {
    return;
  }
  if (words.text("starts") == "us") {
    const auto begun = talk.connection().renegotiate(renegotiation_of(words));
    if (!begun) {
      fail(begun.error().text());
    }
  }
  talk.wait_for([&] { return is_open(talk, wanted) || talk.is_refused(); },
                "the end of a later handshake");
}

void converse(Talk& talk, const Words& words, std::string_view role) {
  const auto payload = read_file(words.text("send"));
  if (role == "client") {
    talk.write(payload);
    talk.wait_for([&] { return talk.connection().info().close_notify_received; }, "the reply");
  } else {
    const std::size_t expected = words.number("expect", 0);
    talk.wait_for([&] { return talk.heard().size() >= expected; }, "the request");
    talk.write(payload);
  }
}

void report(Talk& talk, const Words& words, const Judge& judge) {
  const heirloom::Connection& connection = talk.connection();
  const heirloom::ConnectionInfo& info = connection.info();
  const auto accept = heirloom::UnboundExport::accept;
  const auto session = connection.session();
  const std::vector<std::pair<std::string, std::string>> facts = {
      {"version", *info.version == heirloom::ProtocolVersion::ssl30 ? "ssl3" : "tls1"},
      {"handshakes", std::to_string(info.handshakes)},
      {"refused", yes_or_no(talk.is_refused())},
      {"secure", yes_or_no(info.has_secure_renegotiation)},
      {"insecure", yes_or_no(info.was_renegotiated_insecurely)},
      {"resumed", yes_or_no(info.is_resumed)},
      {"ticket", yes_or_no(session != nullptr && !session->facts().ticket.empty())},
      {"staple", yes_or_no(judge.has_staple())},
      {"certificate", yes_or_no(!info.peer_chain.empty())},
      {"ems", yes_or_no(info.has_extended_master_secret)},
      {"etm", yes_or_no(info.has_encrypt_then_mac)},
      {"fragment", std::to_string(info.max_fragment_length)},
      {"compression", std::to_string(info.compression_method)},
      {"alpn", or_none(info.application_protocol)},
      {"server_name", or_none(info.server_name)},
      {"sslv2_hello", yes_or_no(info.has_sslv2_hello)},
      {"unique", hexadecimal(connection.tls_unique(accept))},
      {"exporter",
       words.has("exporter") ? hexadecimal(connection.export_keying_material(
                                   words.text("exporter"), kExportLength, std::nullopt, accept))
                             : "none"},
      {"received", std::to_string(talk.heard().size())},
      {"end", info.close_notify_received ? "clean" : "unknown"},
  };
  std::string line = "RESULT";
  for (const auto& [name, value] : facts) {
    line += " " + name + "=" + value;
  }
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
  std::ofstream(words.text("receive"), std::ios::binary | std::ios::app)
      .write(reinterpret_cast<const char*>(talk.heard().data()),
             static_cast<std::streamsize>(talk.heard().size()));
}

heirloom::SessionPtr run(heirloom::Connection connection,
                         int handle,
                         const Words& words,
                         const Judge& judge,
                         std::string_view role) {
  Talk talk(std::move(connection), handle);
  shake_hands(talk, words);
  converse(talk, words, role);
  talk.finish();
  report(talk, words, judge);
  return talk.connection().session();
}

void serve(const Words& words) {
  const auto judge = std::make_shared<Judge>();
  const auto configuration = server_configuration(words, judge);
  const int listener = listen_on(words.number("port", 0));
  for (unsigned i = 0; i < words.number("connections", 1); ++i) {
    run(heirloom::Connection::server(configuration),
        accept_from(listener),
        words,
        *judge,
        "server");
  }
}

void connect(const Words& words) {
  const auto judge = std::make_shared<Judge>();
  const auto configuration = client_configuration(words, judge);
  heirloom::SessionPtr session;
  for (unsigned i = 0; i < words.number("connections", 1); ++i) {
    const int handle = connect_to(words.number("port", 0));
    session = run(heirloom::Connection::client(configuration, {"localhost"}, session),
                  handle,
                  words,
                  *judge,
                  "client");
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    fail("the role is missing");
  }
  const Words words(std::span(arguments, static_cast<std::size_t>(count)).subspan(2));
  if (std::string_view(arguments[1]) == "client") {
    connect(words);
  } else {
    serve(words);
  }
  return 0;
}

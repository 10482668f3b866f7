#include "demo/report.hpp"

#include "common/output.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace heirloom::app::demo {

namespace {

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  out.resize(std::max(out.size(), width), ' ');
  return out;
}

std::string right(std::string_view text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + std::string(text);
}

std::string_view exchange_of(const Scene& scene) {
  return info(scene.suite->key_exchange).name;
}

std::string_view cipher_of(const Scene& scene) {
  return info(scene.suite->bulk).name;
}

std::string seconds(std::chrono::milliseconds time) {
  std::array<char, 32> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%.1f s", static_cast<double>(time.count()) / 1000.0);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string dump(const nlohmann::ordered_json& object) {
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

Table::Table(std::span<const Scene> scenes)
    : count_width_(2 * std::to_string(scenes.size() * 2).size() + 3),
      exchange_width_(std::string_view("key exchange").size() + 2),
      cipher_width_(std::string_view("cipher").size() + 2) {
  for (const Scene& scene : scenes) {
    name_width_ = std::max(name_width_, iana_name(*scene.suite).size() + 2);
    exchange_width_ = std::max(exchange_width_, exchange_of(scene).size() + 2);
    cipher_width_ = std::max(cipher_width_, cipher_of(scene).size() + 2);
  }
}

std::string Table::heading() const {
  return padded("#", count_width_) + padded("suite", name_width_) + "number  version  " +
         padded("key exchange", exchange_width_) + padded("cipher", cipher_width_) +
         "handshake           bytes  verdict  strength\n";
}

std::string Table::row(const Appearance& appearance) const {
  const Scene& scene = appearance.scene;
  const Conversation& conversation = appearance.conversation;
  std::string line =
      padded(std::to_string(appearance.number) + "/" + std::to_string(appearance.of),
             count_width_) +
      padded(iana_name(*scene.suite), name_width_) + format_hex16(scene.suite->id) + "  " +
      padded(format_version(scene.version), 9) + padded(exchange_of(scene), exchange_width_) +
      padded(cipher_of(scene), cipher_width_) + padded(to_string(appearance.kind), 8) +
      right(std::to_string(conversation.handshake.count()), 8) + " us" +
      right(std::to_string(conversation.data_bytes), 8) + "  " +
      (appearance.has_passed() ? "passed" : "FAILED") + "   " + appearance.strength.word + "\n";
  if (!appearance.has_passed()) {
    line += "    " + escape_text(conversation.problem) + "\n";
  }
  return line;
}

std::string summary_text(const Tally& tally, const Files& files) {
  const OpenCommands commands = open_commands(files.capture, files.key_log);
  const std::string result = "\n" + std::to_string(tally.passed) + " of " +
                             std::to_string(tally.passed + tally.failed) +
                             " connections passed in " + seconds(tally.elapsed) +
                             ".\nThe capture is " + escape_text(files.capture);
  if (tally.passed == 0) {
    return result + "; nothing in it can be decrypted.\n";
  }
  return result + ", with the keys inside; the key log is " + escape_text(files.key_log) +
         ".\n\nSee it decrypted:\n  " + escape_text(commands.wireshark) +
         "\nor with the key log:\n  " + escape_text(commands.wireshark_key_log) + "\n  " +
         escape_text(commands.tshark_key_log) + "\n";
}

std::string appearance_json(const Appearance& appearance) {
  const CipherSuite& suite = *appearance.scene.suite;
  const Conversation& conversation = appearance.conversation;
  nlohmann::ordered_json object;
  object["event"] = "connection";
  object["number"] = appearance.number;
  object["of"] = appearance.of;
  object["suite"] = iana_name(suite);
  object["suite_id"] = format_hex16(suite.id);
  object["openssl_name"] = suite.openssl_name;
  object["version"] = format_version(appearance.scene.version);
  object["key_exchange"] = info(suite.key_exchange).name;
  object["cipher"] = info(suite.bulk).name;
  object["mac"] = info(suite.mac).name;
  object["handshake"] = to_string(appearance.kind);
  object["handshake_us"] = conversation.handshake.count();
  object["bytes"] = conversation.data_bytes;
  object["verdict"] = appearance.has_passed() ? "passed" : "failed";
  object["problem"] = conversation.problem;
  object["strength"] = appearance.strength.word;
  object["why"] = appearance.strength.why;
  return dump(object);
}

std::string summary_json(const Tally& tally, const Files& files) {
  const OpenCommands commands = open_commands(files.capture, files.key_log);
  nlohmann::ordered_json object;
  object["event"] = "summary";
  object["schema"] = 1;
  object["tool"] = "heirloom";
  object["connections"] = tally.passed + tally.failed;
  object["passed"] = tally.passed;
  object["failed"] = tally.failed;
  object["bytes"] = tally.data_bytes;
  object["elapsed_ms"] = tally.elapsed.count();
  object["capture"] = files.capture;
  object["key_log"] = files.key_log;
  object["open"] = {commands.wireshark, commands.wireshark_key_log, commands.tshark_key_log};
  return dump(object);
}

}  // namespace heirloom::app::demo

#include "support/pair.hpp"

#include "crypto/hash.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {

bool SeededRandom::fill(std::span<std::uint8_t> out) noexcept {
  std::size_t done = 0;
  while (done < out.size()) {
    std::array<std::uint8_t, 16> block{};
    for (std::size_t i = 0; i < 8; ++i) {
      block[i] = static_cast<std::uint8_t>(seed_ >> (8 * i));
      block[8 + i] = static_cast<std::uint8_t>(counter_ >> (8 * i));
    }
    ++counter_;
    const auto digest = crypto::sha256(block);
    const std::size_t n = std::min(digest.size(), out.size() - done);
    std::copy_n(digest.begin(), n, out.begin() + static_cast<std::ptrdiff_t>(done));
    done += n;
  }
  return true;
}

bool FailingRandom::fill(std::span<std::uint8_t> out) noexcept {
  if (good_ == 0) {
    return false;
  }
  --good_;
  return random_.fill(out);
}

Policy policy_for(ProtocolVersion version, std::uint16_t suite) {
  Policy policy = Policy::museum();
  policy.min_version = version;
  policy.max_version = version;
  policy.cipher_suites = {suite};
  return policy;
}

ClientOptions client_options(std::uint64_t seed) {
  ClientOptions options;
  options.verifier =
      verify_with_pin({certificate_fingerprint(pki_credentials("rsa1024").chain.front())});
  options.random = std::make_shared<SeededRandom>(seed);
  options.clock = std::make_shared<FixedClock>();
  return options;
}

ServerOptions server_options(std::uint64_t seed) {
  ServerOptions options;
  options.credentials = {pki_credentials("rsa1024")};
  options.random = std::make_shared<SeededRandom>(seed);
  options.clock = std::make_shared<FixedClock>();
  return options;
}

std::shared_ptr<const ClientConfig> build(ClientOptions options) {
  auto config = ClientConfig::build(std::move(options));
  if (!config.has_value()) {
    ADD_FAILURE() << config.error().text();
    return nullptr;
  }
  return *config;
}

std::shared_ptr<const ServerConfig> build(ServerOptions options) {
  auto config = ServerConfig::build(std::move(options));
  if (!config.has_value()) {
    ADD_FAILURE() << config.error().text();
    return nullptr;
  }
  return *config;
}

Bytes take_outgoing(Connection& connection) {
  Bytes out;
  for (const auto& piece : connection.outgoing()) {
    append(out, piece);
  }
  connection.consume_outgoing(out.size());
  return out;
}

void deliver(Connection& to, ByteView bytes, Bytes& plaintext, std::size_t chunk) {
  while (!bytes.empty()) {
    const ByteView piece = bytes.first(std::min(chunk, bytes.size()));
    const auto taken = to.receive(piece);
    while (!to.plaintext().empty()) {
      const ByteView window = to.plaintext();
      append(plaintext, window);
      to.consume_plaintext(window.size());
    }
    if (!taken.has_value() || *taken == 0) {
      return;  // failed, or parked with a full buffer
    }
    bytes = bytes.subspan(*taken);
  }
}

std::vector<Event> take_events(Connection& connection) {
  std::vector<Event> events;
  while (auto event = connection.next_event()) {
    events.push_back(std::move(*event));
  }
  return events;
}

Pair::Pair(std::shared_ptr<const ClientConfig> client_config,
           std::shared_ptr<const ServerConfig> server_config,
           SessionPtr resume)
    : client(
          Connection::client(std::move(client_config), {.host = "localhost"}, std::move(resume))),
      server(Connection::server(std::move(server_config))) {}

void Pair::run() {
  run_cut(SIZE_MAX);
}

void Pair::run_cut(std::size_t chunk) {
  while (true) {
    const Bytes to_server = take_outgoing(client);
    append(wire_to_server, to_server);
    deliver(server, to_server, at_server, chunk);
    const Bytes to_client = take_outgoing(server);
    append(wire_to_client, to_client);
    deliver(client, to_client, at_client, chunk);
    if (to_server.empty() && to_client.empty()) {
      return;
    }
  }
}

void Pair::send(Connection& from, ByteView bytes) {
  while (!bytes.empty()) {
    const auto taken = from.write(bytes);
    ASSERT_TRUE(taken.has_value()) << taken.error().text();
    bytes = bytes.subspan(*taken);
    run();
  }
}

void Pair::send_to_server(ByteView bytes) {
  send(client, bytes);
}

void Pair::send_to_client(ByteView bytes) {
  send(server, bytes);
}

std::string name_of(ProtocolVersion version, const CipherSuite& suite) {
  const std::string prefix = version == ProtocolVersion::ssl30 ? "SSL30_" : "TLS10_";
  return prefix + cipher_suite_name(suite, version).substr(4);
}

std::vector<Combination> combinations() {
  std::vector<Combination> all;
  for (const ProtocolVersion version : {ProtocolVersion::ssl30, ProtocolVersion::tls10}) {
    for (const CipherSuite& suite : cipher_suites()) {
      if (suite.versions.contains(version)) {
        all.push_back({version, suite.id});
      }
    }
  }
  return all;
}

}  // namespace heirloom::testing

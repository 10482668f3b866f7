// Botan 2.19 as TLS 1.0 peer.
//
// botan_peer client|server key=value...      (contract: docs/interop.md)
// botan_peer version
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <botan/auto_rng.h>
#include <botan/certstor.h>
#include <botan/credentials_manager.h>
#include <botan/data_src.h>
#include <botan/hash.h>
#include <botan/hex.h>
#include <botan/pkcs8.h>
#include <botan/tls_callbacks.h>
#include <botan/tls_client.h>
#include <botan/tls_policy.h>
#include <botan/tls_server.h>
#include <botan/tls_session_manager.h>
#include <botan/version.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

std::map<std::string, std::string> options;

bool has(const char* name) {
  return options.count(name) != 0;
}

// In a second handshake, of a server that asks for it only there.
bool is_certificate_demanded = false;

std::vector<std::uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class OldPolicy final : public Botan::TLS::Policy {
 public:
  bool allow_tls10() const override { return true; }

  bool allow_tls11() const override { return false; }

  bool allow_tls12() const override { return has("higher"); }

  std::vector<std::string> allowed_ciphers() const override {
    return {"3DES", "AES-128", "AES-256", "Camellia-128", "Camellia-256", "SEED"};
  }

  std::vector<std::string> allowed_macs() const override { return {"SHA-1"}; }

  std::vector<std::string> allowed_signature_hashes() const override {
    return {"SHA-1", "SHA-256"};
  }

  std::vector<std::string> allowed_key_exchange_methods() const override {
    return {"RSA", "DH", "ECDH"};
  }

  std::vector<std::string> allowed_signature_methods() const override {
    return {"IMPLICIT", "RSA", "DSA", "ECDSA"};
  }

  std::vector<std::uint16_t> ciphersuite_list(Botan::TLS::Protocol_Version, bool) const override {
    return {static_cast<std::uint16_t>(std::stoul(options.at("suite"), nullptr, 16))};
  }

  std::size_t minimum_rsa_bits() const override { return 512; }

  std::size_t minimum_dh_group_size() const override { return 512; }

  std::size_t minimum_dsa_group_size() const override { return 1024; }

  std::size_t minimum_signature_strength() const override { return 40; }

  bool require_cert_revocation_info() const override { return false; }

  bool allow_insecure_renegotiation() const override { return true; }

  bool negotiate_encrypt_then_mac() const override { return has("etm"); }

  bool allow_client_initiated_renegotiation() const override { return has("renegotiation"); }

  bool allow_server_initiated_renegotiation() const override { return has("renegotiation"); }

  bool allow_resumption_for_renegotiation() const override { return true; }

  bool send_fallback_scsv(Botan::TLS::Protocol_Version) const override { return has("fallback"); }

  bool require_client_certificate_authentication() const override {
    return has("request_certificate") || is_certificate_demanded;
  }
};

class Keys final : public Botan::Credentials_Manager {
 public:
  Keys() {
    if (options.count("pkcs8") == 0) {
      return;
    }
    Botan::DataSource_Stream file(options.at("pkcs8"));
    key_ = Botan::PKCS8::load_key(file);
    Botan::DataSource_Stream chain(options.at("certificate"));
    while (!chain.end_of_data()) {
      try {
        chain_.emplace_back(chain);
      } catch (const Botan::Exception&) {
        break;  // what follows the last certificate
      }
    }
  }

  std::vector<Botan::Certificate_Store*> trusted_certificate_authorities(
      const std::string&, const std::string&) override {
    return {};
  }

  std::vector<Botan::X509_Certificate> cert_chain(const std::vector<std::string>& types,
                                                  const std::string&,
                                                  const std::string&) override {
    for (const auto& type : types) {
      if (key_ && key_->algo_name() == type) {
        return chain_;
      }
    }
    return {};
  }

  Botan::Private_Key* private_key_for(const Botan::X509_Certificate&,
                                      const std::string&,
                                      const std::string&) override {
    return key_.get();
  }

 private:
  std::unique_ptr<Botan::Private_Key> key_;
  std::vector<Botan::X509_Certificate> chain_;
};

class Conversation final : public Botan::TLS::Callbacks {
 public:
  explicit Conversation(int socket) : socket_(socket) {}

  void tls_emit_data(const std::uint8_t data[], std::size_t size) override {
    while (size > 0) {
      const ssize_t sent = ::send(socket_, data, size, MSG_NOSIGNAL);
      if (sent <= 0) {
        throw std::runtime_error("send failed");
      }
      data += sent;
      size -= static_cast<std::size_t>(sent);
    }
  }

  void tls_record_received(std::uint64_t, const std::uint8_t data[], std::size_t size) override {
    received.insert(received.end(), data, data + size);
  }

  void tls_alert(Botan::TLS::Alert alert) override {
    if (alert.type() == Botan::TLS::Alert::CLOSE_NOTIFY) {
      is_closed = true;
    } else if (alert.is_fatal()) {
      throw std::runtime_error("alert " + alert.type_string());
    }
  }

  bool tls_session_established(const Botan::TLS::Session& session) override {
    suite = session.ciphersuite_code();
    version = session.version() == Botan::TLS::Protocol_Version::TLS_V10 ? "tls1" : "other";
    has_extended_master_secret = session.supports_extended_master_secret();
    has_encrypt_then_mac = session.supports_encrypt_then_mac();
    server_name = session.server_info().hostname();
    ++handshakes;
    return has("resume");
  }

  // Accepts everybody: this is interoperability, not security.
  void tls_verify_cert_chain(
      const std::vector<Botan::X509_Certificate>& shown,
      const std::vector<std::shared_ptr<const Botan::OCSP::Response>>& stapled,
      const std::vector<Botan::Certificate_Store*>&,
      Botan::Usage_Type,
      const std::string&,
      const Botan::TLS::Policy&) override {
    has_certificate = !shown.empty();
    has_staple = !stapled.empty();
  }

  std::string tls_server_choose_app_protocol(const std::vector<std::string>& offered) override {
    const bool is_offered =
        has("alpn") && std::count(offered.begin(), offered.end(), options["alpn"]) != 0;
    return is_offered ? options["alpn"] : "";
  }

  std::vector<std::uint8_t> tls_provide_cert_status(
      const std::vector<Botan::X509_Certificate>&,
      const Botan::TLS::Certificate_Status_Request&) override {
    return has("staple") ? read_file(options.at("staple")) : std::vector<std::uint8_t>();
  }

  void close() { ::close(socket_); }

  bool receive(Botan::TLS::Channel& channel) {
    std::uint8_t buffer[16384];
    const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count < 0) {
      throw std::runtime_error("receive failed");
    }
    channel.received_data(buffer, static_cast<std::size_t>(count));
    return count > 0;
  }

  std::vector<std::uint8_t> received;
  bool is_closed = false;
  bool has_certificate = false;
  bool has_staple = false;
  bool has_extended_master_secret = false;
  bool has_encrypt_then_mac = false;
  unsigned handshakes = 0;
  std::string server_name;
  unsigned suite = 0;
  std::string version;

 private:
  int socket_;
};

sockaddr_in loopback() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoul(options.at("port"))));
  return address;
}

int listen_once() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback();
  socklen_t length = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::listen(listener, 1) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("cannot listen");
  }
  std::cout << "LISTENING " << ntohs(address.sin_port) << std::endl;
  return listener;
}

int connect_to_server() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback();
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect");
  }
  return socket;
}

void need_more(Conversation& conversation, Botan::TLS::Channel& channel, const char* what) {
  if (!conversation.receive(channel)) {
    throw std::runtime_error(std::string("the socket ended: ") + what);
  }
}

/// abilities is what it can tell beyond the suite, as more words.
std::string abilities(const Conversation& conversation,
                      const Botan::TLS::Channel& channel,
                      bool is_server) {
  std::string told =
      std::string(" ems=") + (conversation.has_extended_master_secret ? "yes" : "no");
  told += std::string(" etm=") + (conversation.has_encrypt_then_mac ? "yes" : "no");
  told += std::string(" secure=") + (channel.secure_renegotiation_supported() ? "yes" : "no");
  if (has("alpn")) {
    told += " alpn=" + channel.application_protocol();
  }
  if (is_server && has("server_name")) {
    told += " server_name=" + conversation.server_name;
  }
  if (has("staple")) {
    told += std::string(" staple=") + (conversation.has_staple ? "yes" : "no");
  }
  if (has("exporter")) {
    const auto made = channel.key_material_export(options["exporter"], "", 32);
    told += " exporter=" + Botan::hex_encode(made.bits_of(), false);
  }
  return told;
}

void converse(Conversation& conversation, Botan::TLS::Channel& channel, bool is_server) {
  const auto payload = read_file(options.at("send"));
  while (!channel.is_active()) {
    need_more(conversation, channel, "handshake");
  }
  if (has("renegotiate")) {
    is_certificate_demanded = has("demand");
    channel.renegotiate(true);
    while (conversation.handshakes < 2) {
      need_more(conversation, channel, "second handshake");
    }
  }
  if (is_server) {
    while (conversation.received.size() < std::stoul(options.at("expect"))) {
      need_more(conversation, channel, "request");
    }
  }
  const std::string told = abilities(conversation, channel, is_server);
  channel.send(payload.data(), payload.size());
  if (is_server) {
    channel.close();
  }
  while (!conversation.is_closed) {
    need_more(conversation, channel, "no close_notify");
  }
  if (!is_server) {
    channel.close();
  }
  auto hash = Botan::HashFunction::create("SHA-256");
  hash->update(conversation.received);
  std::printf("RESULT version=%s suite=%04x certificate=%s%s received=%zu sha256=%s end=clean\n",
              conversation.version.c_str(),
              conversation.suite,
              conversation.has_certificate ? "yes" : "no",
              told.c_str(),
              conversation.received.size(),
              Botan::hex_encode(hash->final(), false).c_str());
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) {
    std::puts(Botan::version_cstr());
    return 0;
  }
  for (int i = 2; i < count; ++i) {
    const std::string word = words[i];
    const auto at = word.find('=');
    options[word.substr(0, at)] = word.substr(at + 1);
  }
  try {
    const bool is_server = std::string(words[1]) == "server";
    Botan::AutoSeeded_RNG random;
    Botan::TLS::Session_Manager_In_Memory sessions(random);
    OldPolicy policy;
    Keys keys;
    std::vector<std::string> protocols;
    std::istringstream offered(has("alpn") ? options["alpn"] : "");
    for (std::string name; std::getline(offered, name, ',');) {
      protocols.push_back(name);
    }
    const int listener = is_server ? listen_once() : -1;
    const unsigned long connections = has("connections") ? std::stoul(options["connections"]) : 1;
    for (unsigned long i = 0; i < connections; ++i) {
      Conversation conversation(is_server ? ::accept(listener, nullptr, nullptr)
                                          : connect_to_server());
      if (is_server) {
        Botan::TLS::Server server(conversation, sessions, keys, policy, random);
        converse(conversation, server, is_server);
      } else {
        Botan::TLS::Client client(conversation,
                                  sessions,
                                  keys,
                                  policy,
                                  random,
                                  Botan::TLS::Server_Information("localhost"),
                                  Botan::TLS::Protocol_Version::TLS_V10,
                                  protocols);
        converse(conversation, client, is_server);
      }
      conversation.close();
    }
  } catch (const std::exception& error) {
    std::printf("ERROR %s\n", error.what());
    return 1;
  }
  return 0;
}

// Botan 2.19 as TLS 1.0 peer.
//
// botan_peer client|server key=value...      (contract: docs/interop.md)
// botan_peer version
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
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

class OldPolicy final : public Botan::TLS::Policy {
 public:
  bool allow_tls10() const override { return true; }

  bool allow_tls11() const override { return false; }

  bool allow_tls12() const override { return false; }

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

  bool negotiate_encrypt_then_mac() const override { return false; }

  bool require_client_certificate_authentication() const override {
    return options.count("request_certificate") != 0;
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
    return false;
  }

  // Accepts everybody: this is interoperability, not security.
  void tls_verify_cert_chain(const std::vector<Botan::X509_Certificate>& shown,
                             const std::vector<std::shared_ptr<const Botan::OCSP::Response>>&,
                             const std::vector<Botan::Certificate_Store*>&,
                             Botan::Usage_Type,
                             const std::string&,
                             const Botan::TLS::Policy&) override {
    has_certificate = !shown.empty();
  }

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
  unsigned suite = 0;
  std::string version;

 private:
  int socket_;
};

std::vector<std::uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

sockaddr_in loopback() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoul(options.at("port"))));
  return address;
}

int accept_one() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback();
  socklen_t length = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::listen(listener, 1) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("cannot listen");
  }
  std::cout << "LISTENING " << ntohs(address.sin_port) << std::endl;
  return ::accept(listener, nullptr, nullptr);
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

void converse(Conversation& conversation, Botan::TLS::Channel& channel, bool is_server) {
  const auto payload = read_file(options.at("send"));
  while (!channel.is_active()) {
    need_more(conversation, channel, "handshake");
  }
  if (is_server) {
    while (conversation.received.size() < std::stoul(options.at("expect"))) {
      need_more(conversation, channel, "request");
    }
  }
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
  std::printf("RESULT version=%s suite=%04x certificate=%s received=%zu sha256=%s end=clean\n",
              conversation.version.c_str(),
              conversation.suite,
              conversation.has_certificate ? "yes" : "no",
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
    Botan::TLS::Session_Manager_Noop sessions;
    OldPolicy policy;
    Keys keys;
    Conversation conversation(is_server ? accept_one() : connect_to_server());
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
                                Botan::TLS::Protocol_Version::TLS_V10);
      converse(conversation, client, is_server);
    }
  } catch (const std::exception& error) {
    std::printf("ERROR %s\n", error.what());
    return 1;
  }
  return 0;
}

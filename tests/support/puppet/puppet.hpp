// Puppet: a scripted peer that says anything at any time.
//
// It speaks the wire format with the library's message, key and record layers, but shares no
// handshake code: it has no states and refuses nothing. It knows RSA and, for suites with a
// ServerKeyExchange, Diffie-Hellman. Every symbol becomes the best-formed
// message that can be made of what was seen so far, protected by whatever keys were switched on. So
// a test can skip, repeat, swap and insert messages, and know that only the order is wrong.
#pragma once

#include "heirloom/heirloom.hpp"

#include "base/secret.hpp"
#include "crypto/dh.hpp"
#include "crypto/x509.hpp"
#include "keys/traffic_keys.hpp"
#include "keys/transcript.hpp"
#include "message/any_message.hpp"
#include "message/server_key_exchange.hpp"
#include "protocol/constants.hpp"
#include "protocol/randoms.hpp"
#include "record/handshake_reassembler.hpp"
#include "record/protection.hpp"
#include "record/record_reader.hpp"
#include "support/pair.hpp"
#include "version/profile.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace heirloom::testing {

/// Symbol is one thing a peer can say.
enum class Symbol : std::uint8_t {
  hello_request,
  client_hello,
  server_hello,
  resumed_server_hello,  ///< echoes the session id of the ClientHello
  certificate,
  empty_certificate,
  server_key_exchange,
  certificate_request,
  server_hello_done,
  certificate_verify,
  client_key_exchange,
  finished,
  change_cipher_spec,
  no_certificate_warning,
  application_data,
  certificate_status,
  no_renegotiation_warning,
  new_session_ticket,
};

inline constexpr std::size_t kSymbolCount = 18;

[[nodiscard]] std::string_view to_string(Symbol symbol);
[[nodiscard]] std::string to_string(const std::vector<Symbol>& script);

class Puppet {
 public:
  /// `identity` is shown where a certificate is sent, and opens a client's premaster secret.
  Puppet(Side side, Combination combination, Credentials identity);

  /// offer_session makes the ClientHello carry this id, with these keys behind it.
  void offer_session(Bytes id, MasterSecret master);

  /// say gives the bytes of one symbol, as one record.
  [[nodiscard]] Bytes say(Symbol symbol);

  /// encode gives the handshake message alone, appended to the puppet's transcript, not yet in a
  /// record.
  [[nodiscard]] Bytes encode(Symbol symbol);

  /// say_sslv2 gives a ClientHello in the format of SSL 2.0, as it stands and with its record
  /// header of two bytes. `random` is what the puppet takes for its random from now on.
  [[nodiscard]] Bytes say_sslv2(ByteView hello, const Random& random);

  /// record puts bytes into one record of that type under the current keys.
  [[nodiscard]] Bytes record(ContentType type, ByteView bytes);

  /// empty_record is a record without any content, under the current keys.
  [[nodiscard]] Bytes empty_record(ContentType type);

  /// traffic_keys are those of the handshake that is going on or was the last one, as they are made
  /// from its master secret: for records that a test seals by hand.
  [[nodiscard]] TrafficKeyPair traffic_keys() const;

  /// switch_write_keys makes the pending write keys current, if there are any.
  void switch_write_keys();

  /// begin_again forgets the last handshake but for its verify_data, and puts the binding of RFC
  /// 5746 into the next hello if the first one had signalled it.
  void begin_again();

  /// show changes what the puppet shows as its certificate.
  void show(Credentials identity) { identity_ = std::move(identity); }

  /// hear takes what the other side sent and learns from it what it can.
  void hear(ByteView bytes);

  [[nodiscard]] const CipherSuite& suite() const { return suite_; }

  /// alerts and data that were heard.
  std::vector<Alert> alerts;
  Bytes application_data;
  std::vector<HandshakeType> heard;

  /// Fragment is the plaintext of one record.
  struct Fragment {
    ContentType type;
    Bytes bytes;
  };

  std::vector<Fragment> fragments;  ///< of every record that could be opened
  Bytes client_verify_data;         ///< of the last two Finished
  Bytes server_verify_data;

  // What may be bent by a test before it is said.
  message::ClientHello client_hello;
  message::ServerHello server_hello;
  message::NewSessionTicket new_session_ticket{.ticket_lifetime_hint = 300,
                                               .ticket = Bytes(50, 0x71)};
  std::optional<Bytes> premaster_override;  ///< the 48 bytes
  std::optional<Bytes> premaster_block;     ///< the ciphertext, in place of one made from it
  Bytes trailing_hello_bytes;               ///< behind the ClientHello
  bool frames_premaster = false;            ///< puts a length before it in SSL 3.0 too

 private:
  [[nodiscard]] message::ServerHello hello_for(Symbol symbol);
  [[nodiscard]] message::ServerKeyExchange make_params();
  [[nodiscard]] message::ClientKeyExchange make_key_exchange();
  [[nodiscard]] message::ClientKeyExchange make_dh_key_exchange();
  [[nodiscard]] message::Finished make_finished();
  [[nodiscard]] message::CertificateVerify make_certificate_verify();
  void learn(const message::AnyMessage& message);
  void open_premaster(const message::ClientKeyExchange& exchange);
  void open_dh_premaster(const message::ClientKeyExchange& exchange);
  void use_premaster(PremasterSecret premaster);
  void derive();
  [[nodiscard]] Bytes seal(ContentType type, ByteView fragment);
  void hear_handshake(ByteView fragment);
  void bind_hellos();

  Side side_;
  const VersionProfile& profile_;
  const CipherSuite& suite_;
  Credentials identity_;
  SeededRandom random_{99};
  Transcript transcript_;
  Randoms randoms_{};
  std::optional<crypto::CertificateKey> server_key_;
  std::optional<crypto::DhKeyPair> own_dh_;           ///< as server
  std::optional<message::ServerDHParams> server_dh_;  ///< as client: what was heard
  std::optional<MasterSecret> master_;
  std::optional<TrafficKeys> pending_read_;
  std::optional<TrafficKeys> pending_write_;
  RecordReader reader_;
  WriteProtection write_protection_;
  ReadProtection read_protection_;
  HandshakeReassembler reassembler_{1000000};
};

}  // namespace heirloom::testing

// The engine behind Connection: wires record layer, alert protocol, handshake and application data.
//
// Bytes go: reader → protection → by content type to the alert protocol, change_cipher_spec, the
// reassembler and handshake machine, or the queue of plaintext. What the machine wants done comes
// back as effects, which are carried out in order.
#pragma once

#include "heirloom/connection.hpp"

#include "engine/alert_protocol.hpp"
#include "engine/event_queue.hpp"
#include "engine/plaintext_queue.hpp"
#include "handshake/client_states.hpp"
#include "handshake/effects.hpp"
#include "handshake/previous_handshake.hpp"
#include "handshake/renegotiation.hpp"
#include "handshake/server_states.hpp"
#include "keys/exporter.hpp"
#include "protocol/constants.hpp"
#include "record/handshake_reassembler.hpp"
#include "record/protection.hpp"
#include "record/record_reader.hpp"
#include "record/record_writer.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace heirloom {

struct Connection::Impl {
 public:
  Impl(std::shared_ptr<const ClientConfig> config, PeerName peer);
  explicit Impl(std::shared_ptr<const ServerConfig> config);

  /// start sends the ClientHello, which offers the session if it may be offered.
  void start(const SessionPtr& resume);

  // wire
  [[nodiscard]] ByteSpan receive_buffer(std::size_t hint);
  Result<void> received(std::size_t n);
  Result<void> receive_end();

  void consume_outgoing(std::size_t n);

  // application data
  [[nodiscard]] ByteSpan write_buffer(std::size_t n);
  Result<void> flush();

  [[nodiscard]] ByteView plaintext() const { return plaintext_.front(); }

  void consume_plaintext(std::size_t n);

  [[nodiscard]] std::size_t plaintext_handshake() const { return plaintext_.handshake(); }

  // exporters
  [[nodiscard]] Result<const Exporter*> exporter() const;

  // control
  Result<void> renegotiate(const RenegotiationOptions& options);
  Result<void> resolve(Answer answer);
  void close();
  void cancel();

  RecordWriter writer;
  EventQueue events;
  ConnectionInfo info;
  Phase phase = Phase::handshaking;
  std::optional<Error> error;
  SessionPtr session;  ///< of the last complete handshake

 private:
  using Machine = std::variant<client::State, server::State>;

  [[nodiscard]] Pinned pinned() const { return plaintext_.is_empty() ? Pinned::no : Pinned::yes; }

  [[nodiscard]] Result<void> status() const;
  [[nodiscard]] bool is_reading() const;

  // how bytes become inputs (engine.cpp)
  void run();
  [[nodiscard]] bool is_waiting_for_room() const;
  bool take_record();
  void end_of_transport();
  Result<void> handle(ContentType type, ByteView fragment);
  Result<void> handle_application_data(RawRecord first);
  Result<void> handle_handshake_fragment(ByteView fragment);
  Result<void> handle_change_cipher_spec(ByteView fragment);
  Result<void> handle_unknown_type(ContentType type);
  Result<void> note_empty_record();
  bool drain_handshake();
  Result<void> handle_message(const HandshakeView& view);
  Result<void> count_message();

  // the hello in the format of SSL 2.0 (sslv2_hello.cpp)
  Result<void> handle_sslv2_hello(const RawRecord& record);
  void send_sslv2_hello(ByteView message);
  void emit_sslv2_hello(Event::Direction direction, ByteView message);
  void tell_sslv2_client();

  // alerts (alert_protocol.cpp)
  Result<void> handle_alerts(ByteView fragment);
  Result<void> handle_alert(Alert alert);
  Result<void> handle_warning(AlertDescription description);
  Result<void> note_warning();
  void send_alert(Alert alert);
  void fail(Error what);
  void forget_session();

  // the handshake machine (handshake_driver.cpp)
  void offer(const SessionPtr& resume);
  Result<void> step(const Input& input);
  Result<void> apply(std::vector<Effect> effects);
  Result<void> follow_state();
  void limit_fragments(std::size_t most);
  void park(Decision decision);
  Result<void> complete(SessionPtr established, const PreviousHandshake& handshake);
  void emit_message(Event::Direction direction, ByteView message);

  // another handshake (renegotiation.cpp)
  [[nodiscard]] bool has_been_open() const { return environment_.previous != nullptr; }

  [[nodiscard]] bool takes_application_data() const;
  [[nodiscard]] Result<void> note_data_before_hello(std::size_t n);
  [[nodiscard]] bool awaits_hello() const;
  Result<void> handle_message_when_closed(const message::AnyMessage& message) const;
  void begin_renegotiation();
  Result<void> demand(std::optional<ClientAuthentication> authentication);
  Result<void> continue_unchanged();
  void adopt_next_info();

  // the wear of a key (key_wear.cpp)
  [[nodiscard]] Result<void> check_wear(std::uint64_t bytes) const;
  void renew_worn_keys();

  // exporters (exporters.cpp)
  void note_finished(ByteView message);
  void take_exporter();

  // the inspector, if there is one
  [[nodiscard]] Bytes copy_for_inspector(ByteView wire) const;
  void show_received(ByteView wire, const RawRecord& raw, ByteView plaintext) const;

  Side side_;
  std::shared_ptr<const ClientConfig> client_config_;
  std::shared_ptr<const ServerConfig> server_config_;
  Environment environment_;
  Trace trace_ = Trace::off;
  Inspector* inspector_ = nullptr;
  Machine machine_;
  const VersionProfile* profile_;  // the negotiated one, before that the one of our highest version
  RecordReader reader_;
  ReadProtection read_protection_;
  std::size_t next_read_limit_ = kMaxPlaintext;  // of plaintext, with the next keys
  HandshakeReassembler reassembler_;
  AlertReassembler alerts_;
  PlaintextQueue plaintext_;
  Buffer decompressed_data_;     // plaintext_ points here if records are compressed
  Buffer decompressed_message_;  // of any other record
  std::optional<Decision> awaited_;
  SessionPtr in_use_;                         ///< what this handshake offers or resumes
  Bytes first_finished_;                      ///< of the handshake that is going on
  std::optional<Exporter> pending_exporter_;  ///< of the handshake that is going on
  std::optional<Exporter> exporter_;          ///< of the last complete one
  std::size_t empty_records_in_a_row_ = 0;
  std::size_t warnings_in_a_row_ = 0;
  std::size_t handshake_messages_ = 0;

  // another handshake
  std::optional<PreviousHandshake> previous_;
  RenegotiationBudget renegotiations_;
  ConnectionInfo next_info_;  ///< what a renegotiation has found out so far
  std::size_t data_before_hello_ = 0;
  std::size_t waiting_refusals_ = 0;  ///< of ours, since outgoing was empty
  bool has_read_changed_ = false;     ///< the peer's change_cipher_spec came, its Finished not yet
  bool has_write_changed_ = false;    ///< ours is out, and the handshake not over
  bool is_flush_wanted_ = false;
  bool has_left_handshake_ = false;  ///< closed in the middle of one
  bool is_buffer_lent_ = false;      ///< since receive_buffer, until received
  bool is_renewal_tried_ = false;    ///< of the current keys
  bool is_deaf_ = false;             ///< and what the peer still sends has other keys
};

}  // namespace heirloom

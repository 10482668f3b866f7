// How bytes become records, records become inputs, and inputs move the connection.
#include "engine/engine.hpp"

#include "base/try.hpp"
#include "handshake/negotiate.hpp"

#include <string>
#include <utility>

namespace heirloom {

namespace {

/// kMaxWaitingOut is how much may wait in outgoing() before write_buffer is empty.
constexpr std::size_t kMaxWaitingOut = 262144;

/// kLongestName: RFC 1035 §2.3.4: names have 255 octets or less.
constexpr std::size_t kLongestName = 255;

/// confidant_of is the inspector that may be told secrets, null if there is none.
template <class Options>
Inspector* confidant_of(const Options& options) {
  return options.reveal_secrets == RevealSecrets::yes ? options.inspector.get() : nullptr;
}

}  // namespace

Connection::Impl::Impl(std::shared_ptr<const ClientConfig> config, PeerName peer)
    : side_(Side::client),
      client_config_(std::move(config)),
      trace_(client_config_->options().trace),
      inspector_(client_config_->options().inspector.get()),
      machine_(client::State(client::Failed{})),
      profile_(&profile_for(client_config_->options().policy.max_version)),
      reader_(Side::client),
      reassembler_(client_config_->options().policy.limits.max_handshake_message) {
  const ClientOptions& options = client_config_->options();
  environment_ = {.policy = &options.policy,
                  .own = &client_config_->local_keys(),
                  .verifier = options.verifier.get(),
                  .sessions = nullptr,
                  .ticket_keys = nullptr,
                  .random = options.random.get(),
                  .clock = options.clock.get(),
                  .key_log = options.key_log.get(),
                  .confidant = confidant_of(options),
                  .certificate_authorities = nullptr,
                  .server_names = nullptr,
                  .application_protocols = &options.application_protocols,
                  .host = std::move(peer.host),
                  .resume = nullptr,
                  .client_authentication = ClientAuthentication::none,
                  .previous = nullptr,
                  .renegotiations = &renegotiations_};
  writer.show_to(inspector_);
}

Connection::Impl::Impl(std::shared_ptr<const ServerConfig> config)
    : side_(Side::server),
      server_config_(std::move(config)),
      trace_(server_config_->options().trace),
      inspector_(server_config_->options().inspector.get()),
      machine_(server::State(server::AwaitClientHello{})),
      profile_(&profile_for(server_config_->options().policy.max_version)),
      reader_(Side::server, server_config_->options().policy.accept_sslv2_hello),
      reassembler_(server_config_->options().policy.limits.max_handshake_message) {
  const ServerOptions& options = server_config_->options();
  environment_ = {.policy = &options.policy,
                  .own = &server_config_->local_keys(),
                  .verifier = options.verifier.get(),
                  .sessions = options.sessions.get(),
                  .ticket_keys = options.ticket_keys.get(),
                  .random = options.random.get(),
                  .clock = options.clock.get(),
                  .key_log = options.key_log.get(),
                  .confidant = confidant_of(options),
                  .certificate_authorities = &options.certificate_authorities,
                  .server_names = &options.server_names,
                  .application_protocols = &options.application_protocols,
                  .host = {},
                  .resume = nullptr,
                  .client_authentication = options.policy.client_authentication,
                  .previous = nullptr,
                  .renegotiations = &renegotiations_};
  writer.show_to(inspector_);
  // An alert before any version is settled says what the lowest common reader understands.
  writer.set_version(record_version_of_first_hello(options.policy));
}

void Connection::Impl::start(const SessionPtr& resume) {
  writer.set_version(record_version_of_first_hello(*environment_.policy));
  if (environment_.host.size() > kLongestName) {
    fail(Error(Cause::config_invalid, "the name of the server is longer than any name"));
    return;
  }
  offer(resume);
  Effects effects(environment_, info);
  auto state = client::start(effects);
  if (!state.has_value()) {
    fail(std::move(state).error());
    return;
  }
  machine_ = client::State(std::move(state).value());
  if (auto applied = apply(effects.take()); !applied.has_value()) {
    fail(std::move(applied).error());
  }
}

Result<void> Connection::Impl::status() const {
  if (error.has_value()) {
    return *error;
  }
  return {};
}

bool Connection::Impl::is_reading() const {
  return !error.has_value() && !info.close_notify_received && !is_deaf_;
}

ByteSpan Connection::Impl::receive_buffer(std::size_t hint) {
  if (info.transport_ended) {
    return {};
  }
  if (!is_reading()) {  // what still comes is read and dropped
    reader_.discard();
  }
  is_buffer_lent_ = true;
  return reader_.buffer(hint, pinned());
}

Result<void> Connection::Impl::received(std::size_t n) {
  is_buffer_lent_ = false;
  reader_.received(n);
  if (is_reading()) {
    run();
    renew_worn_keys();
  } else {
    reader_.discard();
  }
  reader_.release_if_empty(pinned());
  return status();
}

void Connection::Impl::run() {
  while (is_reading() && phase != Phase::parked) {
    if (!drain_handshake() || !take_record()) {
      break;
    }
  }
  decompressed_message_.release();  // drained, or retained by the reassembler
}

/// is_waiting_for_room: a compressed record can be many times longer than it was, so it is opened
/// only when all data before it was taken. Whatever comes, one record's worth is in memory.
bool Connection::Impl::is_waiting_for_room() const {
  return read_protection_.decompresses() && !plaintext_.is_empty() &&
         reader_.next_is(ContentType::application_data);
}

/// take_record handles the next record, or the next run of application data; false if there is
/// none.
bool Connection::Impl::take_record() {
  if (is_waiting_for_room()) {
    return false;
  }
  auto record = reader_.next();
  if (!record.has_value()) {
    fail(std::move(record).error());
    return false;
  }
  if (!record->has_value()) {
    return false;
  }
  const RawRecord raw = **record;
  Result<void> handled;
  if (raw.is_sslv2) {
    handled = handle_sslv2_hello(raw);
  } else if (raw.type == ContentType::application_data) {
    handled = handle_application_data(raw);
  } else {
    std::array one{OpenRecord{.type = raw.type, .fragment = raw.fragment}};
    const Bytes wire = copy_for_inspector(raw.wire);
    OpenedBatch opened = read_protection_.open(one);
    if (opened.count == 1) {
      show_received(wire, raw, one[0].fragment);
    }
    decompressed_message_ = std::move(one[0].decompressed);
    handled = opened.error.has_value() ? Result<void>(std::move(*opened.error))
                                       : handle(raw.type, one[0].fragment);
  }
  if (!handled.has_value()) {
    fail(std::move(handled).error());
    return false;
  }
  return true;
}

Result<void> Connection::Impl::handle(ContentType type, ByteView fragment) {
  switch (type) {
    case ContentType::handshake:
      return handle_handshake_fragment(fragment);
    case ContentType::alert:
      if (fragment.empty()) {
        return Error(Cause::record_empty, "alert");
      }
      return handle_alerts(fragment);
    case ContentType::change_cipher_spec:
      return handle_change_cipher_spec(fragment);
    case ContentType::application_data:
      break;  // handled in runs
  }
  return handle_unknown_type(type);
}

/// handle_application_data opens the record and those behind it that are already here, as one
/// batch.
Result<void> Connection::Impl::handle_application_data(RawRecord first) {
  HEIRLOOM_TRY_VOID(check_wear(read_protection_.short_block_bytes()));
  std::vector<OpenRecord> batch;
  batch.push_back(OpenRecord{.type = first.type, .fragment = first.fragment});
  std::vector<RawRecord> raw;  // these two for an inspector only
  std::vector<Bytes> wires;
  const auto keep = [&](const RawRecord& record) {
    if (inspector_ != nullptr) {
      raw.push_back(record);
      wires.push_back(copy_for_inspector(record.wire));
    }
  };
  keep(first);
  while (!read_protection_.decompresses()) {
    const auto more = reader_.next_of_type(ContentType::application_data);
    if (!more.has_value()) {
      break;
    }
    batch.push_back(OpenRecord{.type = more->type, .fragment = more->fragment});
    keep(*more);
  }
  OpenedBatch opened = read_protection_.open(batch);
  if (read_protection_.decompresses()) {
    decompressed_data_ = std::move(batch.front().decompressed);
  }
  for (std::size_t i = 0; inspector_ != nullptr && i < opened.count; ++i) {
    show_received(wires[i], raw[i], batch[i].fragment);
  }
  const std::span<const OpenRecord> good = std::span(batch).first(opened.count);
  if (!good.empty() && !takes_application_data()) {
    // RFC 2246 §7.4.9: no application data before both Finished are verified.
    return Cause::unexpected_application_data;
  }
  for (const OpenRecord& record : good) {
    if (record.fragment.empty()) {
      HEIRLOOM_TRY_VOID(note_empty_record());
    } else {
      empty_records_in_a_row_ = 0;
      warnings_in_a_row_ = 0;
    }
    plaintext_.push(record.fragment, info.handshakes);
    HEIRLOOM_TRY_VOID(note_data_before_hello(record.fragment.size()));
  }
  if (opened.error.has_value()) {
    return std::move(*opened.error);
  }
  return {};
}

/// note_empty_record bounds records that carry nothing. Old OpenSSL sends one before each CBC write
/// (drift D35).
Result<void> Connection::Impl::note_empty_record() {
  ++empty_records_in_a_row_;
  if (empty_records_in_a_row_ > environment_.policy->limits.max_empty_records_in_a_row) {
    return Cause::too_many_empty_records;
  }
  return {};
}

Result<void> Connection::Impl::handle_unknown_type(ContentType type) {
  switch (profile_->unknown_record_type) {
    case UnknownRecordType::is_error:
      return Error(Cause::record_type_unknown,
                   "type " + std::to_string(static_cast<unsigned>(type)));
    case UnknownRecordType::ignored:
      break;
  }
  return note_empty_record();
}

Result<void> Connection::Impl::handle_handshake_fragment(ByteView fragment) {
  if (fragment.empty()) {
    return Error(Cause::record_empty, "handshake");
  }
  reassembler_.add(fragment);
  return {};
}

Result<void> Connection::Impl::handle_change_cipher_spec(ByteView fragment) {
  if (fragment.empty()) {
    return Error(Cause::record_empty, "change_cipher_spec");
  }
  if (fragment.size() != 1 || fragment.front() != message::ChangeCipherSpec::kType) {
    return Cause::change_cipher_spec_malformed;
  }
  Event event;
  event.kind = Event::Kind::change_cipher_spec;
  events.push(std::move(event));
  const auto boundary = reassembler_.boundary();
  if (!boundary.has_value() || !alerts_.is_empty()) {
    return Cause::change_cipher_spec_inside_message;
  }
  if (phase == Phase::closed && has_left_handshake_) {
    is_deaf_ = true;
    return {};
  }
  if (phase != Phase::handshaking && phase != Phase::renegotiating) {
    return Cause::change_cipher_spec_unexpected;
  }
  auto stepped = step(message::ChangeCipherSpec{*boundary});
  if (!stepped.has_value() && stepped.error().cause == Cause::unexpected_message) {
    return Error(Cause::change_cipher_spec_unexpected, stepped.error().detail);
  }
  return stepped;
}

/// drain_handshake handles the messages that are complete; false if the connection parked or
/// failed.
bool Connection::Impl::drain_handshake() {
  while (is_reading() && phase != Phase::parked) {
    auto next = reassembler_.next();
    if (!next.has_value()) {
      fail(std::move(next).error());
      return false;
    }
    if (!next->has_value()) {
      return true;
    }
    if (auto handled = handle_message(**next); !handled.has_value()) {
      fail(std::move(handled).error());
      return false;
    }
  }
  return false;
}

/// copy_for_inspector keeps a record as it came: it is decrypted in place.
Bytes Connection::Impl::copy_for_inspector(ByteView wire) const {
  return inspector_ == nullptr ? Bytes() : to_bytes(wire);
}

void Connection::Impl::show_received(ByteView wire,
                                     const RawRecord& raw,
                                     ByteView plaintext) const {
  if (inspector_ != nullptr) {
    inspector_->record({.direction = Event::Direction::received,
                        .type = static_cast<std::uint8_t>(raw.type),
                        .plaintext = plaintext,
                        .unencrypted = raw.fragment,
                        .wire = wire});
  }
}

Result<void> Connection::Impl::handle_message(const HandshakeView& view) {
  if (inspector_ != nullptr) {
    inspector_->message(Event::Direction::received, view.message);
  }
  emit_message(Event::Direction::received, view.message);
  HEIRLOOM_TRY(message::AnyMessage decoded, message::decode_message(view.message));
  note_finished(view.message);
  const bool was_open = phase == Phase::open;
  if (phase == Phase::closed) {
    return handle_message_when_closed(decoded);
  }
  if (was_open) {
    begin_renegotiation();
  }
  HEIRLOOM_TRY_VOID(count_message());
  Result<void> stepped =
      std::visit([&](auto& received) { return step(Input(std::move(received))); }, decoded);
  if (was_open && !stepped.has_value() && stepped.error().cause == Cause::unexpected_message) {
    return Error(Cause::unexpected_message,
                 "got " + std::string(to_string(static_cast<HandshakeType>(view.type))) +
                     " in an open connection");
  }
  return stepped;
}

Result<void> Connection::Impl::count_message() {
  ++handshake_messages_;
  if (handshake_messages_ > environment_.policy->limits.max_handshake_messages) {
    return Error(Cause::unexpected_message, "too many handshake messages");
  }
  return {};
}

Result<void> Connection::Impl::receive_end() {
  info.transport_ended = true;
  is_buffer_lent_ = false;
  if (!is_waiting_for_room()) {  // else records are still to be looked at
    end_of_transport();
  }
  return status();
}

void Connection::Impl::end_of_transport() {
  if (error.has_value()) {
    return;
  }
  if (!has_been_open()) {
    fail(Error(reader_.diagnose_short()));
  } else if (!info.close_notify_received && !is_deaf_) {
    fail(Error(Cause::truncated));
  }
}

void Connection::Impl::consume_outgoing(std::size_t n) {
  writer.consume_outgoing(n);
  if (writer.waiting() == 0) {
    waiting_refusals_ = 0;
  }
}

ByteSpan Connection::Impl::write_buffer(std::size_t n) {
  const bool is_open =
      phase == Phase::open || phase == Phase::renegotiating || phase == Phase::parked;
  if (!is_open || !has_been_open() || has_write_changed_ || writer.waiting() > kMaxWaitingOut) {
    return {};
  }
  return writer.staging(n);
}

Result<void> Connection::Impl::flush() {
  HEIRLOOM_TRY_VOID(status());
  if (!has_been_open()) {
    return Cause::connection_not_open;
  }
  if (phase == Phase::closed) {
    return Cause::connection_closed;
  }
  if (has_write_changed_) {
    is_flush_wanted_ = true;  // done when the handshake is complete
    return {};
  }
  auto sealed = check_wear(writer.short_block_bytes());
  if (sealed.has_value()) {
    sealed = writer.flush(environment_.policy->cbc_splitting);
  }
  if (!sealed.has_value()) {
    fail(std::move(sealed).error());
  }
  renew_worn_keys();
  return status();
}

void Connection::Impl::consume_plaintext(std::size_t n) {
  const bool was_waiting = is_waiting_for_room();
  plaintext_.consume(n);
  if (plaintext_.is_empty()) {
    decompressed_data_.release();
    if (was_waiting && is_reading()) {
      run();
    }
    if (was_waiting && info.transport_ended && !is_waiting_for_room()) {
      end_of_transport();
    }
  }
  if (!is_buffer_lent_) {  // a read into it may be outstanding
    reader_.release_if_empty(pinned());
  }
}

}  // namespace heirloom

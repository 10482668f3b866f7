#include "demo/explanation.hpp"

#include "heirloom/cipher_suite.hpp"

#include "demo/key_exchange_fields.hpp"
#include "demo/words.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <span>
#include <utility>

namespace heirloom::app::demo {

namespace {

constexpr std::size_t kHeader = 5;
constexpr std::uint8_t kChangeCipherSpec = 20;
constexpr std::uint8_t kHandshake = 22;

bool is_change(const Note& note) {
  return note.kind == Note::Kind::record && note.type == kChangeCipherSpec;
}

std::string arrow(End from) {
  return std::string(to_string(from)) + " -> " + std::string(to_string(other(from)));
}

std::string bytes_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

/// Direction is what one end's records are under.
struct Direction {
  bool is_protected = false;
  std::uint64_t sequence_number = 0;
  Bytes iv;
  std::size_t prefix_size = 0;  ///< of what stands before the next record inside the encryption
};

/// Teller goes through the notes and keeps what later steps depend on.
class Teller {
 public:
  explicit Teller(const Scene& scene) : scene_(scene), bulk_(info(scene.suite->bulk)) {}

  [[nodiscard]] std::vector<Step> tell(std::span<const Note> notes) {
    while (!notes.empty()) {
      const auto other_end = std::ranges::find_if(
          notes, [&](const Note& note) { return note.end != notes.front().end; });
      const auto size = static_cast<std::size_t>(other_end - notes.begin());
      tell_turn(notes.first(size));
      notes = notes.subspan(size);
    }
    return std::move(steps_);
  }

 private:
  /// tell_turn tells what one end did in a row. The engine derives before it sends; for a reader
  /// the hellos and the key exchange, from which the values follow, come first.
  void tell_turn(std::span<const Note> turn) {
    const auto change = std::ranges::find_if(turn, is_change);
    const auto before = static_cast<std::size_t>(change - turn.begin());
    for (const Note& note : turn.first(before)) {
      tell_wire(note);
    }
    tell_values(turn);
    for (const Note& note : turn.subspan(before)) {
      tell_wire(note);
    }
  }

  void tell_wire(const Note& note) {
    switch (note.kind) {
      case Note::Kind::message:
        tell_message(note);
        break;
      case Note::Kind::record:
        tell_record(note);
        break;
      case Note::Kind::value:
        break;
    }
  }

  void tell_message(const Note& note);
  void tell_record(const Note& note);
  void tell_values(std::span<const Note> turn);
  void tell_value(const Note& note);
  void tell_agreement(End end, const std::vector<DerivedValue>& equal);
  [[nodiscard]] std::vector<Field> protected_fields(const Note& note, Direction& direction) const;

  [[nodiscard]] Bytes first_iv(End end) const;

  [[nodiscard]] std::string_view first_iv_meaning() const noexcept {
    return bulk_.has_carried_keys() ? "the last bytes of the write_IV of the client_key_exchange"
                                    : "the write_IV of the key_block";
  }

  [[nodiscard]] Direction& direction(End end) { return directions_[static_cast<std::size_t>(end)]; }

  Scene scene_;
  const BulkCipherInfo& bulk_;
  std::vector<Step> steps_;
  std::array<Direction, 2> directions_;
  std::map<DerivedValue, Bytes> known_;  ///< what one end has derived and the other will too
  std::size_t record_number_ = 0;
};

void Teller::tell_message(const Note& note) {
  const auto type = static_cast<HandshakeType>(note.bytes.front());
  const auto cut = key_exchange_fields(handshake_message_fields(note.bytes), scene_);
  Step step{.kind = Step::Kind::message,
            .end = note.end,
            .title = arrow(note.end) + ": " + std::string(to_string(type)) + ", " +
                     bytes_text(note.bytes.size()),
            .words = words_of_message(type, scene_),
            .fields = {}};
  std::uint64_t extension = 0;
  for (const MessageField& field : cut) {
    if (field.name.ends_with("] type")) {
      extension = number_of(field.bytes);
    }
    step.fields.push_back(
        {.name = field.name,
         .offset = field.offset,
         .bytes = field.bytes,
         .meaning = field.name.ends_with("] data")
                        ? meaning_of_extension(extension, field.bytes)
                        : meaning_of_field(type, field.name, field.bytes, scene_)});
  }
  steps_.push_back(std::move(step));
}

void Teller::tell_record(const Note& note) {
  Direction& under = direction(note.end);
  const ByteView wire(note.wire);
  Step step{.kind = Step::Kind::record,
            .end = note.end,
            .title = arrow(note.end) + ": record " + std::to_string(++record_number_) + ", " +
                     std::string(record_type_name(note.type)) + ", " + bytes_text(note.wire.size()),
            .words = under.is_protected ? words_of_protection(scene_, note.end)
                                        : words_without_protection(note.type),
            .fields = {}};
  step.fields.push_back({.name = "header",
                         .bytes = Bytes(wire.begin(), wire.begin() + kHeader),
                         .meaning = meaning_of_header(wire)});
  if (under.is_protected) {
    auto more = protected_fields(note, under);
    std::ranges::move(more, std::back_inserter(step.fields));
  } else if (note.type != kHandshake) {
    step.fields.push_back({.name = "plaintext",
                           .bytes = note.unencrypted,
                           .meaning = meaning_of_content(note.type, note.unencrypted, bulk_.type)});
  }
  steps_.push_back(std::move(step));
  if (is_change(note)) {
    // RFC 6101 §5.1, RFC 2246 §6.1: what follows is under the new keys, counted from 0.
    under = {.is_protected = true, .sequence_number = 0, .iv = first_iv(note.end)};
    // RFC 6101 D.5.1: a FORTEZZA server's first record has a block more.
    const bool has_prefix = bulk_.has_carried_keys() && note.end == End::server;
    under.prefix_size = has_prefix ? bulk_.block_size : 0;
  }
}

/// first_iv is that of an end's first record: of a longer IV field the last bytes count.
Bytes Teller::first_iv(End end) const {
  const auto iv = known_.find(end == End::client ? DerivedValue::client_write_iv
                                                 : DerivedValue::server_write_iv);
  if (iv == known_.end()) {
    return {};
  }
  const ByteView live = ByteView(iv->second).last(bulk_.block_size);
  return {live.begin(), live.end()};
}

std::vector<Field> Teller::protected_fields(const Note& note, Direction& under) const {
  const std::size_t mac_size = info(scene_.suite->mac).hash_size;
  const ByteView whole(note.unencrypted);
  const ByteView prefix = whole.first(std::exchange(under.prefix_size, 0));
  const ByteView content = whole.subspan(prefix.size());
  const ByteView plaintext = content.first(note.plaintext_size);
  const ByteView mac = content.subspan(note.plaintext_size, mac_size);
  const ByteView padding = content.subspan(note.plaintext_size + mac_size);
  const ByteView encrypted = ByteView(note.wire).subspan(kHeader);
  const auto copy = [](ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); };
  Bytes sequence_number;
  for (unsigned shift = 64; shift != 0; shift -= 8) {
    sequence_number.push_back(static_cast<std::uint8_t>(under.sequence_number >> (shift - 8)));
  }
  ++under.sequence_number;
  std::vector<Field> fields{
      {.name = "seq_num", .bytes = sequence_number, .meaning = "counted, never sent"},
      {.name = "plaintext",
       .bytes = copy(plaintext),
       .meaning = meaning_of_content(note.type, plaintext, bulk_.type)},
      {.name = "MAC", .bytes = copy(mac), .meaning = bytes_text(mac_size) + " behind it"}};
  if (!prefix.empty()) {
    fields.insert(fields.begin() + 1,
                  {.name = "prefix",
                   .bytes = copy(prefix),
                   .meaning = "random, and in no MAC: the client drops it"});
  }
  if (!padding.empty()) {
    fields.push_back({.name = "padding",
                      .bytes = copy(padding),
                      .meaning = "to a multiple of " + std::to_string(bulk_.block_size) +
                                 " bytes; the last byte is padding_length"});
    fields.push_back({.name = "IV",
                      .bytes = under.iv,
                      .meaning = under.sequence_number == 1
                                     ? std::string(first_iv_meaning())
                                     : "the last block of the record before: known to everybody, "
                                       "which is BEAST"});
    under.iv = copy(encrypted.last(bulk_.block_size));
  }
  fields.push_back({.name = "on the wire",
                    .bytes = copy(encrypted),
                    .meaning = std::string(meaning_of_ciphertext(scene_))});
  return fields;
}

void Teller::tell_values(std::span<const Note> turn) {
  std::vector<DerivedValue> equal;
  for (const Note& note : turn) {
    if (note.kind != Note::Kind::value) {
      continue;
    }
    // The hashes and verify_data are each end's own.
    const bool is_shared = note.value < DerivedValue::handshake_md5;
    const auto known = known_.find(note.value);
    if (is_shared && known != known_.end() && known->second == note.bytes) {
      equal.push_back(note.value);
      continue;
    }
    if (is_shared) {
      known_[note.value] = note.bytes;
    }
    tell_agreement(note.end, std::exchange(equal, {}));
    tell_value(note);
  }
  if (!equal.empty()) {
    tell_agreement(turn.front().end, equal);
  }
}

/// tell_agreement says that this end has derived what the other had, too.
void Teller::tell_agreement(End end, const std::vector<DerivedValue>& equal) {
  if (equal.empty()) {
    return;
  }
  std::string names;
  for (const DerivedValue value : equal) {
    names += (names.empty() ? "" : ", ") + std::string(to_string(value));
  }
  steps_.push_back({.kind = Step::Kind::values,
                    .end = end,
                    .title = "the " + std::string(to_string(end)) + " derives the same",
                    .words = "It has computed these by itself, and they are equal to the " +
                             std::string(to_string(other(end))) + "'s: " + names + ".",
                    .fields = {}});
}

/// tell_value puts values that belong together into one step: the key_block and its parts, the
/// hashes and the verify_data that is made of them.
void Teller::tell_value(const Note& note) {
  const bool begins =
      note.value <= DerivedValue::key_block || note.value == DerivedValue::handshake_md5;
  if (begins || steps_.empty() || steps_.back().kind != Step::Kind::values) {
    const DerivedValue subject =
        note.value == DerivedValue::handshake_md5 ? DerivedValue::verify_data : note.value;
    const bool is_remembered =
        subject == DerivedValue::master_secret && !known_.contains(DerivedValue::pre_master_secret);
    const std::string verb = is_remembered ? " remembers " : " derives ";
    steps_.push_back({.kind = Step::Kind::values,
                      .end = note.end,
                      .title = "the " + std::string(to_string(note.end)) + verb +
                               std::string(to_string(subject)),
                      .words = is_remembered ? std::string(words_of_remembered_secret())
                                             : words_of_value(subject, scene_, note.end),
                      .fields = {}});
  }
  steps_.back().fields.push_back({.name = std::string(to_string(note.value)),
                                  .bytes = note.bytes,
                                  .meaning = meaning_of_value(note.value, scene_, note.end)});
}

}  // namespace

std::vector<Step> explain(const Notebook& notebook, const Appearance& appearance) {
  return Teller(appearance.scene).tell(notebook.notes());
}

}  // namespace heirloom::app::demo

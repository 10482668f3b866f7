// Layout: one function per wire struct drives decoding, encoding and printing.
//
//   template <Is<ServerHello> T, class Io>
//   void layout(T& m, Io& io) {
//     io.field("server_version", m.server_version);
//     io.template opaque<0, 32>("session_id", m.session_id);
//   }
//
// Decoder, Encoder and Printer are the three Io classes. The width of a length prefix follows from
// the ceiling of the vector (RFC 2246 §4.3); floors, ceilings and element sizes are checked on
// decoding. Layouts of messages that depend on the key exchange or the version take that as further
// arguments (select in the language of RFC 2246 §4.6.1).
#pragma once

#include "heirloom/result.hpp"

#include "base/bytes.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace heirloom::wire {

/// Is accepts M and const M, so that one layout serves both directions.
template <class T, class M>
concept Is = std::same_as<std::remove_const_t<T>, M>;

/// Scalar is an integer or an enumeration with the width of its underlying type.
template <class T>
concept Scalar = std::unsigned_integral<T> || std::is_enum_v<T>;

/// prefix_width is the number of bytes that a length up to `ceiling` needs.
constexpr std::size_t prefix_width(std::size_t ceiling) {
  return ceiling <= 0xff ? 1 : ceiling <= 0xffff ? 2 : 3;
}

/// HelloExtension is one entry of the extension block of a hello (RFC 3546 §2.3).
struct HelloExtension {
  std::uint16_t type = 0;
  Bytes data;

  friend bool operator==(const HelloExtension&, const HelloExtension&) = default;
};

using HelloExtensions = std::vector<HelloExtension>;

/// Trailing says what a decoder does with bytes behind the last field that are no extension block.
enum class Trailing : std::uint8_t {
  is_error,
  is_ignored,  ///< RFC 2246 §7.4.1.2: extra data at the end of a ClientHello
};

class Decoder {
 public:
  explicit Decoder(ByteView bytes) : reader_(bytes) {}

  template <Scalar T>
  void field(std::string_view name, T& value) {
    value = static_cast<T>(reader_.unsigned_integer(name, sizeof(T)));
  }

  template <std::size_t N>
  void field(std::string_view name, std::array<std::uint8_t, N>& value) {
    const ByteView taken = reader_.take(name, N);
    std::copy(taken.begin(), taken.end(), value.begin());
  }

  template <std::size_t Floor, std::size_t Ceiling>
  void opaque(std::string_view name, Bytes& value) {
    value = to_bytes(vector_bytes(reader_, name, Floor, Ceiling));
  }

  template <std::size_t Floor, std::size_t Ceiling, Scalar T>
  void vector(std::string_view name, std::vector<T>& values) {
    Reader inner(vector_bytes(reader_, name, Floor, Ceiling));
    if (inner.remaining() % sizeof(T) != 0) {  // RFC 2246 §4.3: whole elements only
      reader_.fail(name);
      return;
    }
    values.reserve(inner.remaining() / sizeof(T));
    while (inner.remaining() != 0) {
      values.push_back(static_cast<T>(inner.unsigned_integer(name, sizeof(T))));
    }
  }

  /// list is a vector whose elements are opaque vectors themselves.
  template <std::size_t Floor, std::size_t Ceiling, std::size_t ItemFloor, std::size_t ItemCeiling>
  void list(std::string_view name, std::vector<Bytes>& items) {
    Reader inner(vector_bytes(reader_, name, Floor, Ceiling));
    while (inner.remaining() != 0) {
      items.push_back(to_bytes(vector_bytes(inner, name, ItemFloor, ItemCeiling)));
      if (inner.has_failed()) {
        reader_.fail(name);
        return;
      }
    }
  }

  /// length_of is the length in bytes of a vector that stands further on, where elements names it:
  /// SSL 2.0 puts all lengths first (RFC 2246 E.1). A length that cannot be right makes no room.
  template <std::size_t Width, class T>
  void length_of(std::string_view name, std::vector<T>& values) {
    const std::size_t length = reader_.unsigned_integer(name, Width);
    if (length % sizeof(T) != 0 || length > reader_.remaining()) {
      reader_.fail(name);
      return;
    }
    values.resize(length / sizeof(T));
  }

  void elements(std::string_view name, Bytes& value) {
    const ByteView taken = reader_.take(name, value.size());
    std::copy(taken.begin(), taken.end(), value.begin());
  }

  template <std::size_t N>
  void elements(std::string_view name, std::vector<std::array<std::uint8_t, N>>& values) {
    for (auto& value : values) {
      field(name, value);
    }
  }

  /// rest is everything up to the end of the message.
  void rest(std::string_view /*name*/, Bytes& value) { value = to_bytes(reader_.rest()); }

  /// extensions is the optional block at the end of a hello.
  void extensions(std::string_view name,
                  std::optional<HelloExtensions>& value,
                  Trailing trailing = Trailing::is_error) {
    if (reader_.remaining() == 0) {
      return;
    }
    Reader block(reader_.rest());
    HelloExtensions found;
    Reader entries(vector_bytes(block, name, 0, 0xffff));
    while (entries.remaining() != 0) {
      HelloExtension extension;
      extension.type = static_cast<std::uint16_t>(entries.unsigned_integer(name, 2));
      extension.data = to_bytes(vector_bytes(entries, name, 0, 0xffff));
      found.push_back(std::move(extension));
    }
    const bool is_well_formed =
        !block.has_failed() && block.remaining() == 0 && !entries.has_failed();
    if (is_well_formed) {
      value = std::move(found);
    } else if (trailing == Trailing::is_error) {
      reader_.fail(name);
    }
  }

  /// rest_after_fields is what no field has used yet; empty if one was missing.
  [[nodiscard]] ByteView rest_after_fields() { return reader_.rest(); }

  /// finish tells whether every byte was used and nothing was missing.
  [[nodiscard]] Result<void> finish() {
    if (reader_.has_failed()) {
      return Error(Cause::message_malformed, std::string(reader_.failed_field()));
    }
    if (reader_.remaining() != 0) {
      return Error(Cause::message_malformed,
                   std::to_string(reader_.remaining()) + " bytes behind the last field");
    }
    return {};
  }

 private:
  static ByteView vector_bytes(Reader& reader,
                               std::string_view name,
                               std::size_t floor,
                               std::size_t ceiling) {
    const std::size_t length = reader.unsigned_integer(name, prefix_width(ceiling));
    if (length < floor || length > ceiling) {
      reader.fail(name);
    }
    return reader.take(name, length);
  }

  Reader reader_;
};

class Encoder {
 public:
  explicit Encoder(Bytes& out) : writer_(out) {}

  template <Scalar T>
  void field(std::string_view /*name*/, const T& value) {
    writer_.unsigned_integer(sizeof(T), static_cast<std::uint64_t>(value));
  }

  template <std::size_t N>
  void field(std::string_view /*name*/, const std::array<std::uint8_t, N>& value) {
    writer_.bytes(value);
  }

  template <std::size_t Floor, std::size_t Ceiling>
  void opaque(std::string_view /*name*/, const Bytes& value) {
    const auto at = writer_.open_prefix(prefix_width(Ceiling));
    writer_.bytes(value);
    writer_.close_prefix(at, prefix_width(Ceiling));
  }

  template <std::size_t Floor, std::size_t Ceiling, Scalar T>
  void vector(std::string_view /*name*/, const std::vector<T>& values) {
    const auto at = writer_.open_prefix(prefix_width(Ceiling));
    for (const T value : values) {
      writer_.unsigned_integer(sizeof(T), static_cast<std::uint64_t>(value));
    }
    writer_.close_prefix(at, prefix_width(Ceiling));
  }

  template <std::size_t Floor, std::size_t Ceiling, std::size_t ItemFloor, std::size_t ItemCeiling>
  void list(std::string_view name, const std::vector<Bytes>& items) {
    const auto at = writer_.open_prefix(prefix_width(Ceiling));
    for (const Bytes& item : items) {
      opaque<ItemFloor, ItemCeiling>(name, item);
    }
    writer_.close_prefix(at, prefix_width(Ceiling));
  }

  template <std::size_t Width, class T>
  void length_of(std::string_view /*name*/, const std::vector<T>& values) {
    writer_.unsigned_integer(Width, values.size() * sizeof(T));
  }

  void elements(std::string_view /*name*/, const Bytes& value) { writer_.bytes(value); }

  template <std::size_t N>
  void elements(std::string_view /*name*/, const std::vector<std::array<std::uint8_t, N>>& values) {
    for (const auto& value : values) {
      writer_.bytes(value);
    }
  }

  void rest(std::string_view /*name*/, const Bytes& value) { writer_.bytes(value); }

  void extensions(std::string_view name,
                  const std::optional<HelloExtensions>& value,
                  Trailing /*trailing*/ = Trailing::is_error) {
    if (!value.has_value()) {
      return;
    }
    const auto at = writer_.open_prefix(2);
    for (const HelloExtension& extension : *value) {
      writer_.unsigned_integer(2, extension.type);
      opaque<0, 0xffff>(name, extension.data);
    }
    writer_.close_prefix(at, 2);
  }

 private:
  Writer writer_;
};

/// Printer writes a field a line, for people: indentation, name, value.
class Printer {
 public:
  explicit Printer(std::string& out) : out_(out) {}

  template <Scalar T>
  void field(std::string_view name, const T& value) {
    line(name, hex_number(static_cast<std::uint64_t>(value), sizeof(T)));
  }

  template <std::size_t N>
  void field(std::string_view name, const std::array<std::uint8_t, N>& value) {
    line(name, to_hex(value));
  }

  template <std::size_t Floor, std::size_t Ceiling>
  void opaque(std::string_view name, const Bytes& value) {
    line(name, counted(value));
  }

  template <std::size_t Floor, std::size_t Ceiling, Scalar T>
  void vector(std::string_view name, const std::vector<T>& values) {
    std::string text;
    for (const T value : values) {
      text += text.empty() ? "" : " ";
      text += hex_number(static_cast<std::uint64_t>(value), sizeof(T));
    }
    line(name, text);
  }

  template <std::size_t Floor, std::size_t Ceiling, std::size_t ItemFloor, std::size_t ItemCeiling>
  void list(std::string_view name, const std::vector<Bytes>& items) {
    line(name, std::to_string(items.size()) + (items.size() == 1 ? " entry" : " entries"));
    for (const Bytes& item : items) {
      out_ += "  ";
      line("entry", counted(item));
    }
  }

  template <std::size_t Width, class T>
  void length_of(std::string_view name, const std::vector<T>& values) {
    line(name, hex_number(values.size() * sizeof(T), Width));
  }

  void elements(std::string_view name, const Bytes& value) { line(name, counted(value)); }

  template <std::size_t N>
  void elements(std::string_view name, const std::vector<std::array<std::uint8_t, N>>& values) {
    std::string text;
    for (const auto& value : values) {
      text += (text.empty() ? "0x" : " 0x") + to_hex(value);
    }
    line(name, text);
  }

  void rest(std::string_view name, const Bytes& value) { line(name, counted(value)); }

  void extensions(std::string_view /*name*/,
                  const std::optional<HelloExtensions>& value,
                  Trailing /*trailing*/ = Trailing::is_error) {
    if (!value.has_value()) {
      return;
    }
    for (const HelloExtension& extension : *value) {
      line("extension", hex_number(extension.type, 2) + " " + counted(extension.data));
    }
  }

 private:
  void line(std::string_view name, std::string_view value) {
    out_ += "  ";
    out_ += name;
    out_ += ": ";
    out_ += value;
    out_ += "\n";
  }

  static std::string hex_number(std::uint64_t value, std::size_t width) {
    Bytes bytes;
    Writer(bytes).unsigned_integer(width, value);
    return "0x" + to_hex(bytes);
  }

  static std::string counted(const Bytes& value) {
    return "(" + std::to_string(value.size()) + ") " + to_hex(value);
  }

  std::string& out_;
};

/// decode reads a whole struct; every byte must be used. Extra arguments go to its layout.
template <class M, class... Context>
[[nodiscard]] Result<M> decode(ByteView bytes, const Context&... context) {
  M message{};
  Decoder decoder(bytes);
  layout(message, decoder, context...);
  if (auto finished = decoder.finish(); !finished.has_value()) {
    return std::move(finished).error();
  }
  return message;
}

/// decode_front reads a struct that stands at the front of `bytes`, and leaves there what is behind
/// it.
template <class M>
[[nodiscard]] Result<M> decode_front(ByteView& bytes) {
  M message{};
  Decoder decoder(bytes);
  layout(message, decoder);
  const ByteView behind = decoder.rest_after_fields();
  if (auto finished = decoder.finish(); !finished.has_value()) {
    return std::move(finished).error();
  }
  bytes = behind;
  return message;
}

/// encode appends a struct to `out`.
template <class M, class... Context>
void encode(Bytes& out, const M& message, const Context&... context) {
  Encoder encoder(out);
  layout(message, encoder, context...);
}

}  // namespace heirloom::wire

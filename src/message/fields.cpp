// handshake_message_fields: where each field of a handshake message stands, by the same layouts
// that decode and encode it.
#include "heirloom/inspector.hpp"

#include "message/any_message.hpp"
#include "message/sslv2_client_hello.hpp"
#include "protocol/constants.hpp"

#include <string>
#include <utility>
#include <variant>

namespace heirloom {

namespace {

/// Locator is an Io class of layouts (wire/layout.hpp): it walks over a decoded message and cuts
/// its bytes where the fields end. The encoding is unique, so they end where their values say.
class Locator {
 public:
  explicit Locator(ByteView message) : message_(message) {}

  template <wire::Scalar T>
  void field(std::string_view name, const T& /*value*/) {
    cut(std::string(name), sizeof(T));
  }

  template <std::size_t N>
  void field(std::string_view name, const std::array<std::uint8_t, N>& /*value*/) {
    cut(std::string(name), N);
  }

  template <std::size_t Floor, std::size_t Ceiling>
  void opaque(std::string_view name, const Bytes& value) {
    item(std::string(name), wire::prefix_width(Ceiling), value.size());
  }

  template <std::size_t Floor, std::size_t Ceiling, wire::Scalar T>
  void vector(std::string_view name, const std::vector<T>& values) {
    prefix_of(std::string(name), wire::prefix_width(Ceiling));
    for (std::size_t i = 0; i < values.size(); ++i) {
      cut(element(name, i), sizeof(T));
    }
  }

  template <std::size_t Floor, std::size_t Ceiling, std::size_t ItemFloor, std::size_t ItemCeiling>
  void list(std::string_view name, const std::vector<Bytes>& items) {
    prefix_of(std::string(name), wire::prefix_width(Ceiling));
    for (std::size_t i = 0; i < items.size(); ++i) {
      item(element(name, i), wire::prefix_width(ItemCeiling), items[i].size());
    }
  }

  template <std::size_t Width, class T>
  void length_of(std::string_view name, const std::vector<T>& /*values*/) {
    cut(std::string(name), Width);
  }

  void elements(std::string_view name, const Bytes& value) { cut(std::string(name), value.size()); }

  template <std::size_t N>
  void elements(std::string_view name, const std::vector<std::array<std::uint8_t, N>>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      cut(element(name, i), N);
    }
  }

  void rest(std::string_view name, const Bytes& value) { cut(std::string(name), value.size()); }

  void extensions(std::string_view name,
                  const std::optional<wire::HelloExtensions>& value,
                  wire::Trailing /*trailing*/ = wire::Trailing::is_error) {
    if (!value.has_value()) {
      return;
    }
    prefix_of(std::string(name), 2);
    for (std::size_t i = 0; i < value->size(); ++i) {
      cut(element(name, i) + " type", 2);
      item(element(name, i) + " data", 2, (*value)[i].data.size());
    }
  }

  void cut(std::string name, std::size_t size) {
    if (size != 0) {
      fields_.push_back({.name = std::move(name),
                         .offset = offset_,
                         .bytes = to_bytes(message_.subspan(offset_, size))});
      offset_ += size;
    }
  }

  /// take ends the walk; what a layout ignores is a field too.
  [[nodiscard]] std::vector<MessageField> take() {
    cut("extra data", message_.size() - offset_);
    return std::move(fields_);
  }

 private:
  static std::string element(std::string_view name, std::size_t index) {
    return std::string(name) + "[" + std::to_string(index) + "]";
  }

  void prefix_of(const std::string& name, std::size_t width) { cut(name + " length", width); }

  void item(const std::string& name, std::size_t width, std::size_t size) {
    prefix_of(name, width);
    cut(name, size);
  }

  ByteView message_;
  std::size_t offset_ = 0;
  std::vector<MessageField> fields_;
};

}  // namespace

std::vector<MessageField> handshake_message_fields(std::span<const std::uint8_t> message) {
  if (message::is_sslv2_client_hello(message)) {
    const auto hello = wire::decode<message::Sslv2ClientHello>(message);
    Locator locator(message);
    layout(*hello, locator);
    return locator.take();
  }
  if (message.size() < kHandshakeHeaderSize) {
    return {};
  }
  const auto decoded = message::decode_message(message);
  if (!decoded.has_value()) {
    return {};
  }
  Locator locator(message);
  locator.cut("msg_type", 1);
  locator.cut("length", 3);
  std::visit([&](const auto& received) { layout(received.body, locator); }, *decoded);
  return locator.take();
}

std::string_view to_string(DerivedValue value) noexcept {
  switch (value) {
    case DerivedValue::pre_master_secret:
      return "pre_master_secret";
    case DerivedValue::master_secret:
      return "master_secret";
    case DerivedValue::key_block:
      return "key_block";
    case DerivedValue::client_write_mac_secret:
      return "client_write_MAC_secret";
    case DerivedValue::server_write_mac_secret:
      return "server_write_MAC_secret";
    case DerivedValue::client_write_key:
      return "client_write_key";
    case DerivedValue::server_write_key:
      return "server_write_key";
    case DerivedValue::client_write_iv:
      return "client_write_IV";
    case DerivedValue::server_write_iv:
      return "server_write_IV";
    case DerivedValue::handshake_md5:
      return "MD5(handshake_messages)";
    case DerivedValue::handshake_sha:
      return "SHA(handshake_messages)";
    case DerivedValue::verify_data:
      return "verify_data";
  }
  return "unknown";
}

}  // namespace heirloom

// HTTP messages as values: the head of a request or a response, and how its body is delimited.
//
// Names are compared without regard to case (RFC 9110 §5.1); order and spelling are kept, because
// devices and browsers were tested against the order they see.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app::http {

struct Field {
  std::string name;
  std::string value;

  friend bool operator==(const Field&, const Field&) = default;
};

/// Fields are the header fields of one message, in order.
class Fields {
 public:
  Fields() = default;

  Fields(std::initializer_list<Field> fields) : fields_(fields) {}

  /// find returns the first value of that name; null if there is none.
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;

  /// value is find, with "" for a missing field.
  [[nodiscard]] std::string_view value(std::string_view name) const noexcept;

  /// has_token looks for an element of a comma-separated list, over all fields of that name.
  [[nodiscard]] bool has_token(std::string_view name, std::string_view token) const;

  /// tokens lists the elements of a comma-separated list, over all fields of that name.
  [[nodiscard]] std::vector<std::string> tokens(std::string_view name) const;

  void add(std::string name, std::string value);

  /// set replaces the first field of that name where it stands and removes the others.
  void set(std::string_view name, std::string value);

  void remove(std::string_view name);

  [[nodiscard]] const std::vector<Field>& all() const noexcept { return fields_; }

  [[nodiscard]] std::vector<Field>& all() noexcept { return fields_; }

 private:
  std::vector<Field> fields_;
};

struct RequestHead {
  std::string method;
  std::string target;
  int minor_version = 1;  ///< of HTTP/1.x
  Fields fields;
};

struct ResponseHead {
  int status = 200;
  std::string reason;
  int minor_version = 1;   ///< of HTTP/1.x
  bool is_http09 = false;  ///< there was no head at all: everything is the body
  Fields fields;
};

/// BodyFraming says how the end of a body is found (RFC 9112 §6.3).
struct BodyFraming {
  enum class Kind : std::uint8_t { none, length, chunked, until_close };
  Kind kind = Kind::none;
  std::uint64_t length = 0;

  friend bool operator==(const BodyFraming&, const BodyFraming&) = default;
};

/// to_wire writes a head with its empty line. A field that would break out of its line (CR, LF or
/// NUL) is left out: Security: nothing that passes through here can start another message.
[[nodiscard]] std::string to_wire(const RequestHead& head);
[[nodiscard]] std::string to_wire(const ResponseHead& head);

/// trim removes spaces and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

}  // namespace heirloom::app::http

#include "check/flight.hpp"

#include "check/suite_catalog.hpp"
#include "common/output.hpp"

#include <algorithm>
#include <bit>
#include <string_view>

namespace heirloom::app {

namespace {

using Kind = ServerAnswer::Kind;
using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kMaxMessage = 262144;

/// Cursor takes bytes from the front. After one take too many it is not good and gives zeros.
class Cursor {
 public:
  explicit Cursor(Bytes bytes) : bytes_(bytes) {}

  std::size_t number(std::size_t size) {
    std::size_t value = 0;
    for (const std::uint8_t byte : take(size)) {
      value = (value << 8U) | byte;
    }
    return value;
  }

  Bytes take(std::size_t size) {
    if (size > bytes_.size()) {
      is_good_ = false;
      bytes_ = {};
      return {};
    }
    const Bytes front = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return front;
  }

  /// block takes a length of `size` bytes and that many bytes.
  Bytes block(std::size_t size) { return take(number(size)); }

  [[nodiscard]] bool is_good() const noexcept { return is_good_; }

  [[nodiscard]] bool is_empty() const noexcept { return bytes_.empty(); }

 private:
  Bytes bytes_;
  bool is_good_ = true;
};

/// bits counts those of a big-endian number, without leading zeros.
std::size_t bits(Bytes number) {
  const auto first = std::ranges::find_if(number, [](std::uint8_t byte) { return byte != 0; });
  if (first == number.end()) {
    return 0;
  }
  return static_cast<std::size_t>(number.end() - first - 1) * 8 +
         static_cast<std::size_t>(std::bit_width(*first));
}

std::string beginning(const std::vector<std::uint8_t>& input) {
  const std::size_t size = std::min<std::size_t>(input.size(), 24);
  return escape_text(std::string(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size)));
}

}  // namespace

bool FlightReader::give_up(const std::string& why) {
  if (!has_hello_) {
    other_ = Kind::not_tls;
    found_.detail = why;
  }
  found_.broke_off = has_hello_;
  return true;
}

/// read_other_protocol looks at the first bytes. True: this is no TLS, and what it is has been
/// said.
bool FlightReader::read_other_protocol() {
  const std::string_view text(reinterpret_cast<const char*>(input_.data()), input_.size());
  if (text.starts_with("HTTP/") || text.starts_with("<!") || text.starts_with("<h") ||
      text.starts_with("<H")) {
    other_ = Kind::plain_http;
  } else if (text.starts_with("SSH-")) {
    other_ = Kind::ssh;
  } else if (input_[0] == 0x80 && input_.size() >= 3 && (input_[2] == 0 || input_[2] == 4)) {
    other_ = Kind::sslv2;
  } else {
    other_ = Kind::not_tls;
    found_.detail = beginning(input_);
  }
  return true;
}

bool FlightReader::feed(Bytes bytes) {
  is_started_ = is_started_ || !bytes.empty();
  input_.insert(input_.end(), bytes.begin(), bytes.end());
  if (input_.size() < 5) {
    return false;
  }
  const bool is_record = (input_[0] == 21 || input_[0] == 22) && input_[1] == 3;
  if (!is_record && !has_hello_ && offered_ == CheckVersion::ssl20 && (input_[0] & 0x80U) != 0) {
    return read_sslv2();
  }
  if (!is_record && !has_hello_) {
    return read_other_protocol();
  }
  return read_records();
}

bool FlightReader::read_records() {
  while (input_.size() >= 5) {
    const std::size_t size = (static_cast<std::size_t>(input_[3]) << 8U) | input_[4];
    if (size > 16384 + 2048) {
      return give_up("a record that is too long");
    }
    if (input_.size() < size + 5) {
      return false;
    }
    const std::vector<std::uint8_t> body(input_.begin() + 5,
                                         input_.begin() + static_cast<std::ptrdiff_t>(5 + size));
    const std::uint8_t type = input_[0];
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(5 + size));
    if (read_record(type, body)) {
      return true;
    }
  }
  return false;
}

bool FlightReader::read_record(std::uint8_t type, Bytes body) {
  if (type == 22) {
    messages_.insert(messages_.end(), body.begin(), body.end());
    return read_messages();
  }
  if (type != 21 || body.size() < 2) {
    return give_up("a record that does not belong here");
  }
  const bool is_unrecognized_name = body[0] == 1 && body[1] == 112;
  if (is_unrecognized_name) {
    return false;  // RFC 6066 §3: a warning, and the handshake goes on
  }
  is_alert_ = true;
  found_.alert = body[1];
  const bool is_fatal = body[0] != 1;
  found_.broke_off = has_hello_ && is_fatal;
  return is_fatal;
}

bool FlightReader::read_messages() {
  while (messages_.size() >= 4) {
    const std::size_t size = (static_cast<std::size_t>(messages_[1]) << 16U) |
                             (static_cast<std::size_t>(messages_[2]) << 8U) | messages_[3];
    if (size > kMaxMessage) {
      return give_up("a handshake message that is too long");
    }
    if (messages_.size() < size + 4) {
      return false;
    }
    const std::vector<std::uint8_t> body(messages_.begin() + 4,
                                         messages_.begin() + static_cast<std::ptrdiff_t>(4 + size));
    const std::uint8_t type = messages_[0];
    messages_.erase(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(4 + size));
    if (read_message(type, body)) {
      return true;
    }
  }
  return false;
}

bool FlightReader::read_message(std::uint8_t type, Bytes body) {
  constexpr std::uint8_t kHelloRequest = 0;
  if (type == kHelloRequest && body.empty()) {
    return false;  // RFC 2246 §7.4.1.1: to be ignored during a handshake
  }
  if (type == 2) {
    return read_server_hello(body);
  }
  if (!has_hello_) {
    return give_up("a handshake message before the ServerHello");
  }
  switch (type) {
    case 11:
      return read_certificates(body);
    case 12:
      read_key_exchange(body);
      return false;
    case 13:
      found_.wants_certificate = true;
      return false;
    case 14:
      return true;
    default:
      return false;
  }
}

bool FlightReader::read_server_hello(Bytes body) {
  Cursor cursor(body);
  found_.version = static_cast<std::uint16_t>(cursor.number(2));
  cursor.take(32);
  cursor.block(1);  // session id
  found_.suite = static_cast<std::uint16_t>(cursor.number(2));
  found_.compression = static_cast<std::uint8_t>(cursor.number(1));
  if (!cursor.is_good()) {
    return give_up("a ServerHello that is too short");
  }
  has_hello_ = true;
  if (!cursor.is_empty()) {
    read_extensions(cursor.block(2));
  }
  return found_.version >= row(CheckVersion::tls13).number;
}

void FlightReader::read_extensions(Bytes block) {
  Cursor cursor(block);
  while (!cursor.is_empty()) {
    const std::size_t type = cursor.number(2);
    const Bytes body = cursor.block(2);
    if (type == 0xff01) {
      found_.signals_renegotiation = cursor.is_good();
    } else if (type == 43 && body.size() == 2) {  // supported_versions, RFC 8446 §4.2.1
      found_.version = static_cast<std::uint16_t>((body[0] << 8U) | body[1]);
    }
  }
}

bool FlightReader::read_certificates(Bytes body) {
  Cursor list(Cursor(body).block(3));
  CertificateChain chain;
  while (!list.is_empty()) {
    const Bytes der = list.block(3);
    if (!list.is_good()) {
      return give_up("a Certificate message that is cut off");
    }
    chain.emplace_back(der.begin(), der.end());
  }
  found_.chain = std::move(chain);
  return false;
}

/// read_key_exchange finds the sizes. The structure depends on the suite (RFC 2246 §7.4.3).
void FlightReader::read_key_exchange(Bytes body) {
  const std::string_view name = suite_name(found_.suite);
  const bool is_dh = name.starts_with("TLS_DHE_RSA") || name.starts_with("TLS_DHE_DSS") ||
                     name.starts_with("TLS_DH_anon");
  Cursor cursor(body);
  if (is_dh) {
    found_.dh_bits = bits(cursor.block(2));
  } else if (name.starts_with("TLS_RSA_EXPORT")) {
    found_.export_rsa_bits = bits(cursor.block(2));
  }
}

/// read_sslv2 reads a SERVER-HELLO; anything else of SSL 2.0 is its ERROR message.
bool FlightReader::read_sslv2() {
  const std::size_t size = (static_cast<std::size_t>(input_[0] & 0x7fU) << 8U) | input_[1];
  if (input_.size() < size + 2) {
    return false;
  }
  Cursor cursor(Bytes(input_).subspan(2, size));
  const std::size_t type = cursor.number(1);
  if (type == 0) {
    is_alert_ = true;
    found_.detail = "an SSL 2.0 error message";
    return true;
  }
  cursor.take(2);  // session id hit, certificate type
  found_.version = static_cast<std::uint16_t>(cursor.number(2));
  const std::size_t certificate = cursor.number(2);
  const std::size_t suites = cursor.number(2);
  cursor.take(2);
  const Bytes der = cursor.take(certificate);
  Cursor kinds(cursor.take(suites));
  if (type != 4 || !cursor.is_good()) {
    return give_up("an SSL 2.0 message that cannot be read");
  }
  has_hello_ = true;
  if (!der.empty()) {
    found_.chain = {CertificateDer(der.begin(), der.end())};
  }
  while (!kinds.is_empty()) {
    found_.sslv2_suites.push_back(static_cast<std::uint32_t>(kinds.number(3)));
  }
  return true;
}

ServerAnswer FlightReader::answer(Kind end) const {
  ServerAnswer answer = found_;
  if (other_.has_value()) {
    answer.kind = *other_;
  } else if (has_hello_) {
    answer.kind = Kind::hello;
    answer.broke_off = answer.broke_off || end == Kind::closed || end == Kind::reset;
  } else if (is_alert_) {
    answer.kind = Kind::alert;
  } else if (end == Kind::silent && is_started_) {
    answer.kind = Kind::stalled;
  } else {
    answer.kind = end;
  }
  return answer;
}

}  // namespace heirloom::app

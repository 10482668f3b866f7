#include "protocol/cipher_suite_names.hpp"

#include "base/ignoring_case.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <system_error>

namespace heirloom {
namespace {

constexpr std::string_view export_word(std::uint16_t limit_bits) {
  if (limit_bits == 0) {
    return "";
  }
  return limit_bits == 512 ? "_EXPORT" : "_EXPORT1024";
}

std::string_view without_version_prefix(std::string_view name) {
  const bool has_prefix =
      starts_with_ignoring_case(name, "TLS_") || starts_with_ignoring_case(name, "SSL_");
  return has_prefix ? name.substr(4) : name;
}

/// parse_hexadecimal reads exactly four digits, with or without "0x".
std::optional<std::uint16_t> parse_hexadecimal(std::string_view text) {
  const std::string_view digits = starts_with_ignoring_case(text, "0x") ? text.substr(2) : text;
  std::uint16_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, value, 16);
  if (digits.size() != 4 || parsed.ec != std::errc{} || parsed.ptr != end) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::string suite_base_name(const CipherSuite& suite) {
  std::string name(info(suite.key_exchange).name);
  name += export_word(suite.export_limit_bits);
  name += "_WITH_";
  name += info(suite.bulk).name;
  name += '_';
  name += info(suite.mac).name;
  return name;
}

const CipherSuite* find_cipher_suite(std::string_view name) {
  if (const auto id = parse_hexadecimal(name)) {
    return find_cipher_suite(*id);
  }
  const std::span<const CipherSuite> suites = cipher_suites();
  const std::string_view base = without_version_prefix(name);
  const auto row = std::ranges::find_if(suites, [&](const CipherSuite& suite) {
    return equal_ignoring_case(suite.openssl_name, name) ||
           equal_ignoring_case(suite_base_name(suite), base);
  });
  return row == suites.end() ? nullptr : &*row;
}

}  // namespace heirloom

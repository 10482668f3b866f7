// curl_options: what scripts for old boxes carry from curl and `get` does not do as curl does it.
//
// An option is taken because it asks for what happens anyway, or taken with a note, or refused with
// a reason and an alternative. None is ignored silently that would change something.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app::get {

struct CurlOption {
  enum class Way : std::uint8_t {
    harmless,  ///< here it is so anyway, or there is nothing to tune
    noted,     ///< has no effect, and usage_notes says so
    refused,   ///< `why` says why, `instead` what to do
  };
  enum class Value : std::uint8_t { none, one };

  std::string_view names;  ///< as CLI11 takes them, the long one last: "-J,--remote-header-name"
  Way way = Way::harmless;
  Value value = Value::none;
  std::string_view why = {};
  std::string_view instead = {};
};

/// curl_options is the table.
[[nodiscard]] std::span<const CurlOption> curl_options() noexcept;

/// curl_name is the long name.
[[nodiscard]] std::string curl_name(const CurlOption& option);

/// first_refused finds the first of these long names that is refused; null: none is.
[[nodiscard]] const CurlOption* first_refused(const std::vector<std::string>& typed) noexcept;

}  // namespace heirloom::app::get

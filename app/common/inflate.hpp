// Inflater: gzip and deflate bodies (RFC 9110 §8.4.1), piece by piece, by zlib.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace heirloom::app {

class Inflater {
 public:
  enum class Coding : std::uint8_t { gzip, deflate };

  /// Take gets decoded bytes; false stops.
  using Take = std::function<bool(std::string_view bytes)>;

  enum class Fed : std::uint8_t {
    ok,
    malformed,  ///< the bytes are not in that coding
    stopped,    ///< `take` said so
  };

  explicit Inflater(Coding coding);
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater();

  /// feed decodes bytes in constant memory. What follows the end of the data is ignored.
  [[nodiscard]] Fed feed(std::string_view bytes, const Take& take);

  /// is_complete is true once the end of the data has come, and before the first byte.
  [[nodiscard]] bool is_complete() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heirloom::app

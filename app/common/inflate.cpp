#include "common/inflate.hpp"

#include <array>
#include <cstddef>

#include <zlib.h>

namespace heirloom::app {

namespace {

constexpr int kWindow = 15;
constexpr int kGzip = 16;       // added to the window: expect a gzip header
constexpr int kRaw = -kWindow;  // no header at all
constexpr std::size_t kOut = 32768;

}  // namespace

struct Inflater::Impl {
  explicit Impl(Coding wanted) : coding(wanted) {
    is_usable = inflateInit2(&stream, coding == Coding::gzip ? kWindow + kGzip : kWindow) == Z_OK;
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  ~Impl() { inflateEnd(&stream); }

  [[nodiscard]] bool may_be_raw() const noexcept {
    return coding == Coding::deflate && !is_raw && stream.total_out == 0;
  }

  Fed run(std::string_view bytes, const Take& take);

  Coding coding;
  z_stream stream{};
  bool is_usable = false;
  bool is_raw = false;
  bool has_started = false;
  bool has_ended = false;
};

Inflater::Fed Inflater::Impl::run(std::string_view bytes, const Take& take) {
  std::array<unsigned char, kOut> out{};
  // zlib does not write through next_in; it lacks const unless ZLIB_CONST is defined.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<unsigned>(bytes.size());
  for (;;) {
    stream.next_out = out.data();
    stream.avail_out = static_cast<unsigned>(out.size());
    const int status = inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      return Fed::malformed;
    }
    const std::size_t count = out.size() - stream.avail_out;
    if (count != 0 && !take({reinterpret_cast<const char*>(out.data()), count})) {
      return Fed::stopped;
    }
    has_ended = status == Z_STREAM_END;
    if (has_ended || (stream.avail_in == 0 && stream.avail_out != 0) || status == Z_BUF_ERROR) {
      return Fed::ok;
    }
  }
}

Inflater::Inflater(Coding coding) : impl_(std::make_unique<Impl>(coding)) {}

Inflater::~Inflater() = default;

Inflater::Fed Inflater::feed(std::string_view bytes, const Take& take) {
  Impl& self = *impl_;
  if (self.has_ended || bytes.empty()) {
    return Fed::ok;
  }
  if (!self.is_usable) {
    return Fed::malformed;
  }
  const bool is_first = !self.has_started;
  self.has_started = true;
  Fed fed = self.run(bytes, take);
  // "deflate" means the zlib format (RFC 9110 §8.4.1.2), but many servers sent it without header.
  if (fed == Fed::malformed && is_first && self.may_be_raw()) {
    self.is_raw = true;
    self.is_usable = inflateReset2(&self.stream, kRaw) == Z_OK;
    fed = self.is_usable ? self.run(bytes, take) : Fed::malformed;
  }
  return fed;
}

bool Inflater::is_complete() const noexcept {
  return impl_->has_ended || !impl_->has_started;
}

}  // namespace heirloom::app

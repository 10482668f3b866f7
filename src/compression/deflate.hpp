// DEFLATE for records (RFC 3749 §2.1). The reasons stand in deflate.cpp.
#pragma once

#include "compression/compression.hpp"

#include <memory>

namespace heirloom {

[[nodiscard]] std::unique_ptr<Compressor> make_deflate_compressor();
[[nodiscard]] std::unique_ptr<Decompressor> make_deflate_decompressor();

}  // namespace heirloom

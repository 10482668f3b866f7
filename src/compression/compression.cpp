// Which method is implemented where.
#include "compression/compression.hpp"

#include "compression/deflate.hpp"

#include <cstdlib>

namespace heirloom {

std::unique_ptr<Compressor> make_compressor(CompressionMethod method) {
  switch (method) {
    case CompressionMethod::null:
      return nullptr;
    case CompressionMethod::deflate:
      return make_deflate_compressor();
  }
  std::abort();
}

std::unique_ptr<Decompressor> make_decompressor(CompressionMethod method) {
  switch (method) {
    case CompressionMethod::null:
      return nullptr;
    case CompressionMethod::deflate:
      return make_deflate_decompressor();
  }
  std::abort();
}

}  // namespace heirloom

// record_reader: records come out the same however the bytes are cut. The first byte of an input is
// the size of the pieces.
#include "record/record_reader.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace {

using heirloom::ByteView;

// The records one after the other, and the cause that ended the reading, as text.
std::string read_all(ByteView bytes, std::size_t chunk) {
  heirloom::RecordReader reader(heirloom::Side::server);
  std::string seen;
  while (!bytes.empty()) {
    const auto buffer = reader.buffer(chunk, heirloom::Pinned::no);
    const std::size_t count = std::min({chunk, bytes.size(), buffer.size()});
    if (count == 0) {
      std::abort();  // nothing is pinned, so there must be room
    }
    std::copy_n(bytes.begin(), count, buffer.begin());
    reader.received(count);
    bytes = bytes.subspan(count);
    while (true) {
      const auto record = reader.next();
      if (!record.has_value()) {
        return seen + "error " + std::to_string(static_cast<unsigned>(record.error().cause));
      }
      if (!record->has_value()) {
        break;
      }
      seen += std::to_string(static_cast<unsigned>((*record)->type)) + " " +
              heirloom::to_hex((*record)->fragment) + "\n";
    }
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const ByteView bytes(data + 1, size - 1);
  const std::size_t chunk = std::max<std::size_t>(1, data[0]);
  if (read_all(bytes, chunk) != read_all(bytes, 1)) {
    std::abort();
  }
  return 0;
}

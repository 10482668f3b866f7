// server_handshake: a server with fixed randomness talks to a client that is the fuzzer.
#include "handshake.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heirloom;
  const std::span<const std::uint8_t> input(data, size);
  if (input.size() < fuzz::kHeaderSize) {
    return 0;
  }
  // A fresh configuration each time: its randomness is a counter.
  ServerOptions options = testing::server_options(fuzz::combination_of(input));
  fuzz::feed(Connection::server(testing::build(std::move(options))), input);
  return 0;
}

// A user's program, built against an installed heirloom: it needs the headers, the library and what
// the library needs, and nothing else.
#include <iostream>

#include <heirloom/heirloom.hpp>

int main() {
  heirloom::ClientOptions options;
  options.verifier = heirloom::accept_any_certificate();
  const auto config = heirloom::ClientConfig::build(std::move(options));
  if (!config.has_value()) {
    return 1;
  }
  const auto connection = heirloom::Connection::client(config.value(), {"old-box.example"});
  std::cout << heirloom::to_string(connection.phase()) << '\n';
  return connection.outgoing().empty() ? 1 : 0;
}

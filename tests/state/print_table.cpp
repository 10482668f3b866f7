// Prints docs/state-machine.md from the types of both machines. A test compares it with the file.
#include "handshake/client_states.hpp"
#include "handshake/server_states.hpp"

#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using heirloom::machine::Cell;
using heirloom::machine::Verdict;

void print_table(const std::vector<Cell>& cells) {
  std::cout << "| state | input | leads to |\n|---|---|---|\n";
  for (const Cell& cell : cells) {
    if (cell.verdict == Verdict::rejected) {
      continue;
    }
    std::cout << "| `" << cell.state << "` | " << cell.input << " | ";
    if (cell.verdict == Verdict::ignored) {
      std::cout << "ignored";
    }
    std::string separator;
    for (const std::string_view successor : cell.successors) {
      std::cout << separator << '`' << successor << '`';
      separator = ", ";
    }
    std::cout << " |\n";
  }
}

void print_diagram(const std::vector<Cell>& cells, std::string_view first) {
  std::cout << "```mermaid\nstateDiagram-v2\n  [*] --> " << first << '\n';
  for (const Cell& cell : cells) {
    for (const std::string_view successor : cell.successors) {
      std::cout << "  " << cell.state << " --> " << successor << " : " << cell.input << '\n';
    }
  }
  std::cout << "  Established --> [*]\n```\n";
}

}  // namespace

int main() {
  const auto client = heirloom::machine::Table<heirloom::client::State, heirloom::Input>::cells();
  const auto server = heirloom::machine::Table<heirloom::server::State, heirloom::Input>::cells();
  std::cout
      << "# The handshake state machines\n\n"
         "Computed from the declarations in `src/handshake/client_states.hpp` and\n"
         "`src/handshake/server_states.hpp`; do not edit. `scripts/make_state_diagram.sh` writes "
         "this\n"
         "file, and a test fails if it is out of date. Every pair of state and input that is not\n"
         "listed is a fatal `unexpected_message` (RFC 6101 §5.5, RFC 2246 §7.4). Inputs that are "
         "not\n"
         "messages (certificate verdict, session looked up, private key used) are answers of the\n"
         "application that were pending, or its wish for another handshake (renegotiation "
         "wanted).\n\n## Client\n\n";
  print_table(client);
  std::cout << '\n';
  print_diagram(client, "AwaitServerHello");
  std::cout << "\n## Server\n\n";
  print_table(server);
  std::cout << '\n';
  print_diagram(server, "AwaitClientHello");
  return 0;
}

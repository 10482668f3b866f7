// Three planted leaks and one function without any. If valgrind stays silent on a leak, the marks
// or the way valgrind is run are broken and every other result here is worthless.
#include "ct/ct_program.hpp"

#include <array>
#include <string_view>

namespace {

using namespace heirloom;

std::array<std::uint8_t, 16> secret{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3};
const std::array<std::uint8_t, 16> guess{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 4};
volatile unsigned sink = 0;

void leak_by_branch() {
  if (secret[0] > 2) {
    // Something that cannot be done conditionally without a branch.
    __asm__ volatile("nop");  // NOLINT(hicpp-no-assembler)
    sink = 1;
  }
}

void leak_by_index() {
  static const volatile std::uint8_t table[256] = {};  // NOLINT: an array that is really read
  sink = table[secret[1]];
}

void leak_by_early_exit() {
  for (std::size_t i = 0; i < secret.size(); ++i) {
    if (secret[i] != guess[i]) {
      sink = static_cast<unsigned>(i);
      return;
    }
  }
}

int compare_without_leak() {
  return constant_time::verdict(constant_time::equal_bytes(secret, guess)) ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  ct::require_valgrind();
  const std::string_view kind = argc == 2 ? argv[1] : "";
  ct::make_secret(secret);
  if (kind == "branch") {
    leak_by_branch();
  } else if (kind == "index") {
    leak_by_index();
  } else if (kind == "early_exit") {
    leak_by_early_exit();
  } else if (kind == "clean") {
    return compare_without_leak();
  } else {
    return 3;
  }
  return 0;
}

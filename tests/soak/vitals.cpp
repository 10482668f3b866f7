#include "soak/vitals.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <malloc.h>
#include <unistd.h>

namespace heirloom::soak {

Vitals vitals_of(pid_t process, std::size_t heap) {
  const std::filesystem::path folder = "/proc/" + std::to_string(process);
  std::ifstream pages(folder / "statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  if (!(pages >> total >> resident)) {
    fail("cannot read " + (folder / "statm").string());
  }
  const auto descriptors = std::filesystem::directory_iterator(folder / "fd");
  return {.resident = resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)),
          .heap = heap,
          .descriptors = static_cast<std::size_t>(std::distance(begin(descriptors), {}))};
}

std::size_t own_heap() {
  const struct mallinfo2 all = ::mallinfo2();
  return all.uordblks + all.hblkhd;
}

bool is_resident_size_meaningful() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return false;
#else
  return true;
#endif
#else
  return true;
#endif
}

void fail(const std::string& why) {
  std::fprintf(stderr, "soak: %s\n", why.c_str());
  std::exit(1);
}

}  // namespace heirloom::soak

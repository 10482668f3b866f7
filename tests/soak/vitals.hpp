// Vitals: what a process holds, as the kernel and the allocator see it.
#pragma once

#include <cstddef>
#include <string>

#include <sys/types.h>

namespace heirloom::soak {

struct Vitals {
  std::size_t resident = 0;     ///< bytes of memory, from /proc
  std::size_t heap = 0;         ///< bytes in use, as the process itself says
  std::size_t descriptors = 0;  ///< open ones, from /proc
};

/// vitals_of reads what /proc says about a process; the heap is what it has told.
[[nodiscard]] Vitals vitals_of(pid_t process, std::size_t heap);

/// own_heap is what this process has allocated and not freed.
[[nodiscard]] std::size_t own_heap();

/// is_resident_size_meaningful is false under a sanitizer, which keeps what was freed.
[[nodiscard]] bool is_resident_size_meaningful();

/// fail ends the process with a sentence on the standard error output.
[[noreturn]] void fail(const std::string& why);

}  // namespace heirloom::soak

# heirloom_warnings(target): the project's warnings, on both compilers; errors where the preset says so.
# -Wrestrict is off: GCC 12 sees an overlap in `"literal" + std::string` at -O2 (its bug 105651).
# -Wnull-dereference looks at plain debug builds only: optimised or sanitized, GCC 12 suspects std::string
# and Asio.
function(heirloom_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Wcast-qual
    -Wcast-align -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Wimplicit-fallthrough
    $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wuseless-cast
                                     -Wno-restrict>
    $<$<BOOL:${HEIRLOOM_WARNINGS_AS_ERRORS}>:-Werror>)
  if(NOT HEIRLOOM_SANITIZE)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Debug>:-Wnull-dereference>)
  elseif(HEIRLOOM_SANITIZE MATCHES "thread")
    # The thread sanitizer does not see Asio's fences; it reports no less for it.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  endif()
endfunction()

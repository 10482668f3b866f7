# HEIRLOOM_PRECOMPILE: the presets that ./test builds parse the headers of the standard library and of
# GoogleTest once, which saves a sixth of their time. A file that forgets an include does not notice it
# there; dev, tidy and the packages' build are without. Asio, CLI11 and nlohmann-json are not among them:
# GCC 12 compiled every file that only saw them precompiled three times as long. Nor is what GCC 12
# optimises: there it sees an overflow in the precompiled std::string. With TESTS the library is optimised
# and its tests are not, and only they have precompiled headers; that takes 40 % off them.
set(HEIRLOOM_PRECOMPILE OFF CACHE STRING "Precompile the headers of others: OFF, TESTS or ON")
if(NOT HEIRLOOM_PRECOMPILE)
  function(heirloom_precompile)
  endfunction()
  return()
endif()

if(HEIRLOOM_CCACHE AND CMAKE_CXX_COMPILER_LAUNCHER STREQUAL HEIRLOOM_CCACHE)
  # What ccache asks for before it keeps a file that uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${HEIRLOOM_CCACHE})
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess> "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endif()

set(heirloom_precompiled
    <algorithm> <array> <chrono> <cstdint> <cstring> <functional> <map> <memory> <optional> <span> <string>
    <string_view> <utility> <variant> <vector>)

# heirloom_precompile(target [headers…]): the standard library and these headers, for one target.
# heirloom_precompile(target AS other): what is precompiled for another target. A user may have more
# definitions than `other`, not fewer; the other options are the same.
function(heirloom_precompile target)
  if(HEIRLOOM_PRECOMPILE STREQUAL "TESTS" AND NOT "heirloom_test_headers" IN_LIST ARGV)
    return()
  endif()
  if(ARGC EQUAL 3 AND ARGV1 STREQUAL "AS")
    target_precompile_headers(${target} REUSE_FROM ${ARGV2})
  else()
    target_precompile_headers(${target} PRIVATE ${heirloom_precompiled} ${ARGN})
  endif()
endfunction()

# The standard library for every library here.
if(HEIRLOOM_PRECOMPILE STREQUAL "TESTS")
  return()
endif()
add_library(heirloom_std_headers OBJECT ${CMAKE_CURRENT_LIST_DIR}/precompiled.cpp)
heirloom_warnings(heirloom_std_headers)
heirloom_precompile(heirloom_std_headers)

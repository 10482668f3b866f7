# HEIRLOOM_UNITY: the presets that ./test builds compile the library and the program several files at a time,
# which saves two fifths of the time. Two files of one library cannot have different things of one name there,
# even where each keeps its own to itself: heirloom_alone names those that have. dev, tidy and the packages'
# build compile every file by itself, so that each stands on its own includes.
option(HEIRLOOM_UNITY "Compile several files of a library at a time" OFF)
set(CMAKE_UNITY_BUILD ${HEIRLOOM_UNITY})

# heirloom_alone(target files…): files of `target`, in this folder, that are always compiled by themselves.
function(heirloom_alone target)
  set_source_files_properties(${ARGN} TARGET_DIRECTORY ${target} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# Installing: headers, library, CMake package, pkg-config file, program, manual pages, licence.
include(CMakePackageConfigHelpers)

set(heirloom_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/heirloom)

install(TARGETS heirloom EXPORT heirloom-targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
        FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT heirloom-targets NAMESPACE heirloom:: DESTINATION ${heirloom_package_folder})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/heirloom-config.cmake.in
  ${PROJECT_BINARY_DIR}/heirloom-config.cmake INSTALL_DESTINATION ${heirloom_package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/heirloom-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/heirloom-config.cmake
              ${PROJECT_BINARY_DIR}/heirloom-config-version.cmake
        DESTINATION ${heirloom_package_folder})

# A static library needs libcrypto at the user's link; a shared one brings it itself, which is what
# Requires.private means.
file(RELATIVE_PATH heirloom_pc_to_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file(${CMAKE_CURRENT_LIST_DIR}/heirloom.pc.in ${PROJECT_BINARY_DIR}/heirloom.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/heirloom.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(HEIRLOOM_BUILD_APP AND TARGET heirloom_program)
  install(TARGETS heirloom_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  file(GLOB heirloom_manual_pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/man/*.1)
  install(FILES ${heirloom_manual_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()

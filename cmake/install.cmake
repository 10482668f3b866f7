# Installing: headers, library, CMake package, pkg-config file, program, manual pages, systemd's unit,
# licence.
include(CMakePackageConfigHelpers)

set(heirloom_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/heirloom)

set(heirloom_installed heirloom)
if(HEIRLOOM_STATIC_TOO)
  # The same objects once more: both libraries for the time of one.
  add_library(heirloom_static STATIC $<TARGET_OBJECTS:heirloom>)
  set_target_properties(heirloom_static PROPERTIES OUTPUT_NAME heirloom LINKER_LANGUAGE CXX)
  target_compile_features(heirloom_static PUBLIC cxx_std_20)
  target_include_directories(heirloom_static INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(heirloom_static PRIVATE OpenSSL::Crypto CryptoPP::CryptoPP ZLIB::ZLIB)
  list(APPEND heirloom_installed heirloom_static)
endif()
install(TARGETS ${heirloom_installed} EXPORT heirloom-targets
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
              ${CMAKE_CURRENT_LIST_DIR}/FindCryptoPP.cmake
        DESTINATION ${heirloom_package_folder})

# A static library needs libcrypto, Crypto++ and zlib at the user's link; a shared one brings them itself,
# which is what Requires.private and Libs.private mean.
file(RELATIVE_PATH heirloom_pc_to_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file(${CMAKE_CURRENT_LIST_DIR}/heirloom.pc.in ${PROJECT_BINARY_DIR}/heirloom.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/heirloom.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# heirloom_manual(SECTION): the pages of a section of the manual.
function(heirloom_manual section)
  file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/man/*.${section})
  install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endfunction()

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
heirloom_manual(3)
if(HEIRLOOM_BUILD_APP AND TARGET heirloom_program)
  install(TARGETS heirloom_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  heirloom_manual(1)
  heirloom_manual(5)
  heirloom_manual(7)
  set(HEIRLOOM_SYSTEMD_UNITS ${CMAKE_INSTALL_PREFIX}/lib/systemd/system CACHE PATH
      "Where systemd's unit goes")
  configure_file(${PROJECT_SOURCE_DIR}/systemd/heirloom-reach@.service.in
                 ${PROJECT_BINARY_DIR}/systemd/heirloom-reach@.service @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/systemd/heirloom-reach@.service
          DESTINATION ${HEIRLOOM_SYSTEMD_UNITS})
endif()

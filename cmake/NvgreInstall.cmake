# What `cmake --install` puts where: the library with its headers, a CMake package and a pkg-config file; the command;
# and what a service needs.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# nvgre_library(FLOOR ...): joins floors into the one library that others build on, libnvgre.
# Only floors that need nothing but the C++ library may take part: a user links one archive.
function(nvgre_library)
  add_library(libnvgre STATIC)
  add_library(nvgre::nvgre ALIAS libnvgre)
  set_target_properties(libnvgre PROPERTIES OUTPUT_NAME nvgre EXPORT_NAME nvgre LINKER_LANGUAGE CXX
    ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
  target_compile_features(libnvgre PUBLIC cxx_std_23)
  target_include_directories(libnvgre INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  foreach(floor IN LISTS ARGN)
    get_target_property(type nvgre_${floor} TYPE)
    if(NOT type STREQUAL "INTERFACE_LIBRARY")
      target_sources(libnvgre PRIVATE $<TARGET_OBJECTS:nvgre_${floor}>)
    endif()
    get_target_property(directory nvgre_${floor} SOURCE_DIR)
    file(RELATIVE_PATH room "${PROJECT_SOURCE_DIR}" "${directory}")
    install(DIRECTORY "${directory}/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/${room}" COMPONENT development
      FILES_MATCHING PATTERN "*.h" PATTERN "*.def")
  endforeach()
  install(TARGETS libnvgre EXPORT nvgre ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
endfunction()

# nvgre_package(): the files by which find_package(nvgre) and pkg-config find the library.
function(nvgre_package)
  set(package "${CMAKE_INSTALL_LIBDIR}/cmake/nvgre")
  configure_package_config_file(cmake/nvgreConfig.cmake.in "${PROJECT_BINARY_DIR}/nvgreConfig.cmake"
    INSTALL_DESTINATION "${package}" NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  write_basic_package_version_file("${PROJECT_BINARY_DIR}/nvgreConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
  # The pkg-config file finds its prefix from its own place, so that `cmake --install --prefix` may move everything.
  file(RELATIVE_PATH NVGRE_PREFIX_FROM_PKGCONFIG "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" NVGRE_PREFIX_FROM_PKGCONFIG "${NVGRE_PREFIX_FROM_PKGCONFIG}")
  configure_file(cmake/nvgre.pc.in "${PROJECT_BINARY_DIR}/nvgre.pc" @ONLY)

  install(EXPORT nvgre FILE nvgreTargets.cmake NAMESPACE nvgre:: DESTINATION "${package}" COMPONENT development)
  install(FILES "${PROJECT_BINARY_DIR}/nvgreConfig.cmake" "${PROJECT_BINARY_DIR}/nvgreConfigVersion.cmake"
    DESTINATION "${package}" COMPONENT development)
  install(FILES "${PROJECT_BINARY_DIR}/nvgre.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
endfunction()

# nvgre_service(): the service manager's unit, examples of the configuration, the dissector, and the first pages.
function(nvgre_service)
  install(FILES packaging/systemd/nvgre.service DESTINATION lib/systemd/system COMPONENT runtime)
  install(FILES packaging/wireshark/nvgre.lua DESTINATION "${CMAKE_INSTALL_DATADIR}/nvgre/wireshark" COMPONENT runtime)
  install(DIRECTORY examples/ DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples" COMPONENT runtime FILES_MATCHING PATTERN "*.toml")
  install(FILES LICENSE README.md CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT runtime)
endfunction()

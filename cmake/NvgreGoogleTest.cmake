# GoogleTest for another system than this one, from the source that Debian's package googletest brings; it gives the
# targets that find_package(GTest) gives. They are absent where the source is.
set(NVGRE_GOOGLETEST_SOURCE "/usr/src/googletest" CACHE PATH "Where the source of GoogleTest is")
if(EXISTS "${NVGRE_GOOGLETEST_SOURCE}/CMakeLists.txt")
  set(INSTALL_GTEST OFF)
  # GoogleTest uses what MinGW declares beside the standard.
  set(CMAKE_CXX_EXTENSIONS ON)
  add_subdirectory("${NVGRE_GOOGLETEST_SOURCE}" "${PROJECT_BINARY_DIR}/googletest" EXCLUDE_FROM_ALL SYSTEM)
  set(CMAKE_CXX_EXTENSIONS OFF)
  foreach(library gtest gtest_main gmock)
    if(NOT TARGET GTest::${library})
      add_library(GTest::${library} ALIAS ${library})
    endif()
  endforeach()
endif()

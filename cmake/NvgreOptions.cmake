# Language, warnings and sanitizers: one interface target that every target of ours links.
option(NVGRE_BUILD_TESTS "Build the tests" ON)
option(NVGRE_FUZZ "Build the fuzz targets; clang with libFuzzer" OFF)
option(NVGRE_WERROR "Treat warnings as errors" ON)
# Wire, offload and NDIS need nothing but the C++ library, so that a Windows driver's user-mode harness can use them.
option(NVGRE_CORE_ONLY "Build wire/, offload/ and ndis/ with their unit tests, and nothing else" ${WIN32})
set(NVGRE_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them: address,undefined or thread")

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# A compiler cache makes a second build faster where there is one; nothing needs it.
find_program(NVGRE_CCACHE ccache)
if(NVGRE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${NVGRE_CCACHE}")
endif()

add_library(nvgre_options INTERFACE)
target_compile_options(nvgre_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Wcast-align -Woverloaded-virtual -Wimplicit-fallthrough)
if(NVGRE_WERROR)
  target_compile_options(nvgre_options INTERFACE -Werror)
endif()
if(NVGRE_SANITIZE)
  target_compile_options(nvgre_options INTERFACE -fsanitize=${NVGRE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(nvgre_options INTERFACE -fsanitize=${NVGRE_SANITIZE})
endif()

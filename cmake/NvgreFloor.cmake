# nvgre_floor(NAME LINKS ...): the library of one floor or wing, nvgre_NAME, from every .cc at and under its
# CMakeLists.txt. It links only the floors below it, so that what includes a higher floor does not link either.
function(nvgre_floor name)
  cmake_parse_arguments(FLOOR "" "" "LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  if(NOT sources)  # headers only: there is nothing to archive
    add_library(nvgre_${name} INTERFACE)
    target_include_directories(nvgre_${name} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
    target_link_libraries(nvgre_${name} INTERFACE ${FLOOR_LINKS})
    return()
  endif()
  add_library(nvgre_${name} STATIC ${sources})
  target_include_directories(nvgre_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_link_libraries(nvgre_${name} PUBLIC ${FLOOR_LINKS} PRIVATE $<BUILD_INTERFACE:nvgre_options>)
  if(NVGRE_FUZZ)  # libFuzzer looks for inputs that take ways through the floors which no other took
    target_compile_options(nvgre_${name} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

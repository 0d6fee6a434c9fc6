# nvgre_floor(NAME LINKS ...): the library of one floor or wing, from every .cc beside its CMakeLists.txt.
# It links only the floors below it, so that an include of a higher floor does not link either.
function(nvgre_floor name)
  cmake_parse_arguments(FLOOR "" "" "LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  add_library(nvgre_${name} STATIC ${sources})
  target_include_directories(nvgre_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_link_libraries(nvgre_${name} PUBLIC ${FLOOR_LINKS} PRIVATE $<BUILD_INTERFACE:nvgre_options>)
endfunction()

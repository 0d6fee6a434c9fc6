/// toml++, made safe for any input: the only place that includes it.
///
/// toml++ 3.3 asserts what some wrong documents break, for example "[" at the end of a line, where it would end the
/// program; without assertions it tells the compiler that this can't happen. Here a broken assertion is an exception,
/// in every build, and the exception an error of the document.
#pragma once

namespace nvgre::control {

/// toml++ met what it takes for impossible.
struct TomlDefect {};
[[noreturn]] inline void give_up_on_toml() {
  throw TomlDefect();
}

}  // namespace nvgre::control

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ASSERT(expression)                             \
  do {                                                      \
    if (!(expression)) ::nvgre::control::give_up_on_toml(); \
  } while (false)
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

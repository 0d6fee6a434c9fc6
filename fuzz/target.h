/// What a file NAME_fuzzer.cc provides, and what all of them use. libFuzzer calls a target with inputs that it makes
/// up; replay.cc calls it with the target's seeds and with every input that ever broke something.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "nvgre/wire/bytes.h"
#include "tests/support/sample_frame.h"

/// Runs the target once. Any bytes at all; returns 0, or does not return.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace nvgre::fuzz {

using test::ByteString;
using test::ByteStrings;

/// Inputs to start from, made by builders, so that no binary file has to be kept.
[[nodiscard]] ByteStrings seeds();

/// Ends the process where a promise is broken: libFuzzer and the tests take that for a finding.
inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

}  // namespace nvgre::fuzz

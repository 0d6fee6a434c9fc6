/// Bytes as they lie in a frame. Everything in nvgre that reads or writes headers takes one of these two spans.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace nvgre::wire {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

}  // namespace nvgre::wire

/// Generators of sample frames.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <rapidcheck.h>

#include "nvgre/wire/ip_address.h"
#include "tests/support/sample_frame.h"

namespace nvgre::test {

/// Any frame that can be cut: of either transport and any versions, with options, extension headers and tags, so that
/// its headers fit 256 bytes.
[[nodiscard]] inline SampleFrame any_frame(std::uint8_t protocol) {
  const auto version = [] { return *rc::gen::element(wire::IpVersion::kV4, wire::IpVersion::kV6); };
  const auto units = [](std::size_t unit, int most) {
    return unit * static_cast<std::size_t>(*rc::gen::inRange(0, most + 1));
  };
  SampleFrame frame{.inner = version(), .protocol = protocol};
  if (*rc::gen::arbitrary<bool>()) frame.outer = version();
  frame.payload_size = static_cast<std::size_t>(*rc::gen::inRange(1, 600));
  frame.lengths = *rc::gen::element(Lengths::kCorrect, Lengths::kZero, Lengths::kGarbage);
  frame.sequence = *rc::gen::arbitrary<std::uint32_t>();
  frame.flags =
      static_cast<std::uint16_t>(*rc::gen::inRange(0, 0x1000) & ~(tcp_flag::kSyn | tcp_flag::kRst | tcp_flag::kUrg));
  frame.inner_id = *rc::gen::arbitrary<std::uint16_t>();
  frame.outer_id = *rc::gen::arbitrary<std::uint16_t>();
  frame.outer_options = units(8, 2);
  frame.inner_options = units(8, 5);
  frame.tcp_options = units(4, 10);
  frame.tags.assign(units(1, 2), *rc::gen::arbitrary<std::uint16_t>());
  frame.first_payload_byte = *rc::gen::arbitrary<std::uint8_t>();
  return frame;
}

[[nodiscard]] inline SampleFrame any_frame() {
  return any_frame(*rc::gen::element<std::uint8_t>(6, 17));
}

/// Up to `most` offsets in ascending order, inside `size` bytes.
[[nodiscard]] inline std::vector<std::size_t> any_cuts(std::size_t size, int most) {
  const auto count = static_cast<std::size_t>(*rc::gen::inRange(0, most + 1));
  auto cuts = *rc::gen::container<std::vector<std::size_t>>(count, rc::gen::inRange<std::size_t>(0, size + 1));
  std::ranges::sort(cuts);
  return cuts;
}

}  // namespace nvgre::test

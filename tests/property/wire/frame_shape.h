/// Random frames of every shape that wire/ knows, as RapidCheck generates, prints and shrinks them.
#pragma once

#include <cstdint>
#include <ostream>

#include <rapidcheck.h>

#include "nvgre/wire/frame_builder.h"

namespace nvgre::wire::property {

/// What a generated frame holds; zero everywhere is the plainest frame.
struct FrameShape {
  std::uint8_t outer_tags = 0;  ///< 0 to 2.
  bool is_encapsulated = false;
  bool outer_v6 = false;
  std::uint8_t outer_extra = 0;  ///< 4 bytes of IPv4 options or 8 bytes of IPv6 extension each; 0 to 5.
  bool outer_fragment = false;
  bool has_gre_checksum = false;
  bool has_no_key = false;
  bool has_sequence = false;
  std::uint8_t inner_tags = 0;  ///< 0 to 2.
  bool inner_v6 = false;
  std::uint8_t inner_extra = 0;
  bool inner_fragment = false;
  std::uint8_t carried = 0;        ///< 0: TCP, 1: UDP, 2: ICMP, 3: GRE again, 4: ARP in place of IP.
  std::uint8_t tcp_options = 0;    ///< In units of 4 bytes; 0 to 10.
  std::uint16_t payload_size = 0;  ///< 0 to 1500 bytes.
};

std::ostream& operator<<(std::ostream& out, const FrameShape& shape);

/// The frame of this shape, with right lengths and checksums.
[[nodiscard]] FrameBuilder build(const FrameShape& shape);

}  // namespace nvgre::wire::property

namespace rc {

template <>
struct Arbitrary<nvgre::wire::property::FrameShape> {
  static Gen<nvgre::wire::property::FrameShape> arbitrary();
};

}  // namespace rc

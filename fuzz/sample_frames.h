/// Frames that seeds are made of: every shape that the engine knows by name.
#pragma once

#include "fuzz/target.h"

namespace nvgre::fuzz {

/// TCP, UDP, ICMP, ARP, ND and more, plain and encapsulated in every pairing of versions, with options, tags,
/// fragments.
[[nodiscard]] ByteStrings sample_frames();

/// Super-frames and requests as senders hand them down, of both transports in every pairing of versions.
[[nodiscard]] std::vector<test::SampleFrame> sample_requests();

}  // namespace nvgre::fuzz

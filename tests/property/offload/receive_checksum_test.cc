#include "nvgre/offload/receive_checksum.h"

#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/support/received_frames.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests

/// Bytes that a checksum covers, from and to.
struct Region {
  std::size_t begin;
  std::size_t end;
};

/// IPv4 headers, the addresses of the inner IPv6 header, and all of TCP or UDP. Left out is UDP's length: it says
/// itself how far the checksum reaches.
std::vector<Region> covered_regions(const wire::HeaderMap& map) {
  std::vector<Region> regions;
  if (map.outer_ip && map.outer_ip.is_v4()) regions.push_back({map.outer_ip.offset, map.outer_ip.end()});
  const std::size_t addresses = map.inner_ip.offset + 8U;
  if (map.inner_ip.is_v4())
    regions.push_back({map.inner_ip.offset, map.inner_ip.end()});
  else
    regions.push_back({addresses, addresses + 32});
  const std::size_t udp_length = map.transport.offset + 4U;
  if (map.transport.is_udp()) {
    regions.push_back({map.transport.offset, udp_length});
    regions.push_back({udp_length + 2, map.transport.payload_end});
  } else {
    regions.push_back({map.transport.offset, map.transport.payload_end});
  }
  return regions;
}

FrameBuilder any_frame() {
  const auto version = [] { return *rc::gen::element(IpVersion::kV4, IpVersion::kV6); };
  FrameBuilder builder = *rc::gen::arbitrary<bool>() ? tunnelled(version(), version()) : tenant(version());
  if (*rc::gen::arbitrary<bool>())
    builder.tcp(*rc::gen::arbitrary<std::uint16_t>(), 2).timestamps(*rc::gen::arbitrary<std::uint32_t>(), 3);
  else
    builder.udp(*rc::gen::arbitrary<std::uint16_t>(), 2);
  const auto payload = *rc::gen::arbitrary<ByteVector>();
  return builder.payload(payload).padded_to(*rc::gen::inRange<std::size_t>(0, 200));
}

RC_GTEST_PROP(ReceiveChecksumProperty, RXC_6_and_8_notice_any_change_of_one_covered_byte, ()) {
  ByteVector frame = any_frame().build();
  const auto map = wire::locate(frame);
  const ActiveOffloads all = ActiveOffloads::all();
  const ReceiveChecksum before = validate(frame, map, all);
  RC_ASSERT(before.transport_succeeded() && !before.ip_failed);
  const Region region = *rc::gen::elementOf(covered_regions(map));
  const auto offset = *rc::gen::inRange(region.begin, region.end);
  frame[offset] = static_cast<std::uint8_t>(frame[offset] + *rc::gen::inRange(1, 256));
  const ReceiveChecksum after = validate(frame, wire::locate(frame), all);
  // Something failed, or the header is not even one any more: in no case does all succeed as before.
  RC_ASSERT(after != before);
  RC_ASSERT(after.ip_failed || !after.transport_succeeded());
}

RC_GTEST_PROP(ReceiveChecksumProperty, RXC_2_at_most_one_of_a_pair_for_any_bytes, ()) {
  ByteVector frame = any_frame().build();
  const auto flips = *rc::gen::inRange<std::size_t>(0, 12);
  for (std::size_t i = 0; i < flips; ++i)
    frame[*rc::gen::inRange<std::size_t>(0, frame.size())] = *rc::gen::arbitrary<std::uint8_t>();
  frame.resize(*rc::gen::inRange<std::size_t>(0, frame.size() + 1));
  const ByteVector copy = frame;
  const auto map = wire::locate(frame);
  const ReceiveChecksum result = validate(frame, map, ActiveOffloads::all());
  RC_ASSERT(!(result.ip_failed && result.ip_succeeded));
  RC_ASSERT(!(result.tcp_failed && result.tcp_succeeded));
  RC_ASSERT(!(result.udp_failed && result.udp_succeeded));
  RC_ASSERT(!((result.tcp_failed || result.tcp_succeeded) && (result.udp_failed || result.udp_succeeded)));
  RC_ASSERT(frame == copy);                                                // RXC-4
  RC_ASSERT(validate(frame, map, ActiveOffloads()) == ReceiveChecksum());  // RXC-1
}

// With everything active, what is reported and what is judged are two views of the same.
RC_GTEST_PROP(ReceiveChecksumProperty, results_agree_with_verdicts, ()) {
  ByteVector frame = any_frame().build();
  if (*rc::gen::arbitrary<bool>())
    frame[*rc::gen::inRange<std::size_t>(0, frame.size())] = *rc::gen::arbitrary<std::uint8_t>();
  const auto map = wire::locate(frame);
  const ReceiveChecksum result = validate(frame, map, ActiveOffloads::all());
  const ChecksumVerdicts verdicts = judge_checksums(frame, map);
  RC_ASSERT(result.transport_succeeded() == (verdicts.transport == ChecksumVerdict::kGood));
  RC_ASSERT(result.transport_failed() == (verdicts.transport == ChecksumVerdict::kBad));
  RC_ASSERT(result.ip_failed ==
            (verdicts.outer_ip == ChecksumVerdict::kBad || verdicts.inner_ip == ChecksumVerdict::kBad));
}

}  // namespace
}  // namespace nvgre::offload

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "nvgre/offload/receive_checksum.h"
#include "nvgre/wire/checksum.h"
#include "tests/property/overlay/two_hosts.h"

namespace nvgre::overlay::test {
namespace {

/// A kernel's judgement of what a port was given: a finished checksum is right, an unfinished one holds the seed.
bool is_sound(const scenery::DeliveredUnit& unit) {
  const auto map = wire::locate(unit.bytes, {.follow_gre = false});
  if (map.problem || !map.transport) return false;
  if (!unit.metadata.needs_checksum)
    return offload::judge_checksums(unit.bytes, map).transport == offload::ChecksumVerdict::kGood;
  const auto seed = wire::pseudo_header_sum(wire::source_address(unit.bytes, map.inner_ip),
                                            wire::destination_address(unit.bytes, map.inner_ip), map.transport.protocol,
                                            map.transport.payload_end - map.transport.offset);
  return unit.metadata.checksum_start == map.transport.offset &&
         wire::load_big_endian<std::uint16_t>(unit.bytes, map.transport.offset + unit.metadata.checksum_offset) == seed;
}

/// Whatever the two hosts have switched on: what one tenant sends is what the other gets, and every packet between them
/// fits the underlay and has right checksums.
RC_GTEST_PROP(RoundTrip, carries_streams_and_datagrams_unchanged_and_in_order, ()) {
  const auto outer = *rc::gen::element(wire::IpVersion::kV4, wire::IpVersion::kV6);
  Host first(scenery::two_tenants(outer)), second(second_host(outer));
  first.offloads = any_offloads();
  second.offloads = any_offloads();
  first.underlay.mtu = *rc::gen::inRange<std::size_t>(1400, 9000);
  const bool takes_udp = *rc::gen::arbitrary<bool>();
  second.abilities.assign(2, {.accepts_units = *rc::gen::arbitrary<bool>(), .accepts_udp_units = takes_udp});

  Carried sent, received;
  std::map<FlowName, std::uint32_t> sequences;
  for (int i = *rc::gen::inRange(1, 12); i > 0; --i) {
    const Sent next = any_sent();
    const FlowName flow{next.is_udp, next.version, next.port};
    const auto frame = frame_of(next, sequences[flow]);
    sequences[flow] += static_cast<std::uint32_t>(next.payload);
    first.transmit("blue1", frame, metadata_of(next, frame));
    add_payload(sent, flow, {frame.end() - static_cast<std::ptrdiff_t>(next.payload), frame.end()}, next.segment_size);
  }
  RC_ASSERT(first.all_drops() == 0U);
  for (const auto& packet : first.wire.packets) {
    RC_ASSERT(packet.size() - 14 <= first.underlay.mtu);
    const auto verdicts = offload::judge_checksums(packet, wire::locate(packet));
    RC_ASSERT(verdicts.transport == offload::ChecksumVerdict::kGood);
    RC_ASSERT(verdicts.outer_ip != offload::ChecksumVerdict::kBad);
    RC_ASSERT(verdicts.inner_ip != offload::ChecksumVerdict::kBad);
  }
  second.receive_burst(first.wire.packets);
  RC_ASSERT(second.all_drops() == 0U);
  for (const auto& unit : second.ports.units) {
    RC_ASSERT(unit.port == second.port("blue2"));
    RC_ASSERT(is_sound(unit));
    const auto map = wire::locate(unit.bytes, {.follow_gre = false});
    const FlowName flow{map.transport.is_udp(), map.inner_ip.version,
                        wire::load_big_endian<std::uint16_t>(unit.bytes, map.transport.offset)};
    add_payload(received, flow, {unit.bytes.begin() + map.transport.end(), unit.bytes.end()},
                unit.metadata.segment_size);
  }
  RC_ASSERT(received == sent);
}

/// Frames without anything to finish arrive byte for byte, whatever they hold.
RC_GTEST_PROP(RoundTrip, carries_any_frame_byte_for_byte, ()) {
  const auto outer = *rc::gen::element(wire::IpVersion::kV4, wire::IpVersion::kV6);
  Host first(scenery::two_tenants(outer)), second(second_host(outer));
  second.offloads = offload::ActiveOffloads();
  auto payload = *rc::gen::container<ByteVector>(rc::gen::arbitrary<std::uint8_t>());
  payload.resize(std::min<std::size_t>(payload.size(), 1400));
  const auto type = *rc::gen::element<std::uint16_t>(0x0800, 0x86DD, 0x88B5, 0x0026);
  const auto frame = wire::FrameBuilder()
                         .ethernet(scenery::mac(1, 1), scenery::mac(1, 2))
                         .ether_type(wire::EtherType{type})
                         .payload(payload)
                         .build();
  first.transmit("blue1", frame);
  // What looks like ND but is none is refused; nothing else is.
  const bool may_look_like_discovery = type == static_cast<std::uint16_t>(wire::EtherType::kIpv6);
  RC_PRE(!may_look_like_discovery || first.drops(wire::DropReason::kMalformedMessage) == 0U);
  RC_ASSERT(first.all_drops() == 0U);
  second.receive_burst(first.wire.packets);
  RC_ASSERT(second.ports.units.size() == 1U);
  RC_ASSERT(second.ports.units[0].bytes == frame);
}

/// One byte changed in what a checksum covers: the tenant, checking as a kernel does, takes nothing that was not sent.
RC_GTEST_PROP(RoundTrip, lets_no_changed_byte_of_a_checksummed_region_pass_as_good, ()) {
  const auto outer = *rc::gen::element(wire::IpVersion::kV4, wire::IpVersion::kV6);
  Host first(scenery::two_tenants(outer)), second(second_host(outer));
  Sent sent = any_sent();
  sent.segment_size = 0;
  sent.payload = std::min<std::size_t>(sent.payload, 1000);
  const auto frame = frame_of(sent, 1);
  first.transmit("blue1", frame, metadata_of(sent, frame));
  auto packet = first.wire.packets.at(0);
  const auto map = wire::locate(packet);
  const auto at = *rc::gen::inRange<std::size_t>(map.transport.end(), packet.size());
  packet[at] = static_cast<std::uint8_t>(packet[at] ^ *rc::gen::inRange(1, 256));
  second.receive(packet);
  RC_ASSERT(second.ports.units.size() == 1U);
  RC_ASSERT(!is_sound(second.ports.units[0]));
  RC_ASSERT(second.counts().receive_checksum_bad == 1U);
}

}  // namespace
}  // namespace nvgre::overlay::test

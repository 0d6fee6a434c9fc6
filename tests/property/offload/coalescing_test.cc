/// Segments that LSO or USO cut, joined again; and any mixture of frames, of which nothing may be lost, doubled or
/// reordered.
#include "nvgre/offload/coalescing.h"

#include <map>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "nvgre/offload/segmentation.h"
#include "nvgre/wire/big_endian.h"
#include "tests/support/coalescing_batch.h"
#include "tests/support/packet_sinks.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests
using wire::TcpFlags;
using wire::TransportChecksum;

IpVersion any_version() {
  return *rc::gen::element(IpVersion::kV4, IpVersion::kV6);
}

/// A super-frame, before its transport checksum: tunnelled or not.
struct SuperFrame {
  std::optional<IpVersion> outer;
  FrameBuilder builder;
  std::size_t payload_bytes = 0;
  std::uint32_t mss = 0;
};

SuperFrame any_super_frame(std::size_t most_segments) {
  SuperFrame super;
  if (*rc::gen::arbitrary<bool>()) super.outer = any_version();
  const IpVersion inner = any_version();
  super.builder = super.outer ? tunnelled(*super.outer, inner) : tenant(inner);
  super.builder.traffic_class(*rc::gen::arbitrary<std::uint8_t>())
      .hop_limit(*rc::gen::inRange<std::uint8_t>(1, 255))
      .identification(*rc::gen::inRange<std::uint16_t>(0, 0x7FFF))
      .dont_fragment(*rc::gen::arbitrary<bool>());
  if (inner == IpVersion::kV6) super.builder.flow_label(*rc::gen::inRange<std::uint32_t>(0, 1 << 20));
  super.mss = *rc::gen::inRange<std::uint32_t>(1, 1500);
  const std::size_t most = std::min<std::size_t>(most_segments * super.mss, 60'000);
  super.payload_bytes = *rc::gen::inRange<std::size_t>(1, most + 1);
  return super;
}

/// The frame without its tunnel.
ByteVector inner_frame(const ByteVector& frame) {
  const auto offset = static_cast<std::ptrdiff_t>(wire::locate(frame).inner_link.offset);
  return {frame.begin() + offset, frame.end()};
}

/// Cuts a super-frame as the engine does, and takes the tunnel off each segment.
std::vector<ByteVector> segments_of(const SuperFrame& super, bool is_tcp) {
  FrameBuilder builder = super.builder;
  const ByteVector request_bytes = builder.transport_checksum(TransportChecksum::kSeedWithoutLength).build();
  const Bytes piece = request_bytes;
  const GatherList packet(&piece, 1);
  SendRequest request;
  request.packets = {&packet, 1};
  if (super.outer) request.supplemental.emplace().is_encapsulated = true;
  CollectingSink sink;
  if (is_tcp) {
    request.large_send.emplace().mss = super.mss;
    RC_ASSERT(segment_tcp(request, ActiveOffloads::all(), sink).succeeded());
  } else {
    request.udp_segmentation.emplace().mss = super.mss;
    RC_ASSERT(segment_udp(request, ActiveOffloads::all(), sink).succeeded());
  }
  std::vector<ByteVector> segments;
  for (const auto& segment : sink.packets) segments.push_back(inner_frame(ByteVector(segment.begin(), segment.end())));
  return segments;
}

RC_GTEST_PROP(CoalescingProperty, segment_then_coalesce_gives_the_tcp_super_frame_back, ()) {
  SuperFrame super = any_super_frame(256);
  super.builder.tcp(40000, 5201)
      .sequence_number(*rc::gen::arbitrary<std::uint32_t>())
      .acknowledgment_number(*rc::gen::arbitrary<std::uint32_t>())
      .window(*rc::gen::arbitrary<std::uint16_t>())
      .flags(TcpFlags::kAck | *rc::gen::element(TcpFlags::kNone, TcpFlags::kPsh, TcpFlags::kEce));
  if (*rc::gen::arbitrary<bool>())
    super.builder.timestamps(*rc::gen::arbitrary<std::uint32_t>(), *rc::gen::arbitrary<std::uint32_t>());
  super.builder.counting_payload(super.payload_bytes, *rc::gen::inRange<std::size_t>(0, 251));

  Batch batch;
  const auto segments = segments_of(super, true);
  for (const ByteVector& segment : segments) batch.add(segment).vsid = kBlue;
  const auto& units = batch.run();
  RC_ASSERT(units.size() == 1U);
  RC_ASSERT(units[0].segments == (segments.size() < 2 ? 0U : segments.size()));
  FrameBuilder complete = super.builder;
  RC_ASSERT(units[0].bytes == inner_frame(complete.transport_checksum(TransportChecksum::kComplete).build()));
}

RC_GTEST_PROP(CoalescingProperty, segment_then_coalesce_gives_the_udp_super_frame_back, ()) {
  SuperFrame super = any_super_frame(64);
  super.builder.udp(5000, 5001).counting_payload(super.payload_bytes, *rc::gen::inRange<std::size_t>(0, 251));
  Batch batch;
  const auto segments = segments_of(super, false);
  for (const ByteVector& segment : segments) batch.add(segment).vsid = kBlue;
  const auto& units = batch.run();
  RC_ASSERT(units.size() == 1U);
  FrameBuilder complete = super.builder;
  RC_ASSERT(units[0].bytes == inner_frame(complete.transport_checksum(TransportChecksum::kComplete).build()));
}

// Where the rules do not allow one unit (CWR is the first segment's, FIN the last one's), payload and order remain.
RC_GTEST_PROP(CoalescingProperty, segment_then_coalesce_keeps_payload_and_order, ()) {
  SuperFrame super = any_super_frame(300);
  super.builder.tcp(40000, 5201)
      .sequence_number(*rc::gen::arbitrary<std::uint32_t>())
      .flags(TcpFlags::kAck | *rc::gen::element(TcpFlags::kCwr, TcpFlags::kFin, TcpFlags::kCwr | TcpFlags::kFin))
      .counting_payload(super.payload_bytes);
  Batch batch;
  for (const ByteVector& segment : segments_of(super, true)) batch.add(segment);
  ByteVector payload;
  for (const DeliveredUnit& unit : batch.run()) {
    payload.insert(payload.end(), unit.payload().begin(), unit.payload().end());
    RC_ASSERT(has_right_transport_checksum(unit.bytes) && has_right_ip_checksum(unit.bytes));
  }
  const ByteVector whole = super.builder.build();
  RC_ASSERT(payload == ByteVector(whole.end() - static_cast<std::ptrdiff_t>(super.payload_bytes), whole.end()));
}

/// One of several flows, as a frame's addresses, protocol, ports and consumer tell.
using Flow = std::tuple<IpVersion, bool, std::uint16_t, std::uint32_t>;

/// A frame of some flow, with or without one of the things that end units.
FrameBuilder any_frame_of(const Flow& flow, std::uint32_t& sequence) {
  const auto& [version, is_tcp, port, consumer] = flow;
  FrameBuilder builder = tenant(version);
  builder.hop_limit(*rc::gen::weightedElement<std::uint8_t>({{9, 64}, {1, 63}}));
  builder.traffic_class(*rc::gen::weightedElement<std::uint8_t>({{9, 0}, {1, 3}}));
  if (*rc::gen::weightedElement<bool>({{19, false}, {1, true}})) {
    if (version == IpVersion::kV4) builder.ip_options(ByteVector(4, 1));
    if (version == IpVersion::kV6) builder.padding_extension(IpProtocol::kDestinationOptions, 8);
  }
  const std::size_t size = *rc::gen::weightedElement<std::size_t>({{8, 100}, {2, 99}, {1, 101}, {1, 0}});
  if (is_tcp) {
    builder.tcp(port, 80).sequence_number(sequence).window(
        *rc::gen::weightedElement<std::uint16_t>({{9, 500}, {1, 501}}));
    builder.flags(TcpFlags::kAck | *rc::gen::weightedElement<TcpFlags>(
                                       {{9, TcpFlags::kNone}, {2, TcpFlags::kPsh}, {1, TcpFlags::kFin}}));
    if (*rc::gen::weightedElement<bool>({{9, false}, {1, true}})) builder.timestamps(1, 2);
    sequence += static_cast<std::uint32_t>(size) + *rc::gen::weightedElement<std::uint32_t>({{9, 0}, {1, 50}});
  } else {
    builder.udp(port, 80);
  }
  if (*rc::gen::weightedElement<bool>({{19, false}, {1, true}})) builder.transport_checksum(0x1234);
  return builder.counting_payload(size, sequence);
}

RC_GTEST_PROP(CoalescingProperty, RSC_22_no_frame_is_lost_doubled_or_reordered_in_its_flow, ()) {
  const auto form = *rc::gen::element(UnitChecksums::kComplete, UnitChecksums::kPartial);
  Batch batch(form, {.flows = *rc::gen::inRange<std::size_t>(1, 9), .segments = *rc::gen::inRange<std::size_t>(1, 9)});
  std::map<Flow, std::uint32_t> sequences;
  std::map<Flow, ByteVector> sent;
  std::map<Flow, ByteVector> received;
  for (std::size_t i = 0; i < 60; ++i) {
    const Flow flow(any_version(), *rc::gen::arbitrary<bool>(), *rc::gen::inRange<std::uint16_t>(1, 3),
                    *rc::gen::inRange<std::uint32_t>(0, 2));
    ReceivedFrame& frame = batch.add(any_frame_of(flow, sequences[flow]));
    frame.consumer = std::get<3>(flow);
    const Bytes payload = frame.bytes.first(frame.map.transport.payload_end).subspan(frame.map.transport.end());
    sent[flow].insert(sent[flow].end(), payload.begin(), payload.end());
  }
  for (const DeliveredUnit& unit : batch.run()) {
    const auto port = wire::load_big_endian<std::uint16_t>(unit.bytes, unit.map.transport.offset);
    const Flow flow(unit.map.inner_ip.version, unit.map.transport.is_tcp(), port, unit.consumer);
    received[flow].insert(received[flow].end(), unit.payload().begin(), unit.payload().end());
    if (unit.segments > 1 && form == UnitChecksums::kComplete)
      RC_ASSERT(has_right_transport_checksum(unit.bytes) && has_right_ip_checksum(unit.bytes));
    RC_ASSERT(unit.duplicate_acknowledgments == 0U);  // RSC-21
  }
  RC_ASSERT(received == sent);
}

}  // namespace
}  // namespace nvgre::offload

// The endpoint's send side on any frames of a tenant, each behind its virtio-net header: every frame has one outcome,
// and what goes to the wire is NVGRE of the right subnet that fits the path and verifies. Input: [policy][offloads],
// then for each frame [port][header of 10 bytes][bytes' size][bytes ...
#include <deque>

#include "fuzz/input.h"
#include "fuzz/overlay_host.h"
#include "fuzz/reference.h"
#include "fuzz/sample_frames.h"
#include "fuzz/target.h"
#include "nvgre/datapath/userspace/vnet_header.h"
#include "nvgre/wire/frame_builder.h"
#include "nvgre/wire/locate.h"
#include "tests/support/exact_copy.h"

namespace {

using namespace nvgre;  // NOLINT(google-build-using-namespace): a fuzz target is the top of everything
using namespace nvgre::datapath::userspace;  // NOLINT(google-build-using-namespace)
using overlay::PortFrame;

constexpr std::uint8_t kHasTag = 8, kPortsTakeUnits = 16, kKeepSeed = 32;

/// Gives the frame the seed that a kernel gives: of the whole super-frame's length.
bool plant_seed(wire::MutableBytes frame, const offload::FrameMetadata& metadata) {
  const auto map = wire::locate(frame, {.max_header_size = SIZE_MAX, .follow_gre = false, .ignore_lengths = true});
  if (!metadata.needs_checksum || metadata.checksum_start != map.transport.offset) return false;
  return fuzz::plant_seed(frame, map, static_cast<std::uint32_t>(frame.size() - map.transport.offset));
}

/// @return Whether the frame is a super-frame of which right segments have to come.
bool add(std::vector<PortFrame>& frames, std::deque<test::ExactCopy>& storage, fuzz::Input& input) {
  const auto choice = input.byte();
  const test::ExactCopy header(input.bytes(kVnetHeaderSize));
  storage.emplace_back(input.piece());
  if (header.bytes().size() < kVnetHeaderSize) return true;
  const auto metadata = read_vnet_header(header.bytes(), storage.back().bytes().size());
  if (!metadata) return true;  // the data plane refuses it
  PortFrame frame{.port = choice % 3U, .bytes = storage.back().bytes(), .tag_control = {}, .metadata = *metadata};
  if ((choice & kHasTag) != 0) frame.tag_control = choice;
  frames.push_back(frame);
  return metadata->is_super_frame() && (choice & kKeepSeed) == 0 &&
         plant_seed(storage.back().mutable_bytes(), *metadata);
}

void judge_packet(const test::ByteString& packet, bool all_super_frames) {
  const auto map = wire::locate(packet, {.max_header_size = SIZE_MAX});
  fuzz::require(map.encapsulation == wire::Encapsulation::kNvgre && map.inner_link, "what is sent is NVGRE");
  fuzz::require(!map.problem || map.problem_is_inner, "and its tunnel headers are sound");
  fuzz::require(map.gre.vsid() == overlay::scenery::kBlue || map.gre.vsid() == overlay::scenery::kRed,
                "of our subnets");
  fuzz::require(map.inner_link.tag_count == 0, "the inner frame has no tag");  // OVL-5
  fuzz::require(packet.size() == map.outer_ip.payload_end, "the outer length ends where the packet does");
  fuzz::require(packet.size() - map.outer_ip.offset <= fuzz::underlay().mtu, "it fits the path");
  fuzz::require(fuzz::ip_header_verifies(packet, map.outer_ip), "the outer IP checksum verifies");
  if (!all_super_frames) return;  // what is no request goes as it came, a wrong checksum included
  fuzz::require(map.transport && map.inner_ip.payload_end == packet.size(), "a segment is whole");
  fuzz::require(fuzz::ip_header_verifies(packet, map.inner_ip), "a segment's IP checksum verifies");
  fuzz::require(fuzz::transport_verifies(packet, map).value_or(true), "a segment's transport checksum verifies");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto which_policy = input.byte();
  const auto choice = input.byte();
  fuzz::OverlayHost host(which_policy, choice, (choice & kPortsTakeUnits) != 0);
  std::vector<PortFrame> frames;
  std::deque<test::ExactCopy> storage;
  bool all_super_frames = true;
  while (!input.is_empty()) all_super_frames &= add(frames, storage, input);
  const auto before = host.endpoint.counts();
  host.transmit(frames);

  const auto counts = host.endpoint.counts();
  fuzz::require(counts.frames_from_ports - before.frames_from_ports == frames.size(), "every frame is counted");
  fuzz::require(counts.frames_from_ports == counts.frames_encapsulated + counts.frames_local + counts.frames_answered +
                                                counts.frames_held + offload::total(counts.drops),
                "every frame has one outcome");
  fuzz::require(counts.packets_to_underlay - before.packets_to_underlay == host.wire.packets.size(),
                "every packet is counted");
  fuzz::require(counts.frames_to_ports - before.frames_to_ports == host.ports.units.size(),
                "every frame to a port is counted");
  for (const auto& packet : host.wire.packets) judge_packet(packet, all_super_frames);
  return 0;
}

namespace {

/// A frame of tenant host 1 and the header that asks for it to be cut at `mss`, or finished (0), or neither.
fuzz::InputWriter& add_frame(fuzz::InputWriter& input, wire::Bytes frame, std::uint16_t mss, bool needs_checksum) {
  const auto map = wire::locate(frame, {.follow_gre = false, .ignore_lengths = true});
  offload::FrameMetadata metadata;
  metadata.needs_checksum = needs_checksum;
  metadata.checksum_start = static_cast<std::uint16_t>(map.transport.offset);
  metadata.checksum_offset = map.transport.is_tcp() ? 16 : 6;
  metadata.segment_size = mss;
  if (mss != 0) {
    metadata.segmentation = map.transport.is_udp() ? offload::SegmentationKind::kUdp
                            : map.inner_ip.is_v4() ? offload::SegmentationKind::kTcpV4
                                                   : offload::SegmentationKind::kTcpV6;
  }
  fuzz::ByteString header(kVnetHeaderSize);
  write_vnet_header(metadata, header);
  return input.byte(0).bytes(header).piece(frame);
}

}  // namespace

fuzz::ByteStrings fuzz::seeds() {
  using namespace overlay::scenery;  // NOLINT(google-build-using-namespace)
  ByteStrings seeds;
  for (std::size_t which = 0; which < kPolicyCount; ++which) {
    for (const std::uint8_t to : {2, 3, 9}) {
      for (const bool is_v4 : {true, false}) {
        wire::FrameBuilder start;
        start.ethernet(mac(1, 1), mac(1, to));
        if (is_v4)
          start.ip(customer_v4(1).ip(), customer_v4(to).ip());
        else
          start.ip(customer_v6(1).ip(), customer_v6(to).ip());
        auto tcp = start, udp = start;
        const auto super_frame =
            tcp.tcp(40000, 5201).counting_payload(3000).transport_checksum(wire::TransportChecksum::kSeed).build();
        const auto datagrams =
            udp.udp(4000, 5000).counting_payload(2000).transport_checksum(wire::TransportChecksum::kSeed).build();
        InputWriter burst;
        burst.byte(which).byte(kPortsTakeUnits);
        add_frame(burst, super_frame, 1400, true);
        add_frame(burst, datagrams, 900, true);
        seeds.push_back(burst.input());
        seeds.push_back(
            add_frame(InputWriter().byte(which).byte(0), wire::Bytes(super_frame).first(800), 0, true).input());
      }
    }
    for (const auto& frame : sample_frames())
      seeds.push_back(add_frame(InputWriter().byte(which).byte(0), frame, 0, false).input());
  }
  return seeds;
}

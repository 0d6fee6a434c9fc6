// Any frames in one batch: nothing is lost, doubled or reordered in its flow (RSC-22), and what was joined verifies by
// a slow sum, whichever form its checksum leaves in (RSC-23, RSC-24). Input: [form and offloads][flows][segments], then
// for each frame [who gets it][bytes' size][bytes ...
#include <map>
#include <tuple>

#include "fuzz/input.h"
#include "fuzz/reference.h"
#include "fuzz/sample_frames.h"
#include "fuzz/target.h"
#include "nvgre/offload/coalescing.h"
#include "nvgre/offload/segmentation.h"
#include "nvgre/wire/frame_builder.h"
#include "nvgre/wire/ip.h"
#include "nvgre/wire/locate.h"
#include "tests/support/coalescing_batch.h"
#include "tests/support/exact_copy.h"

namespace {

using namespace nvgre;  // NOLINT(google-build-using-namespace): a fuzz target is the top of everything
using offload::UnitChecksums;
using test::ByteString;

constexpr std::uint8_t kPartial = 1, kNoV4 = 2, kNoV6 = 4, kNoUdp = 8;
constexpr std::uint8_t kOtherConsumer = 1, kHasVsid = 2, kNoUnits = 4, kNoUdpUnits = 8;

/// Consumer, VSID, protocol, MAC pair, addresses and ports (RSC-2); a frame without a transport header is in no flow.
using FlowName = std::tuple<std::uint32_t, bool, bool, ByteString>;

std::optional<FlowName> flow_of(wire::Bytes frame, const wire::HeaderMap& map, std::uint32_t consumer, bool has_vsid) {
  if (!map.transport) return std::nullopt;
  const auto macs = frame.subspan(map.inner_link.offset, 12);
  ByteString name(macs.begin(), macs.end());
  for (const auto& address :
       {wire::source_address(frame, map.inner_ip), wire::destination_address(frame, map.inner_ip)})
    name.insert(name.end(), address.bytes().begin(), address.bytes().end());
  const auto ports = frame.subspan(map.transport.offset, 4);
  name.insert(name.end(), ports.begin(), ports.end());
  return FlowName(consumer, has_vsid, map.transport.is_tcp(), name);
}

wire::Bytes payload_of(wire::Bytes frame, const wire::HeaderMap& map) {
  return frame.first(std::min<std::size_t>(map.transport.payload_end, frame.size())).subspan(map.transport.end());
}

/// What goes in and what comes out: payload by flow, and whole frames where there is no flow.
struct Traffic {
  std::map<FlowName, ByteString> payload;
  std::vector<ByteString> others;

  void add(wire::Bytes frame, const wire::HeaderMap& map, std::uint32_t consumer, bool has_vsid) {
    if (const auto flow = flow_of(frame, map, consumer, has_vsid)) {
      const auto bytes = payload_of(frame, map);
      payload[*flow].insert(payload[*flow].end(), bytes.begin(), bytes.end());
    } else {
      others.emplace_back(frame.begin(), frame.end());
    }
  }
  bool operator==(const Traffic&) const = default;
};

/// A unit whose checksum field holds the pseudo-header sum, finished as a card would.
void finish(ByteString& unit, const offload::FrameMetadata& metadata) {
  const auto sum = static_cast<std::uint16_t>(~test::slow_sum(wire::Bytes(unit).subspan(metadata.checksum_start)));
  const std::size_t field = metadata.checksum_start + std::size_t{metadata.checksum_offset};
  unit[field] = static_cast<std::uint8_t>(sum >> 8);
  unit[field + 1] = static_cast<std::uint8_t>(sum);
}

void judge(test::DeliveredUnit unit) {
  if (unit.segments < 2) return;
  if (unit.metadata.needs_checksum) finish(unit.bytes, unit.metadata);
  const auto map = wire::locate(unit.bytes, {.follow_gre = false});
  fuzz::require(map.inner_ip.payload_end == unit.bytes.size(), "the unit's IP length is its size");
  fuzz::require(fuzz::ip_header_verifies(unit.bytes, map.inner_ip), "the unit's IP checksum verifies");
  fuzz::require(fuzz::transport_verifies(unit.bytes, map).value_or(true), "the unit's transport checksum verifies");
  fuzz::require(unit.duplicate_acknowledgments == 0, "no duplicate acknowledgments are counted");  // RSC-21
}

offload::ActiveOffloads offloads_of(std::uint8_t choice) {
  auto offloads = offload::ActiveOffloads::all();
  offloads.rsc = {(choice & kNoV4) == 0, (choice & kNoV6) == 0};
  offloads.udp_coalescing = (choice & kNoUdp) == 0;
  return offloads;
}

offload::ReceivedFrame received_frame(wire::Bytes bytes, std::uint8_t choice) {
  offload::ReceivedFrame frame;
  frame.bytes = bytes;
  frame.map = wire::locate(bytes, {.follow_gre = false});
  frame.checksum = offload::validate(bytes, frame.map, offload::ActiveOffloads::all());
  frame.consumer = choice & kOtherConsumer;
  if ((choice & kHasVsid) != 0) frame.vsid = test::kBlue;
  frame.accepts_units = (choice & kNoUnits) == 0;
  frame.accepts_udp_units = (choice & kNoUdpUnits) == 0;
  return frame;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto choice = input.byte();
  const auto form = (choice & kPartial) != 0 ? UnitChecksums::kPartial : UnitChecksums::kComplete;
  const offload::CoalescingLimits limits{.flows = 1U + input.byte() % 8, .segments = 1U + input.byte() % 64};
  offload::Coalescer coalescer(form, limits);
  test::Collector collector;
  const auto offloads = offloads_of(choice);

  Traffic given;
  std::deque<test::ExactCopy> storage;
  while (!input.is_empty()) {
    const auto who = input.byte();
    storage.emplace_back(input.piece());
    const auto frame = received_frame(storage.back().bytes(), who);
    given.add(frame.bytes, frame.map, frame.consumer, frame.vsid.has_value());
    coalescer.add(frame, offloads, collector);
  }
  coalescer.finish(collector);

  Traffic delivered;
  for (const auto& unit : collector.units) {
    judge(unit);
    delivered.add(unit.bytes, unit.map, unit.consumer, unit.vsid.has_value());
  }
  fuzz::require(collector.units.size() <= storage.size(), "no more units than frames");
  fuzz::require(delivered == given, "nothing is lost, doubled or reordered in its flow");
  return 0;
}

namespace {

/// Segments of one stream, each the given number of bytes, as one input.
fuzz::ByteString stream(const wire::FrameBuilder& start, bool is_tcp, std::initializer_list<std::size_t> sizes) {
  fuzz::InputWriter input;
  input.byte(0).byte(7).byte(63);
  std::uint32_t sequence = 0xFFFF'FFF0;
  for (const auto size : sizes) {
    auto builder = start;
    if (is_tcp)
      builder.tcp(40000, 5201).sequence_number(sequence).timestamps(1, 2);
    else
      builder.udp(5000, 5001);
    input.byte(kHasVsid).piece(builder.counting_payload(size).build());
    sequence += static_cast<std::uint32_t>(size);
  }
  return input.input();
}

}  // namespace

fuzz::ByteStrings fuzz::seeds() {
  ByteStrings seeds;
  for (const auto version : {wire::IpVersion::kV4, wire::IpVersion::kV6}) {
    for (const bool is_tcp : {true, false}) {
      seeds.push_back(stream(test::tenant(version), is_tcp, {30, 30, 30, 11}));
      seeds.push_back(stream(test::tenant(version), is_tcp, {20, 0, 20, 21, 20}));
      seeds.back()[0] = kPartial;
    }
  }
  InputWriter mixture;
  mixture.byte(0).byte(1).byte(2);
  for (const auto& frame : sample_frames()) {
    mixture.byte(0).piece(frame);
    seeds.push_back(InputWriter().byte(0).byte(7).byte(63).byte(0).piece(frame).input());
  }
  seeds.push_back(mixture.input());
  return seeds;
}

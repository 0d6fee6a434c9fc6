// The endpoint's receive side on bursts of any packets: received = delivered + refused, nothing goes to a port that
// there is not, and what a port is given has a virtio-net header that a kernel accepts. Input: [policy][offloads], then
// for each packet [tag and metadata][bytes' size][bytes ...
#include <deque>

#include "fuzz/input.h"
#include "fuzz/overlay_host.h"
#include "fuzz/sample_frames.h"
#include "fuzz/target.h"
#include "nvgre/datapath/userspace/vnet_header.h"
#include "tests/support/exact_copy.h"

namespace {

using namespace nvgre;  // NOLINT(google-build-using-namespace): a fuzz target is the top of everything
using overlay::UnderlayFrame;

constexpr std::uint8_t kHasTag = 1, kHasMetadata = 2, kPortsTakeUnits = 16;

/// A packet as a packet socket hands it over: its virtio-net header in front.
void add(std::vector<UnderlayFrame>& frames, std::deque<test::ExactCopy>& storage, fuzz::Input& input) {
  using namespace datapath::userspace;  // NOLINT(google-build-using-namespace)
  const auto choice = input.byte();
  UnderlayFrame frame;
  if ((choice & kHasTag) != 0) frame.tag_control = input.word();
  wire::Bytes header;
  if ((choice & kHasMetadata) != 0) header = input.bytes(kVnetHeaderSize);
  storage.emplace_back(input.piece());
  frame.bytes = storage.back().mutable_bytes();
  if (header.size() == kVnetHeaderSize) {
    const auto metadata = read_vnet_header(header, frame.bytes.size());
    if (!metadata) return;  // the data plane refuses it
    frame.metadata = *metadata;
  }
  frames.push_back(frame);
}

void judge(const test::DeliveredUnit& unit) {
  using namespace datapath::userspace;  // NOLINT(google-build-using-namespace)
  fuzz::require(unit.consumer < 3, "only ports that there are get frames");
  fuzz::require(unit.bytes.size() >= 14, "a frame has an Ethernet header");
  fuzz::ByteString header(kVnetHeaderSize);
  write_vnet_header(unit.metadata, header);
  fuzz::require(read_vnet_header(header, unit.bytes.size()).has_value(), "the metadata describes the frame");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto which_policy = input.byte();
  const auto choice = input.byte();
  fuzz::OverlayHost host(which_policy, choice, (choice & kPortsTakeUnits) != 0);
  std::vector<UnderlayFrame> frames;
  std::deque<test::ExactCopy> storage;
  while (!input.is_empty()) add(frames, storage, input);
  const auto before = host.endpoint.counts();
  host.receive(frames);

  const auto counts = host.endpoint.counts();
  fuzz::require(counts.packets_from_underlay - before.packets_from_underlay == frames.size(),
                "every packet is counted");
  fuzz::require(counts.packets_from_underlay ==
                    counts.packets_decapsulated + counts.vendor_packets + offload::total(counts.drops),
                "received = delivered + refused");
  fuzz::require(counts.frames_to_ports - before.frames_to_ports == host.ports.units.size(), "every unit is counted");
  for (const auto& unit : host.ports.units) judge(unit);
  return 0;
}

fuzz::ByteStrings fuzz::seeds() {
  ByteStrings seeds;
  for (std::size_t which = 0; which < kPolicyCount; ++which) {
    InputWriter burst;
    burst.byte(which).byte(kPortsTakeUnits);
    for (const auto& frame : sample_frames()) {
      burst.byte(0).piece(frame);
      InputWriter one;
      one.byte(which).byte(kPortsTakeUnits).byte(kHasTag).word(100).piece(frame);
      seeds.push_back(one.input());
      one = InputWriter();
      one.byte(which).byte(0).byte(kHasMetadata).bytes(ByteString(10)).piece(frame);
      seeds.push_back(one.input());
    }
    seeds.push_back(burst.input());
  }
  return seeds;
}

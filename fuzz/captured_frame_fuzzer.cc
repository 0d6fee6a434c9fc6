// What the offline tools do to any frame: segmentation and checksums are done whole or not at all, and what is done
// verifies by a slow sum; what is unwrapped lies inside the packet. Input: [how][MSS][bytes that were not
// captured][bytes
// ...
#include <algorithm>

#include "fuzz/input.h"
#include "fuzz/reference.h"
#include "fuzz/sample_frames.h"
#include "fuzz/target.h"
#include "nvgre/offload/finished_frame.h"
#include "nvgre/overlay/captured_packet.h"
#include "nvgre/wire/locate.h"
#include "tests/support/exact_copy.h"
#include "tests/support/packet_sinks.h"

namespace {

using namespace nvgre;  // NOLINT(google-build-using-namespace): a fuzz target is the top of everything
using offload::FrameTreatment;

constexpr std::uint8_t kSeeded = 1, kWithFittingFrames = 2;

void judge_outcome(const FrameTreatment& treatment, const test::CollectingSink& sink) {
  const bool is_done = treatment.outcome == FrameTreatment::Outcome::kDone;
  fuzz::require(treatment.reason.has_value() == (treatment.outcome == FrameTreatment::Outcome::kRefused),
                "refused with a reason, and nothing else");
  fuzz::require(sink.packets.size() == treatment.packet_count && (treatment.packet_count != 0) == is_done,
                "done whole or not at all");
}

/// @param transport_is_right  The seed in the transport checksum field was, or did not matter.
/// @return                    Where its headers are.
wire::HeaderMap judge_packet(wire::Bytes packet, bool transport_is_right) {
  const auto map = wire::locate(packet);
  fuzz::require(!map.obstacle || map.obstacle == wire::DropReason::kOuterFragment, "what is done is understood");
  fuzz::require(fuzz::ip_header_verifies(packet, map.outer_ip), "the outer IP checksum verifies");
  fuzz::require(fuzz::ip_header_verifies(packet, map.inner_ip), "the inner IP checksum verifies");
  fuzz::require(!transport_is_right || fuzz::transport_verifies(packet, map).value_or(true),
                "the transport checksum verifies");
  return map;
}

void fill(wire::Bytes frame, offload::ChecksumField field) {
  test::CollectingSink sink;
  const auto treatment = offload::fill_checksums(frame, field, sink);
  judge_outcome(treatment, sink);
  if (sink.packets.empty()) return;
  fuzz::require(sink.packets.size() == 1 && sink.packets[0].size() == frame.size(), "one frame of the same size");
  judge_packet(sink.packets[0], field == offload::ChecksumField::kAnything);
}

void cut(wire::Bytes frame, const offload::SegmentationWish& wish) {
  test::CollectingSink sink;
  judge_outcome(offload::segment_frame(frame, wish, sink), sink);
  if (sink.packets.empty()) return;
  test::ByteString joined;
  for (const auto& packet : sink.packets) {
    const auto map = judge_packet(packet, true);
    const auto payload = wire::Bytes(packet).subspan(map.transport.end());
    fuzz::require(payload.size() <= wish.mss && !payload.empty(), "a segment has at most MSS bytes");
    joined.insert(joined.end(), payload.begin(), payload.end());
  }
  const auto payload = frame.subspan(wire::locate(frame, {.ignore_lengths = true}).transport.end());
  fuzz::require(joined.size() <= payload.size() && std::ranges::equal(joined, payload.first(joined.size())),
                "segments joined are the payload");
}

void unwrap(wire::Bytes captured, std::size_t packet_size) {
  test::ExactCopy packet(captured);
  const auto frame = overlay::unwrap(packet.mutable_bytes(), packet_size);
  if (!frame) return fuzz::require(std::ranges::equal(packet.bytes(), captured), "a refused packet is not changed");
  fuzz::require(frame->vsid.is_tenant() && frame->bytes.size() >= 14, "an Ethernet frame of a tenant");
  fuzz::require(frame->bytes.size() <= frame->size && frame->size < packet_size, "the frame lies in its packet");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto how = input.byte();
  const std::uint32_t mss = input.word();
  const std::size_t not_captured = input.word();
  const test::ExactCopy frame(input.rest());
  fill(frame.bytes(), (how & kSeeded) != 0 ? offload::ChecksumField::kSeed : offload::ChecksumField::kAnything);
  cut(frame.bytes(), {.mss = mss, .with_fitting_frames = (how & kWithFittingFrames) != 0});
  unwrap(frame.bytes(), frame.bytes().size() + not_captured);
  return 0;
}

fuzz::ByteStrings fuzz::seeds() {
  ByteStrings seeds;
  const auto add = [&seeds](std::size_t how, std::size_t not_captured, wire::Bytes frame) {
    seeds.push_back(InputWriter().byte(how).word(40).word(not_captured).bytes(frame).input());
  };
  for (const auto& frame : sample_frames()) {
    add(0, 0, frame);
    add(kSeeded | kWithFittingFrames, 100, frame);
  }
  for (const auto& request : sample_requests()) add(0, 0, write(request));
  return seeds;
}

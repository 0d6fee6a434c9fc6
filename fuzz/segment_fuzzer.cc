// Requests of every kind for any bytes: refused whole or sent whole; segments joined are the payload, each of them
// verifies by a slow sum, and neither the split of the packet nor the sink's room changes a byte (LSO-5, LOC-17,
// USO-16). Input: [kind][slots][mss][tag][offsets of the supplemental slot][split][bytes ...
#include <algorithm>

#include "fuzz/input.h"
#include "fuzz/reference.h"
#include "fuzz/sample_frames.h"
#include "fuzz/target.h"
#include "nvgre/offload/segmentation.h"
#include "nvgre/wire/locate.h"
#include "tests/support/exact_copy.h"
#include "tests/support/submission.h"

namespace {

using namespace nvgre;  // NOLINT(google-build-using-namespace): a fuzz target is the top of everything
using offload::SendRequest;
using test::Submission;

enum class Kind : std::uint8_t { kLso, kLsoV1, kUso, kChecksum };
constexpr std::uint8_t kIsEncapsulated = 1, kOffsetsValid = 2, kTagged = 4, kSmallMtu = 8, kAllInactive = 16,
                       kKeepSeed = 32;

void fill_slots(SendRequest& request, Kind kind, std::uint8_t slots, fuzz::Input& input) {
  const std::uint32_t mss = input.word();
  const auto tag = input.word();
  const auto offsets = input.bytes(4);
  if ((slots & kTagged) != 0) request.tag_control = tag;
  if ((slots & (kIsEncapsulated | kOffsetsValid)) != 0) {
    auto& supplemental = request.supplemental.emplace();
    supplemental.is_encapsulated = (slots & kIsEncapsulated) != 0;
    supplemental.offsets_valid = (slots & kOffsetsValid) != 0 && offsets.size() == 4;
    if (supplemental.offsets_valid) {
      supplemental.inner_frame_offset = offsets[0];
      supplemental.transport_ip_header_relative_offset = offsets[1];
      supplemental.tcp_header_relative_offset = offsets[2];
      supplemental.is_inner_ipv6 = (offsets[3] & 1) != 0;
    }
  }
  if (kind == Kind::kUso) request.udp_segmentation.emplace().mss = mss;
  if (kind == Kind::kLso) request.large_send.emplace().mss = mss;
  if (kind == Kind::kLsoV1)
    request.large_send.emplace() = {.version = offload::LargeSendRequest::Version::kV1, .mss = mss};
  if (kind == Kind::kChecksum) {
    request.checksum.emplace() = {.is_ipv4 = (mss & 1) != 0,
                                  .is_ipv6 = (mss & 2) != 0,
                                  .ip_header = (mss & 4) != 0,
                                  .tcp = (mss & 8) != 0,
                                  .udp = (mss & 16) != 0};
  }
}

/// One segment: its lengths and checksums are right. @return Its payload.
wire::Bytes judge_segment(const test::ByteString& segment, bool is_encapsulated, bool seed_is_right) {
  const auto map = wire::locate(segment, {.max_header_size = SIZE_MAX, .follow_gre = is_encapsulated});
  fuzz::require(static_cast<bool>(map.transport), "a segment has its transport header");
  fuzz::require(map.inner_ip.payload_end == segment.size(), "the inner IP length ends where the segment does");
  fuzz::require(map.transport.payload_end == segment.size(), "the UDP length ends where the segment does");
  fuzz::require(!map.outer_ip || map.outer_ip.payload_end == segment.size(), "and so does the outer one");
  fuzz::require(fuzz::ip_header_verifies(segment, map.outer_ip), "the outer IP checksum verifies");
  fuzz::require(fuzz::ip_header_verifies(segment, map.inner_ip), "the inner IP checksum verifies");
  fuzz::require(!seed_is_right || fuzz::transport_verifies(segment, map).value_or(true),
                "the transport checksum verifies");
  return wire::Bytes(segment).subspan(map.transport.end());
}

/// Where the headers of a request lie: its lengths say nothing (D-4).
wire::HeaderMap map_of(const Submission& submission) {
  const auto& supplemental = submission.request.supplemental;
  return wire::locate(submission.bytes, {.max_header_size = SIZE_MAX,
                                         .follow_gre = supplemental && supplemental->is_encapsulated,
                                         .ignore_lengths = true});
}

void judge_segments(const test::Sent& sent, const Submission& submission, std::uint32_t mss, bool seed_is_right) {
  test::ByteString joined;
  for (const auto& segment : sent.packets) {
    const auto payload = judge_segment(
        segment, submission.request.supplemental.has_value() && submission.request.supplemental->is_encapsulated,
        seed_is_right);
    fuzz::require(payload.size() <= mss && !payload.empty(), "a segment has at most MSS bytes");
    fuzz::require(payload.size() == mss || &segment == &sent.packets.back(), "only the last segment is shorter");
    joined.insert(joined.end(), payload.begin(), payload.end());
  }
  fuzz::require(joined.size() == sent.completion.payload_bytes, "the payload is counted");
  const auto& large = submission.request.large_send;
  const bool is_v1 =
      large && large->version == offload::LargeSendRequest::Version::kV1;  // the IP length bounds it (LSO-23)
  const auto payload = wire::Bytes(submission.bytes).subspan(map_of(submission).transport.end());
  fuzz::require(joined.size() == payload.size() || is_v1, "the whole payload is sent");
  fuzz::require(joined.size() <= payload.size() && std::ranges::equal(joined, payload.first(joined.size())),
                "segments joined are the payload");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto kind = static_cast<Kind>(input.byte() % 4);
  const auto slots = input.byte();
  SendRequest slots_of_request;
  fill_slots(slots_of_request, kind, slots, input);
  const std::size_t first_cut = input.byte(), second_cut = first_cut + input.byte();
  const auto packet = input.rest();

  Submission submission(test::ByteString(packet.begin(), packet.end()));
  const auto pieces = submission.request.packets;
  submission.request = slots_of_request;
  submission.request.packets = pieces;
  auto offloads = (slots & kAllInactive) != 0 ? offload::ActiveOffloads() : offload::ActiveOffloads::all();
  if ((slots & kSmallMtu) != 0) offloads.link_mtu = 1500;

  // The seed that a sender has to give (LSO-17); a wrong one makes a wrong checksum.
  const bool seed_is_right = (slots & kKeepSeed) == 0 && fuzz::plant_seed(submission.bytes, map_of(submission), 0);
  const auto sent = test::send(submission, offloads);
  fuzz::require(sent.completion.succeeded() || sent.packets.empty(), "refused whole");
  fuzz::require(sent.completion.packets == sent.packets.size(), "packets are counted");
  const auto& large = submission.request.large_send;
  const auto& udp = submission.request.udp_segmentation;
  if (sent.completion.succeeded() && (large || udp))
    judge_segments(sent, submission, large ? large->mss : udp->mss, seed_is_right);

  submission.split({std::min(first_cut, packet.size()), std::min(second_cut, packet.size())});
  test::RoomySink sink;
  const auto completion = offload::send(submission.request, offloads, sink);
  fuzz::require(completion.failure == sent.completion.failure, "a split packet ends as a whole one does");
  fuzz::require(sink.packets == sent.packets, "a split packet gives the same bytes");
  return 0;
}

fuzz::ByteStrings fuzz::seeds() {
  ByteStrings seeds;
  for (const auto& request : sample_requests()) {
    const auto kind = request.protocol == 6 ? Kind::kLso : Kind::kUso;
    for (const auto asked : {kind, Kind::kChecksum, Kind::kLsoV1}) {
      InputWriter input;
      input.byte(static_cast<std::size_t>(asked)).byte(request.outer ? kIsEncapsulated : 0);
      seeds.push_back(input.word(40).word(7).word(0).word(0).byte(20).byte(30).bytes(write(request)).input());
    }
  }
  return seeds;
}

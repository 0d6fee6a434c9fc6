#include "cli/inspection.h"

#include "nvgre/wire/locate.h"

namespace nvgre::cli {

using offload::ChecksumVerdict;
using wire::DropReason;

namespace {

constexpr bool is_truncation(DropReason reason) noexcept {
  return reason == DropReason::kTruncatedEthernet || reason == DropReason::kTruncatedIp ||
         reason == DropReason::kTruncatedGre || reason == DropReason::kTruncatedInner ||
         reason == DropReason::kTruncatedTransport;
}

/// Whether a header is cut where the capture of the frame ends, and no IP length says that the packet ends before.
bool is_cut_by_capture(const capture::CapturedFrame& frame, const wire::HeaderMap& map) noexcept {
  const auto goes_on = [&frame](const wire::NetworkHeader& ip) {
    return !ip || (!ip.is_truncated && ip.payload_end > frame.bytes.size());
  };
  return frame.is_snapped() && map.problem && is_truncation(*map.problem) && goes_on(map.outer_ip) &&
         goes_on(map.inner_ip);
}

}  // namespace

Inspection inspect(const capture::CapturedFrame& frame, const offload::ReceiveScaling& scaling) {
  static constexpr auto kOffloads = offload::ActiveOffloads::all();
  Inspection inspection;
  inspection.map = wire::locate(frame.bytes, {.frame_size = frame.original_length, .past_packet_end = true});
  inspection.is_cut_by_capture = is_cut_by_capture(frame, inspection.map);
  inspection.verdicts = offload::judge_checksums(frame.bytes, inspection.map);
  inspection.receive = offload::validate(frame.bytes, inspection.map, kOffloads);
  inspection.rss = scaling.hash_of(frame.bytes, inspection.map, kOffloads);
  return inspection;
}

bool Inspection::is_wrong() const noexcept {
  return has_bad_checksum() || has_wrong_format();
}

bool Inspection::has_bad_checksum() const noexcept {
  return verdicts.outer_ip == ChecksumVerdict::kBad || verdicts.inner_ip == ChecksumVerdict::kBad ||
         verdicts.transport == ChecksumVerdict::kBad;
}

bool Inspection::has_wrong_format() const noexcept {
  return map.problem && map.problem != DropReason::kNotNvgre && !is_cut_by_capture;
}

}  // namespace nvgre::cli

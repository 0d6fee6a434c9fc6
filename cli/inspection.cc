#include "cli/inspection.h"

#include "nvgre/wire/locate.h"

namespace nvgre::cli {

using offload::ChecksumVerdict;

Inspection inspect(const capture::CapturedFrame& frame, const offload::ReceiveScaling& scaling) {
  static constexpr auto kOffloads = offload::ActiveOffloads::all();
  Inspection inspection;
  inspection.map = wire::locate(frame.bytes, {.frame_size = frame.original_length, .past_packet_end = true});
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
  return map.problem && map.problem != wire::DropReason::kNotNvgre;
}

}  // namespace nvgre::cli

#include "cli/demo/wire_judge.h"

#include <algorithm>
#include <optional>

#include "nvgre/offload/receive_checksum.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/locate.h"

namespace nvgre::cli {
namespace {

constexpr std::size_t kComplaintsKept = 5;

std::optional<std::string> find_fault(wire::Bytes frame, const wire::HeaderMap& map, std::size_t mtu) {
  using offload::ChecksumVerdict;
  if (map.problem) return std::string(machine_name(*map.problem));
  if (map.encapsulation != wire::Encapsulation::kNvgre) return "not NVGRE";
  const auto checksums = offload::judge_checksums(frame, map);
  if (checksums.outer_ip == ChecksumVerdict::kBad) return "wrong checksum of the outer IPv4 header";
  if (checksums.inner_ip == ChecksumVerdict::kBad) return "wrong checksum of the inner IPv4 header";
  if (checksums.transport == ChecksumVerdict::kBad) return "wrong TCP or UDP checksum";
  if (map.outer_ip.is_truncated) return "outer IP length beyond the frame's end";
  if (frame.size() - map.outer_ip.offset > mtu) return "outer packet longer than the MTU";
  return std::nullopt;
}

}  // namespace

void WireJudge::judge(wire::Bytes frame) {
  ++judgement_.frames;
  const auto map = wire::locate(frame);
  if (const auto vsid = map.gre.vsid()) ++judgement_.frames_by_vsid[vsid->value()];
  if (map.outer_ip) judgement_.largest_packet = std::max(judgement_.largest_packet, frame.size() - map.outer_ip.offset);
  if (const auto fault = find_fault(frame, map, mtu_)) complain(*fault);
}

void WireJudge::complain(const std::string& complaint) {
  ++judgement_.wrong;
  if (judgement_.complaints.size() < kComplaintsKept)
    judgement_.complaints.push_back("frame " + std::to_string(judgement_.frames) + ": " + complaint);
}

}  // namespace nvgre::cli

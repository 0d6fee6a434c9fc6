#include "cli/conformance/device_judge.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/conformance/packet_fields.h"
#include "nvgre/offload/receive_checksum.h"
#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/locate.h"
#include "nvgre/wire/tcp.h"

namespace nvgre::cli {
namespace {

constexpr std::uint16_t kSingleSegmentFlags =
    static_cast<std::uint16_t>(wire::TcpFlags::kFin | wire::TcpFlags::kPsh | wire::TcpFlags::kCwr);
constexpr std::size_t kBytesShown = 8;

std::string hexadecimal(wire::Bytes bytes) {
  const auto shown = bytes.first(std::min(bytes.size(), kBytesShown));
  return fmt::format("{:02x}{}", fmt::join(shown, ""), shown.size() < bytes.size() ? "..." : "");
}

/// One packet beside the one that the rules ask for.
class PacketJudge {
 public:
  PacketJudge(const DeviceCase& device_case, CaseFindings& findings) : case_(device_case), findings_(findings) {}

  void judge(std::size_t index, wire::Bytes golden, const CapturedPacket& captured) {
    index_ = index;
    golden_ = golden;
    bytes_ = captured.bytes;
    is_unfinished_ = captured.is_unfinished;
    const auto map = wire::locate(golden_);
    if (bytes_.size() != golden_.size()) {
      report(count_rule(case_.task),
             fmt::format("packet {}: {} bytes, not {}", index_ + 1, bytes_.size(), golden_.size()));
      return;
    }
    verdicts_ = offload::judge_checksums(bytes_, wire::locate(bytes_));
    for (const auto& field : fields_of(case_.task, map, golden_.size())) judge(field);
  }

 private:
  void judge(const PacketField& field) {
    findings_.try_emplace(field.rule);
    switch (field.kind) {
      case FieldKind::kOuterIpChecksum:
        return judge_checksum(field, verdicts_.outer_ip);
      case FieldKind::kInnerIpChecksum:
        return judge_checksum(field, verdicts_.inner_ip);
      case FieldKind::kTransportChecksum:
        return judge_checksum(field, is_unfinished_ ? offload::ChecksumVerdict::kBad : verdicts_.transport);
      case FieldKind::kFlags:
        return judge_flags(field);
      case FieldKind::kInnerId:
        if (!is_same(field)) judge_inner_id(field);
        return;
      case FieldKind::kBytes:
        if (!is_same(field)) report_difference(field, field.rule);
        return;
    }
  }

  [[nodiscard]] wire::Bytes part(wire::Bytes of, const PacketField& field) const {
    return of.subspan(field.begin, field.end - field.begin);
  }
  [[nodiscard]] bool is_same(const PacketField& field) const {
    return std::ranges::equal(part(golden_, field), part(bytes_, field));
  }

  void judge_checksum(const PacketField& field, offload::ChecksumVerdict verdict) {
    if (verdict == offload::ChecksumVerdict::kGood) return;
    report(field.rule, fmt::format("packet {}: {} {}{}", index_ + 1, field.name,
                                   is_unfinished_ ? "left unfinished: " : "wrong: ", hexadecimal(part(bytes_, field))));
  }

  void judge_flags(const PacketField& field) {
    const auto rule = single_segment_flags_rule(case_.task);
    findings_.try_emplace(rule);
    const auto difference = static_cast<std::uint16_t>(wire::load_big_endian<std::uint16_t>(golden_, field.begin) ^
                                                       wire::load_big_endian<std::uint16_t>(bytes_, field.begin));
    if ((difference & kSingleSegmentFlags) != 0) report_difference(field, rule);
    if ((difference & ~kSingleSegmentFlags) != 0) report_difference(field, field.rule);
  }

  /// Counting on where NDIS wraps from 0x7FFF to 0 is a deviation: the split serves one family of devices alone (D-1).
  void judge_inner_id(const PacketField& field) {
    const auto first = wire::load_big_endian<std::uint16_t>(case_.frame, wire::locate(case_.frame).inner_ip.offset + 4);
    if (case_.task != DeviceTask::kLso ||
        wire::load_big_endian<std::uint16_t>(bytes_, field.begin) != static_cast<std::uint16_t>(first + index_))
      return report_difference(field, field.rule);
    report(field.rule,
           fmt::format("packet {}: inner ID 0x{:04x} counts on where NDIS wraps to 0x{:04x}", index_ + 1,
                       wire::load_big_endian<std::uint16_t>(bytes_, field.begin),
                       wire::load_big_endian<std::uint16_t>(golden_, field.begin)),
           RuleVerdict::kDeviation);
  }

  void report_difference(const PacketField& field, std::string_view rule) {
    report(rule, fmt::format("packet {}: {} is {}, not {}", index_ + 1, field.name, hexadecimal(part(bytes_, field)),
                             hexadecimal(part(golden_, field))));
  }

  /// The first of the worst is kept.
  void report(std::string_view rule, std::string text, RuleVerdict verdict = RuleVerdict::kBroken) {
    auto& finding = findings_[rule];
    if (finding.verdict < verdict) finding = {.verdict = verdict, .text = std::move(text)};
  }

  const DeviceCase& case_;
  CaseFindings& findings_;
  std::size_t index_ = 0;
  wire::Bytes golden_, bytes_;
  bool is_unfinished_ = false;
  offload::ChecksumVerdicts verdicts_;
};

}  // namespace

std::string_view name_of(RuleVerdict verdict) noexcept {
  switch (verdict) {
    case RuleVerdict::kHeld:
      return "pass";
    case RuleVerdict::kDeviation:
      return "deviation";
    case RuleVerdict::kBroken:
      return "FAIL";
  }
  return "";
}

CaseFindings judge_case(const DeviceCase& device_case, std::span<const wire::ByteVector> golden,
                        std::span<const CapturedPacket> captured) {
  CaseFindings findings;
  auto& count = findings[count_rule(device_case.task)];
  if (captured.size() != golden.size())
    count = {.verdict = RuleVerdict::kBroken,
             .text = fmt::format("{} packets arrived, not {}", captured.size(), golden.size())};
  PacketJudge judge(device_case, findings);
  for (std::size_t i = 0; i < std::min(captured.size(), golden.size()); ++i) judge.judge(i, golden[i], captured[i]);
  return findings;
}

RuleVerdict worst_of(const CaseFindings& findings) noexcept {
  auto worst = RuleVerdict::kHeld;
  for (const auto& [rule, finding] : findings) worst = std::max(worst, finding.verdict);
  return worst;
}

}  // namespace nvgre::cli

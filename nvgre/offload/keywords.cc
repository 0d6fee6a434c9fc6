#include "nvgre/offload/keywords.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "nvgre/offload/processor_number.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/ip.h"
#include "nvgre/wire/text.h"

namespace nvgre::offload {

namespace {

constexpr std::uint32_t kLargestFrame = wire::EthernetView::kSize + wire::kMaxIpPacketSize;
constexpr std::uint32_t kAnyCount = std::numeric_limits<std::uint16_t>::max();
constexpr std::string_view kOnOff = "0 off, 1 on";
constexpr std::string_view kDirections = "0 off, 1 transmit, 2 receive, 3 both";
constexpr std::string_view kProfiles =
    "1 closest, 2 closest static, 3 NUMA, 4 NUMA static, 5 conservative, 6 balanced (taken as 4)";
constexpr std::string_view kVlanTags = "0 none, 1 priority, 2 VLAN ID, 3 both";

constexpr auto kLive = TakesEffect::kLive;
constexpr auto kAtStart = TakesEffect::kAtStart;
constexpr auto kNever = TakesEffect::kNever;
constexpr auto kStandardized = KeywordOrigin::kStandardized;
constexpr auto kHost = KeywordOrigin::kHost;
constexpr auto kProject = KeywordOrigin::kProject;

// Keyword, name, minimum, maximum, default, names of the values, when, whose, what it does, requirement.
constexpr std::array<KeywordDescription, kKeywordCount> kTable = {{
    {Keyword::kEncapsulatedPacketTaskOffload, "EncapsulatedPacketTaskOffload", 0, 1, 1, kOnOff, kLive, kStandardized,
     "NVGRE task offload as a whole", "KEY-1"},
    {Keyword::kIpChecksumOffloadIpv4, "IPChecksumOffloadIPv4", 0, 3, 3, kDirections, kLive, kStandardized,
     "checksum of the IPv4 header", "KEY-2"},
    {Keyword::kTcpChecksumOffloadIpv4, "TCPChecksumOffloadIPv4", 0, 3, 3, kDirections, kLive, kStandardized,
     "checksum of TCP over IPv4", "KEY-3"},
    {Keyword::kTcpChecksumOffloadIpv6, "TCPChecksumOffloadIPv6", 0, 3, 3, kDirections, kLive, kStandardized,
     "checksum of TCP over IPv6", "KEY-4"},
    {Keyword::kUdpChecksumOffloadIpv4, "UDPChecksumOffloadIPv4", 0, 3, 3, kDirections, kLive, kStandardized,
     "checksum of UDP over IPv4; UDP segmentation does without it", "KEY-5"},
    {Keyword::kUdpChecksumOffloadIpv6, "UDPChecksumOffloadIPv6", 0, 3, 3, kDirections, kLive, kStandardized,
     "checksum of UDP over IPv6; UDP segmentation does without it", "KEY-6"},
    {Keyword::kTcpUdpChecksumOffloadIpv4, "TCPUDPChecksumOffloadIPv4", 0, 3, 3, kDirections, kLive, kStandardized,
     "IPv4 header, TCP and UDP over IPv4, where their own keyword is absent", "KEY-7"},
    {Keyword::kTcpUdpChecksumOffloadIpv6, "TCPUDPChecksumOffloadIPv6", 0, 3, 3, kDirections, kLive, kStandardized,
     "TCP and UDP over IPv6, where their own keyword is absent", "KEY-8"},
    {Keyword::kLsoV1Ipv4, "LsoV1IPv4", 0, 1, 1, kOnOff, kLive, kStandardized,
     "large send offload version 1, IPv4; ignored where LsoV2IPv4 is given, which then counts for both", "KEY-9"},
    {Keyword::kLsoV2Ipv4, "LsoV2IPv4", 0, 1, 1, kOnOff, kLive, kStandardized, "large send offload version 2, IPv4",
     "KEY-10"},
    {Keyword::kLsoV2Ipv6, "LsoV2IPv6", 0, 1, 1, kOnOff, kLive, kStandardized, "large send offload version 2, IPv6",
     "KEY-11"},
    {Keyword::kUsoIpv4, "UsoIPv4", 0, 1, 1, kOnOff, kLive, kStandardized, "UDP segmentation offload, IPv4", "KEY-12"},
    {Keyword::kUsoIpv6, "UsoIPv6", 0, 1, 1, kOnOff, kLive, kStandardized, "UDP segmentation offload, IPv6", "KEY-13"},
    {Keyword::kRscIpv4, "RscIPv4", 0, 1, 1, kOnOff, kLive, kStandardized, "receive segment coalescing, IPv4", "KEY-14"},
    {Keyword::kRscIpv6, "RscIPv6", 0, 1, 1, kOnOff, kLive, kStandardized, "receive segment coalescing, IPv6", "KEY-15"},
    {Keyword::kRss, "RSS", 0, 1, 1, kOnOff, kAtStart, kStandardized,
     "receive side scaling; read where RssOrVmqPreference is 0", "KEY-16"},
    {Keyword::kRssProfile, "RSSProfile", 1, 6, 4, kProfiles, kAtStart, kStandardized,
     "how receive side scaling chooses CPUs", "KEY-17"},
    {Keyword::kRssBaseProcGroup, "RssBaseProcGroup", 0, kAnyCount, 0, "", kAtStart, kStandardized,
     "group of the lowest CPU for receive side scaling", "KEY-18"},
    {Keyword::kRssBaseProcNumber, "RssBaseProcNumber", 0, kAnyCount, 0, "", kAtStart, kStandardized,
     "number of the lowest CPU in its group", "KEY-19"},
    {Keyword::kRssMaxProcGroup, "RssMaxProcGroup", 0, kAnyCount, 0, "", kAtStart, kStandardized,
     "group of the highest CPU for receive side scaling", "KEY-20"},
    {Keyword::kRssMaxProcNumber, "RssMaxProcNumber", 0, kAnyCount, kAnyCount, "", kAtStart, kStandardized,
     "number of the highest CPU in its group", "KEY-21"},
    {Keyword::kMaxRssProcessors, "MaxRssProcessors", 1, kAnyCount, 16, "", kAtStart, kStandardized,
     "most CPUs for receive side scaling; capped to those present", "KEY-22"},
    {Keyword::kNumRssQueues, "NumRSSQueues", 1, kAnyCount, 16, "", kAtStart, kStandardized,
     "queues for receive side scaling", "KEY-23"},
    {Keyword::kNumaNodeId, "NumaNodeId", 0, 65'535, 65'535, "", kAtStart, kStandardized,
     "preferred NUMA node, 65535: any; ignored with RSSProfile 3 and 4", "KEY-24"},
    {Keyword::kVmq, "VMQ", 0, 1, 1, kOnOff, kAtStart, kStandardized,
     "virtual machine queues; read where RssOrVmqPreference is 1", "KEY-25"},
    {Keyword::kVmqLookaheadSplit, "VMQLookaheadSplit", 0, 1, 1, kOnOff, kNever, kStandardized,
     "obsolete since NDIS 6.30; accepted and ignored", "KEY-26"},
    {Keyword::kVmqVlanFiltering, "VMQVlanFiltering", 0, 1, 1, kOnOff, kAtStart, kStandardized,
     "receive filters may test the VLAN ID", "KEY-27"},
    {Keyword::kRssOrVmqPreference, "RssOrVmqPreference", 0, 1, 0, "0 RSS, 1 VMQ", kAtStart, kStandardized,
     "which of the two there is; nvgre run defaults to 1", "KEY-28"},
    {Keyword::kSriovPreferred, "SriovPreferred", 0, 1, 0, kOnOff, kNever, kStandardized,
     "SR-IOV is not supported; 1 is taken as 0", "KEY-29"},
    {Keyword::kSriov, "SRIOV", 0, 1, 0, kOnOff, kNever, kStandardized, "SR-IOV is not supported; 1 is taken as 0",
     "KEY-29"},
    {Keyword::kPriorityVlanTag, "PriorityVLANTag", 0, 3, 3, kVlanTags, kLive, kStandardized,
     "what of an 802.1Q tag is inserted on send and handed up on receive", "KEY-30"},
    {Keyword::kJumboPacket, "JumboPacket", 1'514, kLargestFrame, 1'514, "", kAtStart, kStandardized,
     "largest Ethernet frame in bytes, where it is less than what the device takes", "KEY-31"},
    {Keyword::kDisableTaskOffload, "DisableTaskOffload", 0, 1, 0, "0 offloads are used, 1 none is", kLive, kHost,
     "the host uses no task offload at all", "KEY-32"},
    {Keyword::kIpsecOffloadV1Ipv4, "IPsecOffloadV1IPv4", 0, 3, 3, "", kNever, kStandardized,
     "IPsec offload is not supported; accepted and ignored", "KEY-33"},
    {Keyword::kIpsecOffloadV2, "IPsecOffloadV2", 0, 3, 3, "", kNever, kStandardized,
     "IPsec offload is not supported; accepted and ignored", "KEY-33"},
    {Keyword::kIpsecOffloadV2Ipv4, "IPsecOffloadV2IPv4", 0, 3, 3, "", kNever, kStandardized,
     "IPsec offload is not supported; accepted and ignored", "KEY-33"},
    {Keyword::kQueueRss, "queue_rss", 0, 1, 1, kOnOff, kAtStart, kProject,
     "several workers serve one virtual machine queue, chosen by the RSS hash", "D-46"},
}};

constexpr bool in_order() {
  for (std::size_t row = 0; row < kTable.size(); ++row)
    if (static_cast<std::size_t>(kTable[row].keyword) != row) return false;
  return true;
}
static_assert(in_order(), "describe() takes the enumerator as the row's index");

constexpr char lower(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool same_name(std::string_view left, std::string_view right) noexcept {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char one, char other) { return lower(one) == lower(other); });
}

/// Decimal digits and nothing else.
std::optional<std::uint64_t> parse_number(std::string_view value) noexcept {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size()) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> parse_strictly(const KeywordDescription& keyword, std::string_view value) noexcept {
  if (keyword.is_switch() && value == "true") return 1;
  if (keyword.is_switch() && value == "false") return 0;
  return parse_number(value);
}

std::unexpected<Error> not_accepted(const Keywords& keywords, Keyword keyword, std::string_view value) {
  return failure(ErrorCode::kInvalid, std::string(describe(keyword).name) + ": \"" + wire::printable(value) +
                                          "\" is not accepted; accepted: " + keywords.accepted_values(keyword));
}

/// Read only under RSS preference (KEY-28); the enumeration has them side by side.
constexpr bool is_rss_keyword(Keyword keyword) noexcept {
  return keyword >= Keyword::kRss && keyword <= Keyword::kNumaNodeId;
}

/// Read only under VMQ preference (KEY-28).
constexpr bool is_vmq_keyword(Keyword keyword) noexcept {
  return (keyword >= Keyword::kVmq && keyword <= Keyword::kVmqVlanFiltering) || keyword == Keyword::kQueueRss;
}

}  // namespace

std::string_view text(TakesEffect takes_effect) noexcept {
  switch (takes_effect) {
    case TakesEffect::kLive:
      return "live";
    case TakesEffect::kAtStart:
      return "at start";
    case TakesEffect::kNever:
      return "never";
  }
  return "";
}

const std::array<KeywordDescription, kKeywordCount>& keyword_table() noexcept {
  return kTable;
}

const KeywordDescription& describe(Keyword keyword) noexcept {
  return kTable[static_cast<std::size_t>(keyword)];
}

std::optional<Keyword> find_keyword(std::string_view name) noexcept {
  if (name.starts_with('*')) name.remove_prefix(1);
  const auto row =
      std::find_if(kTable.begin(), kTable.end(), [&](const auto& entry) { return same_name(entry.name, name); });
  if (row == kTable.end()) return std::nullopt;
  return row->keyword;
}

std::optional<Keyword> group_of(Keyword keyword) noexcept {
  switch (keyword) {
    case Keyword::kIpChecksumOffloadIpv4:
    case Keyword::kTcpChecksumOffloadIpv4:
    case Keyword::kUdpChecksumOffloadIpv4:
      return Keyword::kTcpUdpChecksumOffloadIpv4;
    case Keyword::kTcpChecksumOffloadIpv6:
    case Keyword::kUdpChecksumOffloadIpv6:
      return Keyword::kTcpUdpChecksumOffloadIpv6;
    default:
      return std::nullopt;
  }
}

Result<void> Keywords::set(std::span<const KeywordSetting> settings) {
  auto next = *this;
  std::array<bool, kKeywordCount> seen{};
  for (const auto& setting : settings) {
    if (const auto keyword = find_keyword(setting.name); keyword && std::exchange(seen[index(*keyword)], true))
      return failure(ErrorCode::kInvalid, setting.name + ": given twice; once is enough");
    if (auto done = next.set(setting.name, setting.value); !done) return done;
  }
  if (auto problem = next.processors_problem(); !problem.empty())
    return failure(ErrorCode::kInvalid, std::move(problem));
  *this = next;
  return {};
}

Result<void> Keywords::set(std::string_view name, std::string_view value) {
  const auto keyword = find_keyword(name);
  if (!keyword)
    return failure(ErrorCode::kInvalid,
                   wire::printable(name) + ": no such keyword; \"nvgre offload show\" lists those that there are");
  const auto number = parse_strictly(describe(*keyword), value);
  if (!number || !accepts(*keyword, *number)) return not_accepted(*this, *keyword, value);
  given_[index(*keyword)] = static_cast<std::uint32_t>(*number);
  return {};
}

Result<void> Keywords::set(Keyword keyword, std::uint64_t value) {
  if (!accepts(keyword, value)) return not_accepted(*this, keyword, std::to_string(value));
  given_[index(keyword)] = static_cast<std::uint32_t>(value);
  return {};
}

std::vector<std::string> Keywords::import_leniently(std::span<const KeywordSetting> settings) {
  std::vector<std::string> warnings;
  for (const auto& setting : settings) {
    const auto keyword = find_keyword(setting.name);
    if (!keyword) {
      warnings.push_back(wire::printable(setting.name) + ": no such keyword; ignored");
      continue;
    }
    const auto number = parse_number(setting.value);
    const bool is_accepted = number && accepts(*keyword, *number);
    given_[index(*keyword)] = is_accepted ? static_cast<std::uint32_t>(*number) : default_value(*keyword);
    if (!is_accepted)
      warnings.push_back(not_accepted(*this, *keyword, setting.value).error().message + "; the default " +
                         std::to_string(default_value(*keyword)) + " is taken");
  }
  if (const auto problem = processors_problem(); !problem.empty()) {
    for (const auto keyword : {Keyword::kRssBaseProcGroup, Keyword::kRssBaseProcNumber})
      given_[index(keyword)] = default_value(keyword);
    warnings.push_back(problem + "; the default 0:0 is taken for the lowest");
  }
  return warnings;
}

std::uint32_t Keywords::value(Keyword keyword) const noexcept {
  if (const auto own = given(keyword)) return *own;
  if (const auto group = group_of(keyword)) return given(*group).value_or(default_value(keyword));
  return default_value(keyword);
}

std::uint32_t Keywords::default_value(Keyword keyword) const noexcept {
  if (keyword == Keyword::kRssOrVmqPreference) return host_.prefers_vmq ? 1 : 0;
  return std::min(describe(keyword).default_value, maximum(keyword));
}

std::uint32_t Keywords::maximum(Keyword keyword) const noexcept {
  const auto& description = describe(keyword);
  switch (keyword) {
    case Keyword::kRssBaseProcGroup:
    case Keyword::kRssMaxProcGroup:
      return std::max(host_.processor_groups, 1U) - 1;
    case Keyword::kRssBaseProcNumber:
    case Keyword::kRssMaxProcNumber:
      return std::clamp(host_.processors_per_group, 1U, ProcessorNumber::kGroupSize) - 1;
    // The default stays acceptable on a small host: what is too much is capped when it is used (KEY-22).
    case Keyword::kMaxRssProcessors:
      return std::max(host_.processor_groups * host_.processors_per_group, description.default_value);
    case Keyword::kNumRssQueues:
      return std::max(host_.device_queues, description.default_value);
    default:
      return description.maximum;
  }
}

std::string Keywords::accepted_values(Keyword keyword) const {
  const auto& description = describe(keyword);
  if (description.is_switch()) return std::string(description.value_names) + " (or false, true)";
  if (!description.value_names.empty()) return std::string(description.value_names);
  return std::to_string(description.minimum) + " to " + std::to_string(maximum(keyword));
}

std::string Keywords::processors_problem() const {
  const std::pair lowest(value(Keyword::kRssBaseProcGroup), value(Keyword::kRssBaseProcNumber));
  const std::pair highest(value(Keyword::kRssMaxProcGroup), value(Keyword::kRssMaxProcNumber));
  if (lowest <= highest || is_on(Keyword::kRssOrVmqPreference)) return {};
  const auto text = [](const auto& processor) {
    return std::to_string(processor.first) + ":" + std::to_string(processor.second);
  };
  return "RssBaseProcGroup:RssBaseProcNumber is " + text(lowest) + ", above RssMaxProcGroup:RssMaxProcNumber, " +
         text(highest);
}

std::vector<std::string> Keywords::notices() const {
  std::vector<std::string> lines;
  for (const auto& description : kTable) {
    const auto value = given(description.keyword);
    if (!value) continue;
    if (const auto why = why_ignored(description.keyword); !why.empty())
      lines.push_back(std::string(description.name) + " = " + std::to_string(*value) +
                      " has no effect: " + std::string(why));
  }
  return lines;
}

std::string_view Keywords::why_ignored(Keyword keyword) const noexcept {
  if (describe(keyword).takes_effect == TakesEffect::kNever) return is_on(keyword) ? describe(keyword).description : "";
  if (keyword == Keyword::kLsoV1Ipv4 && given(Keyword::kLsoV2Ipv4))
    return "LsoV2IPv4 is given and counts for both versions";
  if (is_rss_keyword(keyword) && is_on(Keyword::kRssOrVmqPreference))
    return "RssOrVmqPreference is 1, so the keywords of RSS are not read";
  if (is_vmq_keyword(keyword) && !is_on(Keyword::kRssOrVmqPreference))
    return "RssOrVmqPreference is 0, so the keywords of VMQ are not read";
  return "";
}

bool Keywords::accepts(Keyword keyword, std::uint64_t value) const noexcept {
  return value >= describe(keyword).minimum && value <= maximum(keyword);
}

}  // namespace nvgre::offload

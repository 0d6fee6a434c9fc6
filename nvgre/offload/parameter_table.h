/// Internal to the adapter: which member of OffloadParameters, which keyword and which task belong together.
#pragma once

#include <array>
#include <string_view>

#include "nvgre/offload/capabilities.h"
#include "nvgre/offload/keywords.h"
#include "nvgre/offload/offload_parameters.h"

namespace nvgre::offload {

/// A checksum: one member, one keyword, a task in each direction.
struct ChecksumMember {
  std::string_view name;
  ChecksumSetting OffloadParameters::* setting;
  Keyword keyword;
  bool& (*flag)(ChecksumTasks&);
  [[nodiscard]] bool of(ChecksumTasks tasks) const noexcept { return flag(tasks); }
};
inline constexpr std::array<ChecksumMember, 5> kChecksumMembers = {{
    {"IPv4Checksum", &OffloadParameters::ip_v4_checksum, Keyword::kIpChecksumOffloadIpv4,
     [](ChecksumTasks& tasks) -> bool& { return tasks.ip_v4; }},
    {"TCPIPv4Checksum", &OffloadParameters::tcp_v4_checksum, Keyword::kTcpChecksumOffloadIpv4,
     [](ChecksumTasks& tasks) -> bool& { return tasks.tcp.v4; }},
    {"UDPIPv4Checksum", &OffloadParameters::udp_v4_checksum, Keyword::kUdpChecksumOffloadIpv4,
     [](ChecksumTasks& tasks) -> bool& { return tasks.udp.v4; }},
    {"TCPIPv6Checksum", &OffloadParameters::tcp_v6_checksum, Keyword::kTcpChecksumOffloadIpv6,
     [](ChecksumTasks& tasks) -> bool& { return tasks.tcp.v6; }},
    {"UDPIPv6Checksum", &OffloadParameters::udp_v6_checksum, Keyword::kUdpChecksumOffloadIpv6,
     [](ChecksumTasks& tasks) -> bool& { return tasks.udp.v6; }},
}};

/// Any other task: on or off.
struct TaskMember {
  std::string_view name;
  TaskSetting OffloadParameters::* setting;
  Keyword keyword;
  bool& (*flag)(TaskSet&);
  [[nodiscard]] bool of(TaskSet tasks) const noexcept { return flag(tasks); }
};
inline constexpr std::array<TaskMember, 7> kTaskMembers = {{
    {"LsoV1", &OffloadParameters::lso_v1, Keyword::kLsoV1Ipv4, [](TaskSet& tasks) -> bool& { return tasks.lso_v1; }},
    {"LsoV2IPv4", &OffloadParameters::lso_v4, Keyword::kLsoV2Ipv4,
     [](TaskSet& tasks) -> bool& { return tasks.lso.v4; }},
    {"LsoV2IPv6", &OffloadParameters::lso_v6, Keyword::kLsoV2Ipv6,
     [](TaskSet& tasks) -> bool& { return tasks.lso.v6; }},
    {"UdpSegmentation.IPv4", &OffloadParameters::uso_v4, Keyword::kUsoIpv4,
     [](TaskSet& tasks) -> bool& { return tasks.uso.v4; }},
    {"UdpSegmentation.IPv6", &OffloadParameters::uso_v6, Keyword::kUsoIpv6,
     [](TaskSet& tasks) -> bool& { return tasks.uso.v6; }},
    {"RscIPv4", &OffloadParameters::rsc_v4, Keyword::kRscIpv4, [](TaskSet& tasks) -> bool& { return tasks.rsc.v4; }},
    {"RscIPv6", &OffloadParameters::rsc_v6, Keyword::kRscIpv6, [](TaskSet& tasks) -> bool& { return tasks.rsc.v6; }},
}};

/// Which directions a setting leaves on.
[[nodiscard]] constexpr bool transmits(ChecksumSetting setting) noexcept {
  return setting == ChecksumSetting::kTransmit || setting == ChecksumSetting::kBoth;
}
[[nodiscard]] constexpr bool receives(ChecksumSetting setting) noexcept {
  return setting == ChecksumSetting::kReceive || setting == ChecksumSetting::kBoth;
}

/// KEY-2: the parameter's number is the keyword's plus 1. The same holds for tasks: 0, 1 and 1, 2.
template <typename Setting>
[[nodiscard]] constexpr Setting setting_of(std::uint32_t keyword_value) noexcept {
  return static_cast<Setting>(keyword_value + 1);
}
template <typename Setting>
[[nodiscard]] constexpr std::uint32_t keyword_value_of(Setting setting) noexcept {
  return static_cast<std::uint32_t>(setting) - 1;
}

}  // namespace nvgre::offload

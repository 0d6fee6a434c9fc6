/// What a card can do and what it reports: NDIS_OFFLOAD in plain C++ (CAP-20). The same form holds the hardware set,
/// which keywords never change, and the current configuration (CAP-1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "nvgre/offload/active_offloads.h"

namespace nvgre::offload {

/// One flag for each task that is no encapsulated one: what is possible, enabled or active.
struct TaskSet {
  ChecksumTasks transmit_checksum;
  ChecksumTasks receive_checksum;
  bool lso_v1 = false;
  PerVersion lso;
  PerVersion uso;
  PerVersion rsc;
  friend constexpr bool operator==(const TaskSet&, const TaskSet&) noexcept = default;
};

/// One row for each flag of a TaskSet, so that rules over all tasks are loops.
struct TaskFlag {
  std::string_view machine_name;
  std::string_view description;
  bool& (*flag)(TaskSet&);
  [[nodiscard]] bool of(TaskSet tasks) const noexcept { return flag(tasks); }
};
inline constexpr std::size_t kTaskFlagCount = 17;
[[nodiscard]] const std::array<TaskFlag, kTaskFlagCount>& task_flags() noexcept;

/// Tasks that are in both sets.
[[nodiscard]] TaskSet intersection(TaskSet left, const TaskSet& right) noexcept;

/// IP versions for which at least one of these checksums is there.
[[nodiscard]] constexpr PerVersion any_of(const ChecksumTasks& tasks) noexcept {
  return {.v4 = tasks.ip_v4 || tasks.tcp.v4 || tasks.udp.v4, .v6 = tasks.tcp.v6 || tasks.udp.v6};
}

/// What is left of a mask when a version's base offload is missing: neither header may have that version (STATE-27).
[[nodiscard]] constexpr EncapsulatedMask narrowed(EncapsulatedMask mask, PerVersion base) noexcept {
  std::uint8_t bits = 0;
  if (base.v4) bits |= EncapsulatedMask::kInnerV4 | EncapsulatedMask::kOuterV4;
  if (base.v6) bits |= EncapsulatedMask::kInnerV6 | EncapsulatedMask::kOuterV6;
  return EncapsulatedMask(static_cast<std::uint8_t>(mask.bits() & bits));
}

/// What a checksum of one direction steps over.
using ChecksumOptions = HeaderOptions;

/// Limits of one kind of segmentation.
struct SegmentationLimits {
  std::uint32_t max_offload_size = 262'144;  ///< Payload bytes of one request (CAP-10, CAP-11).
  std::uint32_t min_segment_count = 2;       ///< Limits the sender, not the engine (D-16).
  bool ip_options = true;                    ///< IPv4.
  bool tcp_options = true;                   ///< LSO only.
  bool extension_headers = true;             ///< IPv6.
  bool sub_mss_final = true;                 ///< USO: a shorter last datagram (USO-3).
  friend constexpr bool operator==(const SegmentationLimits&, const SegmentationLimits&) noexcept = default;
};

/// Receive side scaling, as published; which queue a frame takes is the RSS table's business.
struct RssSupport {
  static constexpr std::uint32_t kAnyProcessor = ~std::uint32_t{0};

  bool supported = false;
  std::uint32_t queues = 0;
  std::uint32_t indirection_entries = 128;   ///< Most that a table can have (RSS-14).
  std::uint32_t processors = kAnyProcessor;  ///< Those that a table may name have lower numbers (ProcessorNumber::cpu).
  friend constexpr bool operator==(const RssSupport&, const RssSupport&) noexcept = default;
};

/// Virtual machine queues, as published (VMQ-37).
struct VmqSupport {
  bool supported = false;
  std::uint32_t queues = 0;
  std::uint32_t filters = 0;    ///< MaxMacHeaderFilters: at least `queues` (VMQ-25).
  bool vlan_filtering = false;  ///< VLAN tests are offered (KEY-27).
  bool outermost = true;        ///< Tests of the outermost header, its addresses and its tag, are offered.
  friend constexpr bool operator==(const VmqSupport&, const VmqSupport&) noexcept = default;
};

/// One published set. IPsec, VXLAN, 464XLAT and TCP connection offload have no place here: not supported (CAP-18).
struct OffloadSet {
  static constexpr std::size_t kMinHeaderSize = 128;  ///< Range of max_header_size (CAP-5).
  static constexpr std::size_t kMaxHeaderSize = 1024;
  static constexpr std::uint32_t kMaxLsoV1Size = 65'536;  ///< CAP-10.
  static constexpr std::uint32_t kMaxUsoMinSegmentCount = 63;

  TaskSet tasks;
  ChecksumOptions transmit_options;
  ChecksumOptions receive_options;
  SegmentationLimits lso_v1_limits{.max_offload_size = kMaxLsoV1Size};
  SegmentationLimits lso_limits;
  SegmentationLimits uso_limits;
  EncapsulatedTasks encapsulated;  ///< NVGRE: EncapsulatedPacketTaskOffloadGre (CAP-2).
  std::size_t max_header_size = wire::kDefaultMaxHeaderSize;
  bool udp_coalescing = false;  ///< RSC-31; NDIS has no word for it.
  RssSupport rss;
  VmqSupport vmq;
  friend constexpr bool operator==(const OffloadSet&, const OffloadSet&) noexcept = default;

  /// Everything that the engine in this library does.
  [[nodiscard]] static OffloadSet software() noexcept;
};

/// What is left of encapsulated capabilities when base capabilities are missing (CAP-12).
[[nodiscard]] EncapsulatedTasks supported_by(const EncapsulatedTasks& masks, const OffloadSet& base) noexcept;

/// The hardware set of one card: immutable, free of contradictions.
class Capabilities {
 public:
  /// Takes what a backend offers and removes what the combination rules forbid (CAP-4, CAP-12, CAP-14): a dependent
  /// offload goes when what it depends on is missing; sizes are brought into their ranges.
  explicit Capabilities(const OffloadSet& backend = OffloadSet::software()) noexcept;

  [[nodiscard]] const OffloadSet& hardware() const noexcept { return hardware_; }
  /// No task at all: such an adapter refuses every change of offload (STATE-24).
  [[nodiscard]] bool empty() const noexcept;

 private:
  OffloadSet hardware_;
};

}  // namespace nvgre::offload

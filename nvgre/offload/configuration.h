/// What is enabled: what keywords and later changes ask for, whatever the hardware can do and whatever is active now.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "nvgre/offload/capabilities.h"
#include "nvgre/offload/keywords.h"
#include "nvgre/offload/offload_parameters.h"
#include "nvgre/offload/processor_number.h"
#include "nvgre/offload/rss.h"

namespace nvgre::offload {

/// Who chooses the queue of a received frame; fixed at initialization (D-32, KEY-36).
enum class ReceiveSteering : std::uint8_t { kNone, kRss, kVmq };
/// "none", "rss", "vmq".
[[nodiscard]] std::string_view text(ReceiveSteering steering) noexcept;

/// *RSSProfile (KEY-17); 6 (Balanced) is taken as kNumaStatic.
enum class RssProfile : std::uint8_t { kClosest = 1, kClosestStatic, kNuma, kNumaStatic, kConservative };

/// Which CPUs RSS may use (KEY-17 to KEY-24).
struct RssProcessors {
  static constexpr std::uint32_t kAnyNode = 65'535;

  RssProfile profile = RssProfile::kNumaStatic;
  ProcessorNumber base;     ///< Lowest.
  ProcessorNumber maximum;  ///< Highest.
  std::uint32_t max_processors = 16;
  std::uint32_t queues = 16;
  std::uint32_t numa_node = kAnyNode;  ///< Preferred; kAnyNode also where the profile ignores it (D-43).

  /// Within base and maximum (KEY-21).
  [[nodiscard]] constexpr bool admits(ProcessorNumber processor) const noexcept {
    return base <= processor && processor <= maximum;
  }
  /// Queues worth having when `processors` CPUs are admitted (KEY-22).
  [[nodiscard]] constexpr std::uint32_t usable_queues(std::uint32_t processors) const noexcept {
    return std::min({queues, max_processors, processors});
  }
  /// Of these processors those that the keywords admit, as many as there are usable queues. Which ones, the profile
  /// says (KEY-17, KEY-24): those of the preferred node first, or of it alone, or the nodes in turn. Where it says
  /// nothing they stay in their order. Without a preferred node it is the first processor's. The static profiles are as
  /// the others: an indirection table here changes only when somebody changes it.
  [[nodiscard]] std::vector<ProcessorNumber> choose(std::vector<Processor> processors) const;
  friend constexpr bool operator==(const RssProcessors&, const RssProcessors&) noexcept = default;
};

/// Parameters that spread packets evenly: the longest indirection table, the chosen processors in turn.
[[nodiscard]] RssParameters even_spread(const std::vector<ProcessorNumber>& processors);

/// The enabled state.
struct Configuration {
  TaskSet tasks;
  bool nvgre = false;                 ///< KEY-1; enabled is not yet active (STATE-3).
  bool disable_task_offload = false;  ///< KEY-32: the host's word for "use none of it".
  bool insert_priority = true;        ///< KEY-30.
  bool insert_vlan_id = true;
  std::size_t largest_frame = 1514;  ///< KEY-31, bytes with the Ethernet header.
  bool largest_frame_given = false;  ///< It was written down; else the device's own MTU counts.
  ReceiveSteering steering = ReceiveSteering::kNone;
  bool queue_rss = true;             ///< D-46: with kVmq, several workers a queue.
  std::optional<RssProcessors> rss;  ///< Read only with kRss (KEY-28).
  bool vlan_filtering = false;       ///< KEY-27; read only with kVmq.
  /// Frames are to be spread by the hash of their inner headers: with RSS, and inside a virtual machine's queue (D-46).
  [[nodiscard]] constexpr bool spreads_by_hash() const noexcept {
    return steering == ReceiveSteering::kRss || (steering == ReceiveSteering::kVmq && queue_rss);
  }
  friend bool operator==(const Configuration&, const Configuration&) noexcept = default;

  /// What an adapter starts with (KEY-35).
  [[nodiscard]] static Configuration from(const Keywords& keywords) noexcept;
  /// Takes over the members that are not "no change"; they have been validated.
  void apply(const OffloadParameters& parameters) noexcept;
  /// Takes over the live keywords that are no tasks: DisableTaskOffload and PriorityVLANTag.
  void apply_live(const Keywords& keywords) noexcept;
};

/// What is published as current: what is both possible and enabled, in the form of the hardware set (CAP-1, D-13).
[[nodiscard]] OffloadSet current_set(const OffloadSet& hardware, const Configuration& configuration) noexcept;

/// The change that setting `keyword` asks for: its members of OffloadParameters, with the values that `keywords` give.
/// A keyword that is no task asks for none.
void add_change(OffloadParameters& parameters, Keyword keyword, const Keywords& keywords) noexcept;

/// Writes into the keyword store what was changed (STATE-10), so that the next start begins with it (STATE-22).
/// Keywords can't say one thing: large send version 1 on beside version 2 off (KEY-9); then version 1 is off at the
/// next start.
void write_back(const OffloadParameters& parameters, Keywords& keywords) noexcept;

}  // namespace nvgre::offload

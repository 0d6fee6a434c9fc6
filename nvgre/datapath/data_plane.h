/// What every way of moving frames can do: userspace/, kernel/ and memory/ implement it, control/ uses it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nvgre/datapath/steering.h"
#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/result.h"
#include "nvgre/overlay/policy_description.h"
#include "nvgre/overlay/statistics.h"

namespace nvgre::datapath {

/// One port as it is now.
struct PortStatus {
  overlay::PortDescription description;
  bool is_made_by_us = false;      ///< A TAP that goes when we go; false: an existing device.
  bool is_attached = false;        ///< The device is there and frames can pass.
  bool is_up = false;              ///< The device is up and has a carrier.
  std::size_t mtu = 0;             ///< The tenant's IP MTU, bytes.
  std::uint64_t attach_count = 0;  ///< How often it was attached (again).
  std::uint64_t loss_count = 0;    ///< How often it went down or vanished.
  overlay::PortCounts counts;
  std::vector<overlay::PortCounts> workers = {};  ///< Each worker's share of them.
};

struct SubnetStatus {
  overlay::SubnetDescription description;
  overlay::SubnetCounts counts;
};

struct UnderlayStatus {
  std::string interface;
  bool is_attached = false;
  bool is_up = false;
  std::size_t mtu = 0;
  std::uint64_t attach_count = 0;
  std::uint64_t loss_count = 0;
};

/// How a Provider Address with a record is reached.
struct NextHopStatus {
  wire::ProviderAddress provider;
  std::optional<wire::ProviderAddress> source = {};  ///< The own address it is reached from; nothing: the first one.
  bool is_resolved = false;
  std::vector<wire::MacAddress> macs;
  std::size_t path_mtu = 0;
};

struct WorkerStatus {
  unsigned cpu = 0;
  unsigned node = 0;               ///< The NUMA node of its CPU.
  overlay::EndpointCounts counts;  ///< Frames, drops by reason, LSO, USO, RSC, checksums: what this worker did.
};

/// Who chooses the worker of a frame.
enum class SteeringKind : std::uint8_t {
  kNone,     ///< There is one worker.
  kKernel,   ///< The kernel, by a hash of its own: what the adapter says is not followed.
  kProgram,  ///< Our program, as the adapter says.
};
/// "none", "kernel", "program".
[[nodiscard]] constexpr std::string_view text(SteeringKind kind) noexcept {
  constexpr std::string_view kNames[] = {"none", "kernel", "program"};
  return kNames[static_cast<unsigned>(kind)];
}

/// Everything that `nvgre status` shows of a data plane. The numbers of one report belong to nearly one moment.
struct Report {
  std::string plane;  ///< "userspace", "kernel" or "memory".
  UnderlayStatus underlay;
  std::vector<NextHopStatus> next_hops;
  std::vector<SubnetStatus> subnets;
  std::vector<PortStatus> ports;
  std::vector<WorkerStatus> workers;
  SteeringKind steering = SteeringKind::kNone;
  std::string steering_problem = {};  ///< Why it is kKernel, as the kernel gave it; else empty.
};

/// A data plane. All calls come from one control thread; frames keep flowing meanwhile.
class DataPlane {
 public:
  virtual ~DataPlane() = default;

  /// Makes the description the policy: attaches new ports, detaches those that are gone, replaces subnets and records.
  /// What stays loses no frame. @return An error if something can't be attached; then nothing was changed.
  [[nodiscard]] virtual Result<void> apply(const overlay::PolicyDescription& description) = 0;

  /// Makes these offloads the active ones. When it returns every worker uses them, frames that were held under the old
  /// ones have been delivered (STATE-18), and made devices offer the tenant what is now active.
  virtual void apply(const offload::ActiveOffloads& offloads) = 0;

  /// Steers frames to queues and workers like this from now on. A plane of one worker has nothing to do.
  virtual void steer(const Steering& /*steering*/) {}

  /// Workers that frames can be steered to, at least 1; never changes.
  [[nodiscard]] virtual unsigned worker_count() const noexcept { return 1; }

  [[nodiscard]] virtual Report report() const = 0;
};

}  // namespace nvgre::datapath

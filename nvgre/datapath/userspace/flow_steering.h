/// Gives each frame to the worker that the adapter names: the steering program, its maps, and a copy of the program for
/// each device that it is attached to. All frames of a flow, from the tenant and for it, go to one worker as long as
/// the indirection table stays the same: nothing is reordered (RSS-26).
#pragma once

#include <optional>
#include <string>

#include "nvgre/datapath/data_plane.h"
#include "nvgre/datapath/steering.h"
#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/datapath/userspace/steering_maps.h"
#include "nvgre/datapath/userspace/steering_program.h"
#include "nvgre/offload/active_offloads.h"
#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

/// @note  One thread at a time.
class FlowSteering {
 public:
  /// Makes the maps. With one worker there is nothing to steer; without CAP_BPF and CAP_PERFMON (or
  /// CAP_SYS_ADMIN) flows can't be steered by us: the kernel's own hash spreads the frames of packet sockets then, and
  /// a TAP has one queue.
  explicit FlowSteering(unsigned worker_count);

  void apply(const Steering& steering);
  void apply(const offload::ActiveOffloads& offloads);

  /// The program for the underlay's sockets; no file: the kernel's own hash.
  [[nodiscard]] FileDescriptor underlay_program() const;
  /// The program for what a port's tenant sends, and so for that port's queue.
  [[nodiscard]] FileDescriptor port_program(SteeringPlace place, const std::string& device) const;

  [[nodiscard]] const Steering& steering() const noexcept { return steering_; }
  [[nodiscard]] SteeringKind kind() const noexcept { return kind_; }
  /// Why kind() is kKernel, as the kernel gave it; else empty.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  [[nodiscard]] Result<FileDescriptor> load(SteeringPlace place, offload::QueueId queue) const;
  [[nodiscard]] FileDescriptor load_or_warn(SteeringPlace place, offload::QueueId queue) const;

  SteeringKind kind_ = SteeringKind::kNone;
  std::string problem_;
  std::optional<SteeringMaps> maps_;
  Steering steering_;
};

}  // namespace nvgre::datapath::userspace

#include "nvgre/datapath/userspace/flow_steering.h"

#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>

namespace nvgre::datapath::userspace {
namespace {

void warn(const Error& error) {
  spdlog::warn("steering reason=\"{}\"", error.message);
}

std::string_view name_of(SteeringPlace place) noexcept {
  switch (place) {
    case SteeringPlace::kTapQueue:
      return "nvgre_tap";
    case SteeringPlace::kPortSocket:
      return "nvgre_port";
    case SteeringPlace::kUnderlaySocket:
      return "nvgre_underlay";
  }
  return "";
}

}  // namespace

FlowSteering::FlowSteering(unsigned worker_count) {
  if (worker_count == 1) return;
  auto maps = SteeringMaps::make();
  if (maps) maps_ = std::move(*maps);
  const auto program = maps_ ? load(SteeringPlace::kUnderlaySocket, offload::kDefaultQueue)
                             : Result<FileDescriptor>(std::unexpected(maps.error()));
  kind_ = program ? SteeringKind::kProgram : SteeringKind::kKernel;
  if (program) return;
  warn(program.error());
  problem_ = program.error().message;
  maps_.reset();
}

void FlowSteering::apply(const Steering& steering) {
  steering_ = steering;
  if (!maps_) return;
  if (auto applied = maps_->apply(steering); !applied) warn(applied.error());
}

void FlowSteering::apply(const offload::ActiveOffloads& offloads) {
  if (!maps_) return;
  if (auto applied = maps_->apply(offloads); !applied) warn(applied.error());
}

FileDescriptor FlowSteering::underlay_program() const {
  return load_or_warn(SteeringPlace::kUnderlaySocket, offload::kDefaultQueue);
}

FileDescriptor FlowSteering::port_program(SteeringPlace place, const std::string& device) const {
  return load_or_warn(place, steering_.queue_of(device).id);
}

FileDescriptor FlowSteering::load_or_warn(SteeringPlace place, offload::QueueId queue) const {
  if (!maps_) return {};
  auto program = load(place, queue);
  if (program) return std::move(*program);
  warn(program.error());
  return {};
}

Result<FileDescriptor> FlowSteering::load(SteeringPlace place, offload::QueueId queue) const {
  const auto code = assemble_steering(place, static_cast<std::uint32_t>(queue), maps_->numbers());
  return load_program(BPF_PROG_TYPE_SOCKET_FILTER, name_of(place), code);
}

}  // namespace nvgre::datapath::userspace

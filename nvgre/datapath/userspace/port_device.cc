#include "nvgre/datapath/userspace/port_device.h"

#include <cstdint>
#include <utility>

namespace nvgre::datapath::userspace {

Result<std::vector<PacketSocket>> open_group(const PacketSocketOptions& options, unsigned worker_count,
                                             int steering_program) {
  std::vector<PacketSocket> sockets;
  std::optional<std::uint16_t> group;
  for (unsigned worker = 0; worker < worker_count; ++worker) {
    auto socket = PacketSocket::open(options);
    if (!socket) return std::unexpected(std::move(socket.error()));
    if (worker_count > 1) {
      auto joined = socket->join(group, steering_program);
      if (!joined) return std::unexpected(std::move(joined.error()));
      group = *joined;
    }
    sockets.push_back(std::move(*socket));
  }
  for (auto& socket : sockets)
    if (auto started = socket.start(); !started) return std::unexpected(std::move(started.error()));
  return sockets;
}

Result<std::shared_ptr<PortDevice>> PortDevice::make(const TapOptions& options) {
  auto tap = TapDevice::make(options);
  if (!tap) return std::unexpected(std::move(tap.error()));
  std::shared_ptr<PortDevice> device(new PortDevice);
  device->tap_ = std::move(*tap);
  return device;
}

Result<std::shared_ptr<PortDevice>> PortDevice::attach(const std::string& name, int interface_index,
                                                       unsigned worker_count, int steering_program) {
  auto sockets = open_group({.device = name,
                             .interface_index = interface_index,
                             .filter = {},
                             .is_promiscuous = true,
                             .sends_vnet_headers = true},
                            worker_count, steering_program);
  if (!sockets) return std::unexpected(std::move(sockets.error()));
  std::shared_ptr<PortDevice> device(new PortDevice);
  device->sockets_ = std::move(*sockets);
  device->interface_index_ = interface_index;
  return device;
}

Result<void> PortDevice::steer(int steering_program) {
  return tap_ ? tap_->steer(steering_program) : sockets_.front().steer(steering_program);
}

int PortDevice::read_descriptor(unsigned worker) const noexcept {
  if (!tap_) return sockets_[worker].receiver();
  return worker < tap_->queue_count() ? tap_->queue(worker) : -1;
}

int PortDevice::write_descriptor(unsigned worker) const noexcept {
  if (!tap_) return sockets_[worker].sender();
  return tap_->queue(worker < tap_->queue_count() ? worker : 0);
}

}  // namespace nvgre::datapath::userspace

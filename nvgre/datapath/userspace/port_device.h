/// A tenant's port as the workers see it: a TAP that we made, or an existing device that we attached to. Each worker
/// reads and writes through its own queue or socket, so that a flow keeps its order.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nvgre/datapath/userspace/packet_socket.h"
#include "nvgre/datapath/userspace/tap_device.h"
#include "nvgre/wire/mac_address.h"
#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

/// @note  Made and changed by the control side; workers only ask for file numbers.
class PortDevice {
 public:
  /// Makes a TAP as the tenant's own interface.
  [[nodiscard]] static Result<std::shared_ptr<PortDevice>> make(const TapOptions& options);
  /// Attaches to an existing device, one socket a worker.
  /// @param steering_program  For more than one worker; negative: the kernel's own hash.
  [[nodiscard]] static Result<std::shared_ptr<PortDevice>> attach(const std::string& device, int interface_index,
                                                                  unsigned worker_count, int steering_program);

  /// Exchanges the program that names the worker of what the tenant sends. @pre made or attached with one, for more
  /// than one worker
  [[nodiscard]] Result<void> steer(int steering_program);

  [[nodiscard]] bool is_made_by_us() const noexcept { return tap_.has_value(); }
  /// The TAP. @pre is_made_by_us()
  [[nodiscard]] TapDevice& tap() noexcept { return *tap_; }
  /// Index of the existing device.
  [[nodiscard]] int interface_index() const noexcept { return interface_index_; }

  /// Where this worker reads frames; negative: another worker reads them all.
  [[nodiscard]] int read_descriptor(unsigned worker) const noexcept;
  /// Where this worker writes frames.
  [[nodiscard]] int write_descriptor(unsigned worker) const noexcept;

 private:
  PortDevice() = default;

  std::optional<TapDevice> tap_;
  std::vector<PacketSocket> sockets_;
  int interface_index_ = 0;
};

/// Opens one socket for each worker and joins them, so that each frame goes to one of them; then lets frames in.
[[nodiscard]] Result<std::vector<PacketSocket>> open_group(const PacketSocketOptions& options, unsigned worker_count,
                                                           int steering_program);

}  // namespace nvgre::datapath::userspace

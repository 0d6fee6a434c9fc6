/// A TAP that we make: the tenant's own interface, whose other side we hold as one or more queues. It may be moved into
/// the tenant's network namespace; the queues stay ours. It goes when the queues are closed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/offload/active_offloads.h"
#include "nvgre/wire/mac_address.h"
#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

struct TapOptions {
  std::string name;
  wire::MacAddress mac;
  std::size_t mtu = 0;  ///< The tenant's IP MTU, bytes.
  unsigned queue_count = 1;
  /// eBPF program that names the queue of a frame from the tenant (steering_program.h), or a negative number: then only
  /// one queue may be made, because the kernel's own steering would move flows between queues and reorder them.
  int steering_program = -1;
};

class TapDevice {
 public:
  /// Makes the device, gives it its address and MTU and sets it up.
  /// @return  The device, or why not: /dev/net/tun is not there, CAP_NET_ADMIN is missing, the name is in use, ...
  [[nodiscard]] static Result<TapDevice> make(const TapOptions& options);

  /// Offers the tenant's stack what is active: checksums, TSO, USO; or takes the offer back. Works on live traffic.
  /// @return  false if this kernel has no USO for TAPs (older than Linux 6.2): the rest is set.
  [[nodiscard]] Result<bool> offer(const offload::ActiveOffloads& offloads);

  /// Exchanges the steering program. @pre made with one
  [[nodiscard]] Result<void> steer(int steering_program);

  /// Changes the address; wherever the device is.
  [[nodiscard]] Result<void> set_mac(const wire::MacAddress& mac);
  /// Changes the MTU, also where the tenant moved the device into another namespace (that needs CAP_SYS_ADMIN).
  [[nodiscard]] Result<void> set_mtu(std::size_t mtu);

  /// The device exists, in whatever namespace.
  [[nodiscard]] bool exists() const noexcept;
  /// The device exists and its owner has set it up.
  [[nodiscard]] bool is_up() const noexcept;

  [[nodiscard]] unsigned queue_count() const noexcept { return static_cast<unsigned>(queues_.size()); }
  /// File number of a queue: one read or write is one frame behind its virtio-net header.
  [[nodiscard]] int queue(unsigned index) const noexcept { return queues_[index].number(); }

 private:
  explicit TapDevice(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] Result<void> add_queue(bool is_multi_queue);
  [[nodiscard]] Error failed(std::string_view doing, int number) const;

  std::string name_;
  std::vector<FileDescriptor> queues_;
};

}  // namespace nvgre::datapath::userspace

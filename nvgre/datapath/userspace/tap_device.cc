#include "nvgre/datapath/userspace/tap_device.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <string_view>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <spdlog/fmt/fmt.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "nvgre/datapath/userspace/system_error.h"
#include "nvgre/datapath/userspace/vnet_header.h"

namespace nvgre::datapath::userspace {
namespace {

// Linux 6.2, newer than Debian 12's headers. The kernel takes the two together only.
constexpr unsigned kOfferUso = 0x20 | 0x40;

using wire::IpVersion;

/// Whether an encapsulated super-frame of this inner version would be cut by the engine under some outer version.
bool covers_inner(offload::EncapsulatedMask mask, IpVersion inner) {
  return mask.covers(inner, IpVersion::kV4) || mask.covers(inner, IpVersion::kV6);
}

bool cuts(const offload::SegmentationTasks& tasks, offload::EncapsulatedMask mask, IpVersion inner) {
  return tasks.active.of(inner) && covers_inner(mask, inner);
}

unsigned segmentation_offer(const offload::ActiveOffloads& offloads) {
  const auto& encapsulated = offloads.encapsulated;
  unsigned offer = 0;
  if (cuts(offloads.lso, encapsulated.lso, IpVersion::kV4)) offer |= TUN_F_TSO4;
  if (cuts(offloads.lso, encapsulated.lso, IpVersion::kV6)) offer |= TUN_F_TSO6;
  if (offer != 0) offer |= TUN_F_TSO_ECN;
  if (cuts(offloads.uso, encapsulated.uso, IpVersion::kV4) && cuts(offloads.uso, encapsulated.uso, IpVersion::kV6))
    offer |= kOfferUso;
  return offer;
}

bool has_transport_checksum(const offload::ChecksumTasks& tasks) {
  return tasks.tcp.v4 && tasks.tcp.v6 && tasks.udp.v4 && tasks.udp.v6;
}

/// What TUNSETOFFLOAD takes. The checksum is one flag for all transports and versions, so all must be active; TSO and
/// USO include it (D-44).
unsigned offer_of(const offload::ActiveOffloads& offloads) {
  const unsigned segmentation = segmentation_offer(offloads);
  const auto mask = offloads.encapsulated.transmit_checksum;
  const bool checksum = has_transport_checksum(offloads.transmit_checksum) && covers_inner(mask, IpVersion::kV4) &&
                        covers_inner(mask, IpVersion::kV6);
  return segmentation != 0 || checksum ? segmentation | TUN_F_CSUM : 0;
}

ifreq request_for(const std::string& name) {
  ifreq request{};
  std::copy_n(name.begin(), std::min<std::size_t>(name.size(), IFNAMSIZ - 1), request.ifr_name);
  return request;
}

/// A socket to ask the current network namespace through.
FileDescriptor control_socket() {
  return FileDescriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

/// @return  0 or errno.
int set_mtu_here(const std::string& name, std::size_t mtu) {
  const auto socket = control_socket();
  auto request = request_for(name);
  request.ifr_mtu = static_cast<int>(mtu);
  return ::ioctl(socket.number(), SIOCSIFMTU, &request) == 0 ? 0 : errno;
}

int set_up_here(const std::string& name) {
  const auto socket = control_socket();
  auto request = request_for(name);
  if (::ioctl(socket.number(), SIOCGIFFLAGS, &request) != 0) return errno;
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  return ::ioctl(socket.number(), SIOCSIFFLAGS, &request) == 0 ? 0 : errno;
}

/// Whether `place`, an open network namespace, is this process's own.
bool is_own_namespace(const FileDescriptor& place) {
  struct stat there{}, here{};
  return ::fstat(place.number(), &there) == 0 && ::stat("/proc/self/ns/net", &here) == 0 &&
         there.st_dev == here.st_dev && there.st_ino == here.st_ino;
}

/// Runs `change` in another namespace, on a thread of its own: a thread that has entered one must not be used again.
int in_namespace(const FileDescriptor& place, const std::function<int()>& change) {
  int error = 0;
  std::thread([&] { error = ::setns(place.number(), CLONE_NEWNET) == 0 ? change() : errno; }).join();
  return error;
}

}  // namespace

Error TapDevice::failed(std::string_view doing, int number) const {
  return system_error(fmt::format("{} \"{}\"", doing, name_), number, "CAP_NET_ADMIN", name_);
}

Result<TapDevice> TapDevice::make(const TapOptions& options) {
  TapDevice device(options.name);
  const bool is_multi_queue = options.queue_count > 1 && options.steering_program >= 0;
  const unsigned queue_count = is_multi_queue ? options.queue_count : 1;
  for (unsigned i = 0; i < queue_count; ++i)
    if (auto added = device.add_queue(is_multi_queue); !added) return std::unexpected(std::move(added.error()));
  if (is_multi_queue)
    if (auto steered = device.steer(options.steering_program); !steered)
      return std::unexpected(std::move(steered.error()));
  if (auto set = device.set_mac(options.mac); !set) return std::unexpected(std::move(set.error()));
  if (auto set = device.set_mtu(options.mtu); !set) return std::unexpected(std::move(set.error()));
  if (const int error = set_up_here(options.name); error != 0) return std::unexpected(device.failed("set up", error));
  return device;
}

Result<void> TapDevice::steer(int steering_program) {
  if (::ioctl(queue(0), TUNSETSTEERINGEBPF, &steering_program) != 0)
    return std::unexpected(failed("steer the queues of", errno));
  return {};
}

Result<void> TapDevice::add_queue(bool is_multi_queue) {
  FileDescriptor queue(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!queue) {
    if (errno != EPERM && errno != EACCES)
      return failure(
          ErrorCode::kUnavailable,
          fmt::format("cannot make the TAP \"{}\": /dev/net/tun: {}; load the module tun, or pass the device "
                      "into the container",
                      name_, std::strerror(errno)),
          name_);
    return std::unexpected(failed("open /dev/net/tun for", errno));
  }
  auto request = request_for(name_);
  // IFF_TUN_EXCL only for the first queue: the name must not be anyone else's.
  request.ifr_flags = static_cast<short>(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (is_multi_queue ? IFF_MULTI_QUEUE : 0) |
                                         (queues_.empty() ? IFF_TUN_EXCL : 0));
  if (::ioctl(queue.number(), TUNSETIFF, &request) != 0)
    return std::unexpected(failed(queues_.empty() ? "make the TAP" : "add a queue to the TAP", errno));
  if (const int size = kVnetHeaderSize; ::ioctl(queue.number(), TUNSETVNETHDRSZ, &size) != 0)
    return std::unexpected(failed("set the virtio-net header of", errno));
  queues_.push_back(std::move(queue));
  return {};
}

Result<bool> TapDevice::offer(const offload::ActiveOffloads& offloads) {
  const unsigned wanted = offer_of(offloads);
  // The offer belongs to the device: any queue sets it for all.
  if (::ioctl(queue(0), TUNSETOFFLOAD, static_cast<unsigned long>(wanted)) == 0) return true;
  if (errno != EINVAL || (wanted & kOfferUso) == 0) return std::unexpected(failed("set the offloads of", errno));
  if (::ioctl(queue(0), TUNSETOFFLOAD, static_cast<unsigned long>(wanted & ~kOfferUso)) != 0)
    return std::unexpected(failed("set the offloads of", errno));
  return false;
}

Result<void> TapDevice::set_mac(const wire::MacAddress& mac) {
  auto request = request_for(name_);
  request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
  std::copy(mac.bytes().begin(), mac.bytes().end(), request.ifr_hwaddr.sa_data);
  if (::ioctl(queue(0), SIOCSIFHWADDR, &request) != 0) return std::unexpected(failed("set the address of", errno));
  return {};
}

Result<void> TapDevice::set_mtu(std::size_t mtu) {
  ifreq request{};  // the tenant may have moved and renamed the device
  if (::ioctl(queue(0), TUNGETIFF, &request) != 0) return std::unexpected(failed("find", errno));
  const std::string name(request.ifr_name);
  const FileDescriptor place(::ioctl(queue(0), TUNGETDEVNETNS));
  const auto change = [&] { return set_mtu_here(name, mtu); };
  const int error = !place || is_own_namespace(place) ? change() : in_namespace(place, change);
  if (error != 0) return std::unexpected(failed(fmt::format("set the MTU {} of", mtu), error));
  return {};
}

bool TapDevice::exists() const noexcept {
  ifreq request{};
  return ::ioctl(queue(0), TUNGETIFF, &request) == 0;
}

bool TapDevice::is_up() const noexcept {
  // A TAP can be written to exactly while it is up.
  pollfd state{.fd = queue(0), .events = POLLOUT, .revents = 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & POLLOUT) != 0;
}

}  // namespace nvgre::datapath::userspace

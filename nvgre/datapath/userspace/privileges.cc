#include "nvgre/datapath/userspace/privileges.h"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <cap-ng.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <spdlog/fmt/fmt.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/datapath/userspace/system_error.h"

namespace nvgre::datapath::userspace {
namespace {

constexpr std::string_view kHelp = "run as root, or grant the capability";

Result<void> need(unsigned capability, std::string_view name, std::string_view purpose) {
  if (capng_have_capability(CAPNG_EFFECTIVE, capability) != 0) return {};
  return failure(ErrorCode::kPrivilege, fmt::format("{} is missing, which {} needs; {}", name, purpose, kHelp));
}

/// Makes a TAP under a name that the kernel chooses. @return 0 or errno.
int make_nameless_tap(FileDescriptor& tap) {
  tap = FileDescriptor(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
  if (!tap) return errno;
  ifreq request{};
  request.ifr_flags = static_cast<short>(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR);
  return ::ioctl(tap.number(), TUNSETIFF, &request) == 0 ? 0 : errno;
}

}  // namespace

Result<void> check_privileges() {
  capng_get_caps_process();
  if (auto held = need(CAP_NET_ADMIN, "CAP_NET_ADMIN", "making and changing devices"); !held) return held;
  return need(CAP_NET_RAW, "CAP_NET_RAW", "sending and receiving raw frames");
}

std::string missing_program_capabilities() {
  capng_get_caps_process();
  const auto has = [](unsigned capability) { return capng_have_capability(CAPNG_EFFECTIVE, capability) != 0; };
  if (has(CAP_SYS_ADMIN)) return {};  // which includes both
  if (has(CAP_BPF)) return has(CAP_PERFMON) ? "" : "CAP_PERFMON";
  return has(CAP_PERFMON) ? "CAP_BPF" : "CAP_BPF and CAP_PERFMON";
}

Result<void> check_tun() {
  FileDescriptor tap;
  const int error = make_nameless_tap(tap);
  if (error == 0) return {};
  if (error == ENOENT || error == ENODEV)
    return failure(
        ErrorCode::kUnavailable,
        fmt::format("/dev/net/tun can't be used ({}); load the module tun, or pass the device into the container",
                    std::strerror(error)),
        "/dev/net/tun");
  return std::unexpected(system_error("make a TAP", error, "CAP_NET_ADMIN", "/dev/net/tun"));
}

bool kernel_takes_udp_super_frames() {
  constexpr unsigned long kOffer =
      TUN_F_CSUM | 0x20 | 0x40;  // TUN_F_USO4 and TUN_F_USO6, newer than Debian 12's headers
  FileDescriptor tap;
  return make_nameless_tap(tap) == 0 && ::ioctl(tap.number(), TUNSETOFFLOAD, kOffer) == 0;
}

}  // namespace nvgre::datapath::userspace

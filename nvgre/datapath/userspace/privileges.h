/// What this process may do with the network, found out by trying, before anything is changed.
#pragma once

#include <string>

#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

/// What the userspace data plane cannot do without: packet sockets and the change of devices.
/// @return  kPrivilege and the name of the capability that is missing.
[[nodiscard]] Result<void> check_privileges();

/// Which of the capabilities that loading an eBPF program takes this process lacks: "CAP_BPF and CAP_PERFMON", one of
/// them, or "". Without CAP_PERFMON the kernel verifies a program as it would run under speculation too, and gives up
/// on one as long as the steering program.
[[nodiscard]] std::string missing_program_capabilities();

/// Whether TAPs can be made: /dev/net/tun is there and may be used.
[[nodiscard]] Result<void> check_tun();

/// Whether TAPs and packet sockets of this kernel take UDP super-frames (Linux 6.2). Found out with a TAP that lives
/// for a moment; false where none can be made.
[[nodiscard]] bool kernel_takes_udp_super_frames();

}  // namespace nvgre::datapath::userspace

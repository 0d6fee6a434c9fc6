/// The program that spreads the flows of a device over workers: a few lines of eBPF that the kernel runs for each frame
/// before it puts it into a queue. All frames of a flow, from the tenant and for it, go to one worker: nothing is
/// reordered, whatever was written to which queue before, and answers leave with the burst they arrived in.
#pragma once

#include <cstdint>

#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

/// Where a program finds the frame it is asked about.
enum class SteeringPlace : std::uint8_t {
  kTapQueue,       ///< TUNSETSTEERINGEBPF: a tenant's frame, from its Ethernet header on.
  kPortSocket,     ///< PACKET_FANOUT of a port's device: a tenant's frame, from its IP header on.
  kUnderlaySocket  ///< PACKET_FANOUT of the underlay: an NVGRE packet, from its outer IP header on.
};

/// Loads the program for a place.
/// @return  It, or why not: without CAP_BPF (or CAP_SYS_ADMIN) flows can't be spread by us. The kernel's own hash
///          does it for packet sockets then, and a TAP has one queue.
[[nodiscard]] Result<FileDescriptor> load_steering_program(SteeringPlace place);

}  // namespace nvgre::datapath::userspace

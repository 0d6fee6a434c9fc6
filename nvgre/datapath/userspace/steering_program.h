/// The program that the kernel runs for each frame before it puts it into a worker's queue. It does what the adapter
/// says: the receive filters choose a queue, the RSS hash an entry of that queue's indirection table, and that entry is
/// the worker (VMQ-17 to VMQ-22, RSS-8 to RSS-18, D-46). Its hash is that of offload::ReceiveScaling::hash_of(), bit
/// for bit, for every NVGRE packet.
///
/// What a tenant sends is hashed as the answer to it will be, with the ends of the flow exchanged: so both directions
/// of a flow are one worker's, whose answers leave with the burst that they arrived in.
#pragma once

#include <cstdint>
#include <vector>

#include <linux/bpf.h>

namespace nvgre::datapath::userspace {

/// Where a program finds the frame it is asked about.
enum class SteeringPlace : std::uint8_t {
  kTapQueue,       ///< TUNSETSTEERINGEBPF: a tenant's frame, from its Ethernet header on.
  kPortSocket,     ///< PACKET_FANOUT of a port's device: a tenant's frame, from its IP header on.
  kUnderlaySocket  ///< PACKET_FANOUT of the underlay: a provider's packet, from its outer IP header on.
};

/// The maps of steering_layout.h, as file numbers.
struct SteeringMapNumbers {
  int selector = -1;  ///< Array of one number: which HashSettings are in use.
  int hash = -1;      ///< Array of HashSettings.
  int queues = -1;    ///< Array of QueueWorkers.
  int filters = -1;   ///< FilterKey to the number of a queue.
};

/// @param queue  The queue of a tenant's frames; the underlay's are found by their filters.
[[nodiscard]] std::vector<bpf_insn> assemble_steering(SteeringPlace place, std::uint32_t queue,
                                                      const SteeringMapNumbers& maps);

}  // namespace nvgre::datapath::userspace

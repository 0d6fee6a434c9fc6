/// Classic BPF programs for packet sockets: what the kernel hands to the underlay socket at all.
#pragma once

#include <span>

#include <linux/filter.h>

namespace nvgre::datapath::userspace {

using PacketFilter = std::span<const sock_filter>;

/// Passes, behind at most two tags, IPv4 and IPv6 packets with protocol 47 (fragments too: they are counted) and the
/// "too big" errors about such packets (OVL-13). Frames to another host's Ethernet address and our own are stopped.
/// @note  The filter only spares the worker work: whoever reads the socket checks everything again.
[[nodiscard]] PacketFilter underlay_filter() noexcept;

/// Passes nothing: for a socket that is only there, or not yet complete.
[[nodiscard]] PacketFilter drop_all_filter() noexcept;

}  // namespace nvgre::datapath::userspace

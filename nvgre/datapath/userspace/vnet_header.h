/// The virtio-net header that stands before each frame of a TAP (IFF_VNET_HDR) and of a packet socket
/// (PACKET_VNET_HDR): ten bytes in the machine's byte order, which say what is unfinished about the frame.
///
///     0      1         2           4         6           8             10
///     [flags][gso type][header size][gso size][checksum start][checksum offset]
///
/// @see  "Virtual I/O Device (VIRTIO) Version 1.2", section 5.1.6; include/uapi/linux/virtio_net.h
#pragma once

#include <cstddef>

#include "nvgre/offload/frame_metadata.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/drop_reason.h"

namespace nvgre::datapath::userspace {

inline constexpr std::size_t kVnetHeaderSize = 10;

/// Reads a header.
/// @param header      At least kVnetHeaderSize bytes.
/// @param frame_size  Bytes of the frame behind it: what the header says has to lie inside.
/// @return            What it says, or kMalformedVnetHeader if it contradicts itself or the frame.
[[nodiscard]] wire::Checked<offload::FrameMetadata> read_vnet_header(wire::Bytes header,
                                                                     std::size_t frame_size) noexcept;

/// Writes a header.
/// @param out  At least kVnetHeaderSize bytes.
void write_vnet_header(const offload::FrameMetadata& metadata, wire::MutableBytes out) noexcept;

}  // namespace nvgre::datapath::userspace

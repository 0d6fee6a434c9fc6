/// Finishing a checksum that a tenant left unfinished and no offload is made for: anything but the TCP or UDP header of
/// the packet, for example the transport header inside a tunnel of the tenant's own.
#pragma once

#include "nvgre/overlay/tenant_frame.h"
#include "nvgre/wire/bytes.h"

namespace nvgre::overlay {

/// Copies the frame, without its tags, and finishes the one checksum its metadata names: the sum from checksum_start to
/// the end, with what the field holds as its seed.
/// @param out  At least frame.size() bytes.
/// @pre        frame.metadata().needs_checksum; it is no super-frame
/// @return     The finished frame's bytes; nothing about them is left to do.
wire::Bytes complete_checksum(const TenantFrame& frame, wire::MutableBytes out) noexcept;

}  // namespace nvgre::overlay

/// The cable between a simulated tenant and its port: frames with their metadata, both ways.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "nvgre/offload/frame_metadata.h"

namespace nvgre::datapath::memory {

/// A frame on the way between a tenant and its port.
struct TenantFrame {
  std::vector<std::uint8_t> bytes;
  offload::FrameMetadata metadata;
};

/// What the port offers its tenant, as a TAP does by TUNSETOFFLOAD.
struct PortFeatures {
  bool checksum = false;          ///< Unfinished checksums are welcome, both ways.
  bool tcp_segmentation = false;  ///< TCP super-frames are welcome, both ways.
  bool udp_segmentation = false;
};

/// Both directions of one cable. Used by one thread.
struct TenantLink {
  std::deque<TenantFrame> from_tenant;
  std::deque<TenantFrame> to_tenant;
  PortFeatures features;
};

}  // namespace nvgre::datapath::memory

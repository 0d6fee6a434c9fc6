/// A frame from a tenant's port, looked at once: where its headers lie, and what it is without its VLAN tags.
///
///     bytes       [MACs 12][tags 4 each, OVL-5, OVL-6][EtherType 2][payload ...
///     as carried  [MACs 12]                           [EtherType 2][payload ...
#pragma once

#include <cstddef>
#include <cstdint>

#include "nvgre/offload/frame_metadata.h"
#include "nvgre/overlay/flow_hash.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::overlay {

/// How long the bytes of a frame stay where they are.
enum class BytesStay : std::uint8_t {
  kUntilBurstEnds,  ///< A port's buffers.
  kDuringCall,      ///< Our own scratch room: whoever keeps the frame copies it.
};

class TenantFrame {
 public:
  /// @return The frame; kTruncatedEthernet; kUnsupportedHeader for a longer stack of tags than anybody uses;
  ///         kMalformedVnetHeader if the metadata contradicts the bytes.
  [[nodiscard]] static wire::Checked<TenantFrame> parse(wire::Bytes bytes, const offload::FrameMetadata& metadata,
                                                        BytesStay stay = BytesStay::kUntilBurstEnds) noexcept;

  /// As the port handed it over, tags included; offsets of map() start here.
  [[nodiscard]] wire::Bytes bytes() const noexcept { return bytes_; }
  [[nodiscard]] BytesStay bytes_stay() const noexcept { return bytes_stay_; }
  [[nodiscard]] const offload::FrameMetadata& metadata() const noexcept { return metadata_; }
  /// Only the inner half is filled. A super-frame's lengths are those of the bytes.
  [[nodiscard]] const wire::HeaderMap& map() const noexcept { return map_; }

  [[nodiscard]] const wire::MacAddress& source() const noexcept { return source_; }
  [[nodiscard]] const wire::MacAddress& destination() const noexcept { return destination_; }
  /// Behind the tags.
  [[nodiscard]] wire::EtherType ether_type() const noexcept { return ether_type_; }
  /// Behind the Ethernet header and its tags.
  [[nodiscard]] wire::Bytes payload() const noexcept { return bytes_.subspan(link_size_); }
  /// Bytes of the frame without tags.
  [[nodiscard]] std::size_t size() const noexcept { return wire::EthernetView::kSize + payload().size(); }
  /// Bytes of the tags: what offsets lose when they are removed.
  [[nodiscard]] std::size_t tags_size() const noexcept { return link_size_ - wire::EthernetView::kSize; }
  /// Writes the Ethernet header without tags. @pre out holds EthernetView::kSize bytes
  void write_link(wire::MutableBytes out) const noexcept;

  /// The IP packet from its header on; empty if there is none that can be read.
  [[nodiscard]] wire::Bytes packet() const noexcept;
  /// DSCP and ECN of the IP packet; 0 for other frames (OVL-22).
  [[nodiscard]] std::uint8_t traffic_class() const noexcept;
  [[nodiscard]] FlowHash flow_hash() const noexcept { return {bytes_, map_}; }

  /// Whether the checksum to be finished is that of the TCP or UDP header found, which the adapter can do.
  [[nodiscard]] bool needs_transport_checksum() const noexcept;

 private:
  TenantFrame(wire::Bytes bytes, const offload::FrameMetadata& metadata, BytesStay stay,
              const wire::EthernetView& link) noexcept;
  /// What is wrong with the metadata, if anything.
  [[nodiscard]] bool contradicts_metadata() const noexcept;

  wire::Bytes bytes_;
  BytesStay bytes_stay_;
  offload::FrameMetadata metadata_;
  wire::MacAddress source_, destination_;
  wire::EtherType ether_type_;
  std::size_t link_size_;
  wire::HeaderMap map_;
};

}  // namespace nvgre::overlay

#include "nvgre/offload/send_packet.h"

#include <algorithm>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::offload {
namespace {

using wire::DropReason;

/// Tunnel headers with options and 128 bytes of inner extension headers fit: the default MaxHeaderSizeSupported.
constexpr std::size_t kUsualHeadSize = wire::kDefaultMaxHeaderSize;

constexpr std::size_t kMacAddressesSize = 2 * wire::MacAddress::kSize;

/// LOC-13, LOC-14: the last offset points at the L4 header whatever its protocol, so at the end of the inner IP header.
bool offsets_agree(const SupplementalRequest& request, const wire::HeaderMap& map) noexcept {
  if (request.inner_frame_offset != map.inner_link.offset) return false;
  if (!map.inner_ip) return true;
  return request.transport_ip_header_relative_offset == map.inner_ip.offset - map.inner_link.offset &&
         request.tcp_header_relative_offset == map.inner_ip.size;
}

}  // namespace

wire::LocateOptions locate_options(const SendRequest& request, const ActiveOffloads& offloads,
                                   bool ignore_lengths) noexcept {
  return {.max_header_size = std::min(offloads.max_header_size, kMaxHeaderCapacity),
          .follow_gre = is_encapsulated(request),
          .ignore_lengths = ignore_lengths};
}

std::uint16_t effective_tag(const SendRequest& request, const ActiveOffloads& offloads) noexcept {
  return static_cast<std::uint16_t>(request.tag_control.value_or(0) & offloads.tag_mask());
}

SendPacket::SendPacket(GatherList pieces, wire::LocateOptions options) noexcept
    : pieces_(pieces), size_(total_size(pieces)) {
  options.frame_size = size_;
  locate(options, kUsualHeadSize);
  // Perhaps the headers end behind the bytes that are enough for nearly all: then look at as many as may be.
  if (map_.obstacle && head_size_ < size_) locate(options, kMaxHeaderCapacity);
}

void SendPacket::locate(wire::LocateOptions options, std::size_t head_size) noexcept {
  head_size_ = copy_prefix(pieces_, wire::MutableBytes(buffer_).subspan(kTagSize, std::min(size_, head_size)));
  map_ = wire::locate(head(), options);
}

void SendPacket::insert_tag(std::uint16_t tag_control) noexcept {
  const wire::MutableBytes buffer(buffer_);
  std::ranges::copy(buffer.subspan(kTagSize, kMacAddressesSize), buffer.begin());
  const auto tag = buffer.subspan(kMacAddressesSize, kTagSize);
  wire::store_big_endian(tag, static_cast<std::uint16_t>(wire::EtherType::kVlan));
  wire::store_big_endian(tag.subspan(sizeof(std::uint16_t)), tag_control);
  tag_size_ = kTagSize;
}

std::optional<DropReason> check_headers(const SendRequest& request, const wire::HeaderMap& map) noexcept {
  if (map.obstacle == DropReason::kHeaderTooLong) return DropReason::kHeaderTooLong;  // LOC-12
  if (!is_encapsulated(request)) return std::nullopt;
  if (!map.is_encapsulated()) return map.obstacle.value_or(DropReason::kNotNvgre);
  // A GRE checksum covers what this engine changes, and NVGRE has none (RFC 7637, section 3.2).
  if (map.gre.has_checksum()) return DropReason::kGreFlags;
  if (request.supplemental->offsets_valid && !offsets_agree(*request.supplemental, map))
    return DropReason::kOffsetMismatch;
  return std::nullopt;
}

std::optional<DropReason> check_transport(const wire::HeaderMap& map, wire::IpProtocol protocol,
                                          std::uint16_t header_offset) noexcept {
  if (map.inner_ip.is_fragment) return DropReason::kFragmentRequest;
  if (map.transport.size == 0 || map.transport.protocol != protocol)
    return map.obstacle.value_or(protocol == wire::IpProtocol::kTcp ? DropReason::kNotTcp : DropReason::kNotUdp);
  const bool plain = !map.is_encapsulated();
  if (plain && header_offset != 0 && header_offset != map.transport.offset) return DropReason::kOffsetMismatch;
  return std::nullopt;
}

}  // namespace nvgre::offload

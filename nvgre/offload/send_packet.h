/// One packet of a send request as the engine works on it: its headers contiguous and mapped, its payload where the
/// sender left it. This is where split headers become contiguous (LOC-17), and where a request is held against what the
/// headers say (LOC-12 to LOC-16).
///
///     buffer_   [4 bytes for a tag][first bytes of the packet ...            ]
///     head()                       ^ offsets of map() start here
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/gather.h"
#include "nvgre/offload/send_request.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/locate.h"

namespace nvgre::offload {

/// The largest MaxHeaderSizeSupported that can be configured (CAP-5), bytes.
inline constexpr std::size_t kMaxHeaderCapacity = 1024;

/// Bytes of an 802.1Q tag.
inline constexpr std::size_t kTagSize = 4;

/// Whether the request says that its packets are encapsulated; never guessed from bytes (LOC-1).
[[nodiscard]] constexpr bool is_encapsulated(const SendRequest& request) noexcept {
  return request.supplemental && request.supplemental->is_encapsulated;
}

/// What to look for in the request's packets.
/// @param ignore_lengths  LSOv2 and USO: the packet's end bounds all (D-4).
[[nodiscard]] wire::LocateOptions locate_options(const SendRequest& request, const ActiveOffloads& offloads,
                                                 bool ignore_lengths) noexcept;

/// The tag that a request's packets get: what KEY-30 lets through, 0 for none.
[[nodiscard]] std::uint16_t effective_tag(const SendRequest& request, const ActiveOffloads& offloads) noexcept;

class SendPacket {
 public:
  /// Copies the first bytes together and maps the headers in them.
  SendPacket(GatherList pieces, wire::LocateOptions options) noexcept;
  SendPacket(const SendPacket&) = delete;
  SendPacket& operator=(const SendPacket&) = delete;

  [[nodiscard]] GatherList pieces() const noexcept { return pieces_; }
  /// Bytes of the whole packet.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] const wire::HeaderMap& map() const noexcept { return map_; }
  /// The first bytes of the packet, ours to change; all headers of map() lie in them.
  [[nodiscard]] wire::MutableBytes head() noexcept { return wire::MutableBytes(buffer_).subspan(kTagSize, head_size_); }
  /// Bytes up to the end of the last header.
  [[nodiscard]] std::size_t header_size() const noexcept { return map_.headers_end(); }

  /// Inserts an 802.1Q tag behind the MAC addresses (LSO-27). Offsets of map() and head() stay as they were, so only
  /// what is behind the addresses may be changed from now on. @pre the packet has an Ethernet header
  void insert_tag(std::uint16_t tag_control) noexcept;
  /// The header bytes as they leave: the inserted tag included.
  [[nodiscard]] wire::Bytes headers() const noexcept {
    return wire::Bytes(buffer_).subspan(kTagSize - tag_size_, tag_size_ + header_size());
  }

 private:
  void locate(wire::LocateOptions options, std::size_t head_size) noexcept;

  GatherList pieces_;
  std::size_t size_;
  std::size_t head_size_ = 0;
  std::size_t tag_size_ = 0;
  wire::HeaderMap map_;
  std::array<std::uint8_t, kTagSize + kMaxHeaderCapacity> buffer_;  // filled as far as head() reaches
};

/// Holds a request against the headers of its packet: the encapsulation it names, the header limit (LOC-12), the
/// supplemental offsets (LOC-14). @return what is wrong, if anything.
[[nodiscard]] std::optional<wire::DropReason> check_headers(const SendRequest& request,
                                                            const wire::HeaderMap& map) noexcept;

/// Checks that the transport header is the one that the request names.
/// @param header_offset  Where the request says it starts, for plain packets (LOC-16); 0 and for encapsulated ones
///                       whatever it is (LOC-15): found by parsing.
[[nodiscard]] std::optional<wire::DropReason> check_transport(const wire::HeaderMap& map, wire::IpProtocol protocol,
                                                              std::uint16_t header_offset) noexcept;

}  // namespace nvgre::offload

/// Where the headers of one frame lie: what locate() finds and everyone else reads.
///
///     outer_link  outer_ip            gre        inner_link  inner_ip            transport   payload
///     [Ethernet  ][IP + options/ext. ][GRE + key][Ethernet  ][IP + options/ext. ][TCP or UDP][...
///
/// A frame that is not encapsulated (kNone) has only the inner_* half, starting at offset 0; one that is kUnsupported
/// has only the outer half. All offsets are bytes from the first byte of the frame. A header that is absent, or not
/// wholly inside the captured bytes and the outer packet as its IP length bounds it (WIRE-14), is empty (`!header`),
/// and `problem` says what is wrong.
#pragma once

#include <cstdint>
#include <optional>

#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::wire {

enum class EtherType : std::uint16_t {
  kIpv4 = 0x0800,
  kArp = 0x0806,
  kTransparentEthernetBridging = 0x6558,
  kVlan = 0x8100,
  kIpv6 = 0x86DD,
  kProviderVlan = 0x88A8,
};

enum class IpProtocol : std::uint8_t {
  kHopByHop = 0,
  kIcmp = 1,
  kTcp = 6,
  kUdp = 17,
  kRouting = 43,
  kFragment = 44,
  kGre = 47,
  kEsp = 50,
  kAuthentication = 51,
  kIcmpv6 = 58,
  kNoNextHeader = 59,
  kDestinationOptions = 60,
};

enum class Encapsulation : std::uint8_t {
  kNone,         ///< No GRE.
  kNvgre,        ///< GRE flags pass WIRE-11 and the type is 0x6558.
  kGre,          ///< Any other GRE; with K = 1, type 0x6558 and C or S the inner half is filled all the same (LOC-5).
  kUnsupported,  ///< Routing or strict-route bit, version not 0, outer fragment, or headers longer than LOC-12 allows.
};

/// Ethernet II with its 802.1Q/802.1ad tags.
struct LinkHeader {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;  ///< 14 bytes and 4 for each tag; 0: absent.
  std::uint8_t tag_count = 0;
  std::uint16_t tag_control = 0;  ///< Priority, DEI and VLAN ID of the outermost tag.
  EtherType ether_type{};         ///< Behind the tags.
  [[nodiscard]] explicit constexpr operator bool() const noexcept { return size != 0; }
  [[nodiscard]] constexpr std::uint32_t end() const noexcept { return offset + size; }
  [[nodiscard]] constexpr std::uint16_t vlan_id() const noexcept { return tag_control & 0x0FFF; }
};

/// IPv4 with its options, or IPv6 with its extension chain.
struct NetworkHeader {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;  ///< Options and extension headers included; 0: absent.
  IpVersion version = IpVersion::kV4;
  IpProtocol protocol{};      ///< Behind the extension headers.
  bool is_fragment = false;   ///< MF, an offset, or an IPv6 Fragment header, atomic ones included (D-12).
  bool has_options = false;   ///< IPv4 options or IPv6 extension headers.
  bool is_truncated = false;  ///< The IP length names more bytes than the frame, or the outer packet around it, has.
  bool is_malformed = false;  ///< The IP length is shorter than the header: nobody can say what the packet holds.
  bool has_length = false;    ///< payload_end is what the IP length says.
  /// Where the IP payload ends, never before end(): by the IP length; where that is 0, shorter than the header, too
  /// long or to be ignored (D-4), the end of the frame, or of the outer packet around it.
  std::uint32_t payload_end = 0;
  [[nodiscard]] explicit constexpr operator bool() const noexcept { return size != 0; }
  [[nodiscard]] constexpr std::uint32_t end() const noexcept { return offset + size; }
  [[nodiscard]] constexpr bool is_v4() const noexcept { return version == IpVersion::kV4; }
};

/// GRE base header and its optional fields (RFC 2784, RFC 2890). Where the flags do not tell what follows the base
/// header (LOC-4), it is the base header alone, without key and sequence number.
struct TunnelHeader {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;  ///< 4 to 16 bytes; 0: absent.
  std::uint16_t flags = 0;
  EtherType protocol{};
  std::optional<std::uint32_t> key;
  std::optional<std::uint32_t> sequence;
  [[nodiscard]] explicit constexpr operator bool() const noexcept { return size != 0; }
  [[nodiscard]] constexpr std::uint32_t end() const noexcept { return offset + size; }
  [[nodiscard]] constexpr bool has_checksum() const noexcept { return (flags & 0x8000) != 0; }
  [[nodiscard]] constexpr std::optional<Vsid> vsid() const noexcept {
    if (!key) return std::nullopt;
    return Vsid::from_key(*key);
  }
  [[nodiscard]] constexpr std::optional<FlowId> flow_id() const noexcept {
    if (!key) return std::nullopt;
    return static_cast<FlowId>(*key & 0xFF);
  }
};

/// A TCP or UDP header that LOC-11 accepts; never one of a fragment.
struct TransportHeader {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;  ///< Options included; 0: absent.
  IpProtocol protocol{};   ///< kTcp or kUdp.
  /// Where the payload ends, never before end(): UDP's length bounds it, else as NetworkHeader::payload_end.
  std::uint32_t payload_end = 0;
  [[nodiscard]] explicit constexpr operator bool() const noexcept { return size != 0; }
  [[nodiscard]] constexpr std::uint32_t end() const noexcept { return offset + size; }
  [[nodiscard]] constexpr bool is_tcp() const noexcept { return size != 0 && protocol == IpProtocol::kTcp; }
  [[nodiscard]] constexpr bool is_udp() const noexcept { return size != 0 && protocol == IpProtocol::kUdp; }
};

/// All headers of one frame.
struct HeaderMap {
  Encapsulation encapsulation = Encapsulation::kNone;
  std::optional<DropReason> problem;  ///< The first thing that is wrong with the frame, if any.
  /// The first problem for which bytes and headers can't be trusted to be what they seem. A reserved VSID and GRE that
  /// is not quite NVGRE are none: an endpoint refuses them, an adapter judges neither.
  std::optional<DropReason> obstacle;
  /// The problem lies behind the inner Ethernet header: the frame can still be bridged, only not offloaded.
  bool problem_is_inner = false;
  LinkHeader outer_link;
  NetworkHeader outer_ip;
  TunnelHeader gre;
  LinkHeader inner_link;
  NetworkHeader inner_ip;
  TransportHeader transport;

  /// Outer IP, GRE with key and Ethernet inside, inner Ethernet: what offloads for encapsulated frames need.
  [[nodiscard]] constexpr bool is_encapsulated() const noexcept {
    return static_cast<bool>(gre) && static_cast<bool>(inner_link);
  }
  /// An IP length contradicts its own header, whatever else is wrong: sums over the payload would cover a guess.
  [[nodiscard]] constexpr bool is_malformed() const noexcept { return outer_ip.is_malformed || inner_ip.is_malformed; }
  /// First byte behind the last header that was found.
  [[nodiscard]] constexpr std::uint32_t headers_end() const noexcept {
    if (transport) return transport.end();
    if (inner_ip) return inner_ip.end();
    if (inner_link) return inner_link.end();
    if (gre) return gre.end();
    if (outer_ip) return outer_ip.end();
    return outer_link.end();
  }
};

}  // namespace nvgre::wire

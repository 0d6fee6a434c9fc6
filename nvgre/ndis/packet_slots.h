/// What accompanies a NET_BUFFER_LIST: one 64-bit word for each slot of NetBufferListInfo, and the fields of those
/// words that task offload uses. A word of 0 means that the slot is absent; the fields lie in the low 32 bits. What
/// this leaves to others: what the words ask of the adapter (send_slots.h) and tell of it (receive_slots.h).
/// @see  NDIS_NET_BUFFER_LIST_INFO and the structures named here, Microsoft
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "nvgre/ndis/types.h"

namespace nvgre::ndis {

/// NDIS_NET_BUFFER_LIST_INFO, on 64-bit Windows from NDIS 6.30 on. The last two mean one thing on send and another on
/// receive (RSC-30).
enum class Slot : std::uint8_t {
  kTcpIpChecksum = 0,
  kTcpLargeSend = 2,
  kIeee8021Q = 4,
  kHashValue = 8,
  kHashInfo = 9,
  kFiltering = 14,
  kVirtualSubnet = 20,
  kUdpSegmentation = 22,                                 ///< On send.
  kTcpRecvSegCoalesce = kUdpSegmentation,                ///< On receive.
  kTcpSendOffloadsSupplemental = 23,                     ///< On send.
  kRscTcpTimestampDelta = kTcpSendOffloadsSupplemental,  ///< On receive.
};

class PacketSlots {
 public:
  static constexpr std::size_t kCount = 24;

  [[nodiscard]] constexpr std::uint64_t& operator[](Slot slot) noexcept { return words_[index(slot)]; }
  [[nodiscard]] constexpr std::uint64_t operator[](Slot slot) const noexcept { return words_[index(slot)]; }
  [[nodiscard]] constexpr bool has(Slot slot) const noexcept { return (*this)[slot] != 0; }
  /// A field of the slot's word.
  [[nodiscard]] constexpr ULONG get(Slot slot, Bits field) const noexcept {
    return field.of(static_cast<ULONG>((*this)[slot]));
  }
  friend constexpr bool operator==(const PacketSlots&, const PacketSlots&) noexcept = default;

 private:
  [[nodiscard]] static constexpr std::size_t index(Slot slot) noexcept { return static_cast<std::size_t>(slot); }
  std::array<std::uint64_t, kCount> words_{};
};

struct NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO {
  struct Transmit {
    static constexpr Bits IsIPv4{0, 1};
    static constexpr Bits IsIPv6{1, 1};
    static constexpr Bits TcpChecksum{2, 1};
    static constexpr Bits UdpChecksum{3, 1};
    static constexpr Bits IpHeaderChecksum{4, 1};
    static constexpr Bits TcpHeaderOffset{16, 10};
  };
  struct Receive {
    static constexpr Bits TcpChecksumFailed{0, 1};
    static constexpr Bits UdpChecksumFailed{1, 1};
    static constexpr Bits IpChecksumFailed{2, 1};
    static constexpr Bits TcpChecksumSucceeded{3, 1};
    static constexpr Bits UdpChecksumSucceeded{4, 1};
    static constexpr Bits IpChecksumSucceeded{5, 1};
    static constexpr Bits Loopback{6, 1};
    static constexpr Bits TcpChecksumValueInvalid{7, 1};
    static constexpr Bits IpChecksumValueInvalid{8, 1};
  };
};

inline constexpr ULONG NDIS_TCP_LARGE_SEND_OFFLOAD_V1_TYPE = 0;
inline constexpr ULONG NDIS_TCP_LARGE_SEND_OFFLOAD_V2_TYPE = 1;
inline constexpr ULONG NDIS_TCP_LARGE_SEND_OFFLOAD_IPv4 = 0;
inline constexpr ULONG NDIS_TCP_LARGE_SEND_OFFLOAD_IPv6 = 1;

struct NDIS_TCP_LARGE_SEND_OFFLOAD_NET_BUFFER_LIST_INFO {
  struct Transmit {
    static constexpr Bits Type{30, 1};  ///< In every view.
  };
  struct LsoV1Transmit {
    static constexpr Bits MSS{0, 20};
    static constexpr Bits TcpHeaderOffset{20, 10};
  };
  struct LsoV1TransmitComplete {
    static constexpr Bits TcpPayload{0, 30};
  };
  struct LsoV2Transmit {
    static constexpr Bits MSS{0, 20};
    static constexpr Bits TcpHeaderOffset{20, 10};
    static constexpr Bits IPVersion{31, 1};
  };
};

struct NDIS_UDP_SEGMENTATION_OFFLOAD_NET_BUFFER_LIST_INFO {
  struct Transmit {
    static constexpr Bits MSS{0, 20};
    static constexpr Bits UdpHeaderOffset{20, 10};
    static constexpr Bits IPVersion{31, 1};
  };
};

struct NDIS_TCP_SEND_OFFLOADS_SUPPLEMENTAL_NET_BUFFER_LIST_INFO {
  static constexpr Bits IsEncapsulatedPacket{0, 1};
  static constexpr Bits EncapsulatedPacketOffsetsValid{1, 1};
  static constexpr Bits InnerFrameOffset{2, 8};
  static constexpr Bits TransportIpHeaderRelativeOffset{10, 6};
  static constexpr Bits TcpHeaderRelativeOffset{16, 10};
  static constexpr Bits IsInnerIPv6{26, 1};
  static constexpr Bits TcpOptionsPresent{27, 1};
};

struct NDIS_RSC_NBL_INFO {
  static constexpr Bits CoalescedSegCount{0, 16};
  static constexpr Bits DupAckCount{16, 16};
};

/// NetBufferListHashInfo: NET_BUFFER_LIST_SET_HASH_TYPE and _HASH_FUNCTION. HashType holds the value of one NDIS_HASH_*
/// constant without the 8 bits of the function below it.
struct NetBufferListHashInfo {
  static constexpr Bits HashFunction{0, 8};
  static constexpr Bits HashType{8, 16};
};

struct NDIS_NET_BUFFER_LIST_FILTERING_INFO {
  static constexpr Bits FilterId{0, 16};
  static constexpr Bits QueueId{16, 16};
};

/// NDIS_NET_BUFFER_LIST_8021Q_INFO.TagHeader.
struct NDIS_NET_BUFFER_LIST_8021Q_INFO {
  static constexpr Bits UserPriority{0, 3};
  static constexpr Bits CanonicalFormatId{3, 1};
  static constexpr Bits VlanId{4, 12};
};

/// The published layout contradicts itself, so this one is a convention of ours.
struct NDIS_NET_BUFFER_LIST_VIRTUAL_SUBNET_INFO {
  static constexpr Bits VirtualSubnetId{0, 24};
};

}  // namespace nvgre::ndis

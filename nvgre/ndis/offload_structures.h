/// The structures of task offload. Members named Padding are ours: Microsoft's compiler leaves those bytes out of any
/// member, and naming them makes them zero.
#pragma once

#include <array>

#include "nvgre/ndis/types.h"

namespace nvgre::ndis {

/// One IP version and direction of NDIS_TCP_IP_CHECKSUM_OFFLOAD.
struct NdisChecksumBlock {
  static constexpr Bits IpOptionsSupported{0, 2};           ///< IPv4.
  static constexpr Bits IpExtensionHeadersSupported{0, 2};  ///< IPv6.
  static constexpr Bits TcpOptionsSupported{2, 2};
  static constexpr Bits TcpChecksum{4, 2};
  static constexpr Bits UdpChecksum{6, 2};
  static constexpr Bits IpChecksum{8, 2};  ///< IPv4.
  ULONG Encapsulation;
  ULONG Word;
};
struct NDIS_TCP_IP_CHECKSUM_OFFLOAD {
  NdisChecksumBlock IPv4Transmit;
  NdisChecksumBlock IPv4Receive;
  NdisChecksumBlock IPv6Transmit;
  NdisChecksumBlock IPv6Receive;
};

struct NDIS_TCP_LARGE_SEND_OFFLOAD_V1 {
  struct Version4 {
    static constexpr Bits TcpOptions{0, 2};
    static constexpr Bits IpOptions{2, 2};
    ULONG Encapsulation;
    ULONG MaxOffLoadSize;
    ULONG MinSegmentCount;
    ULONG Word;
  } IPv4;
};

struct NDIS_TCP_LARGE_SEND_OFFLOAD_V2 {
  struct {
    ULONG Encapsulation;
    ULONG MaxOffLoadSize;
    ULONG MinSegmentCount;
  } IPv4;
  struct Version6 {
    static constexpr Bits IpExtensionHeadersSupported{0, 2};
    static constexpr Bits TcpOptionsSupported{2, 2};
    ULONG Encapsulation;
    ULONG MaxOffLoadSize;
    ULONG MinSegmentCount;
    ULONG Word;
  } IPv6;
};

struct NDIS_TCP_RECV_SEG_COALESCE_OFFLOAD {
  struct {
    BOOLEAN Enabled;
  } IPv4, IPv6;
};

/// Each nibble is a mask of inner and outer IP versions (CAP-2).
struct NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD {
  static constexpr Bits TransmitChecksumOffloadSupported{0, 4};
  static constexpr Bits ReceiveChecksumOffloadSupported{4, 4};
  static constexpr Bits LsoV2Supported{8, 4};
  static constexpr Bits RssSupported{12, 4};
  static constexpr Bits VmqSupported{16, 4};
  static constexpr Bits UsoSupported{20, 4};
  ULONG Word;
  ULONG MaxHeaderSizeSupported;
};

/// VXLAN's; always zero here (CAP-18).
struct NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD_V2 {
  ULONG Word;
  ULONG MaxHeaderSizeSupported;
  ULONG EncapsulationProtocolInfo;
  ULONG Reserved1;
  ULONG Reserved2;
};

struct NDIS_UDP_SEGMENTATION_OFFLOAD {
  struct Version4 {
    static constexpr Bits MinSegmentCount{0, 6};
    static constexpr Bits SubMssFinalSegmentSupported{6, 1};
    ULONG Encapsulation;
    ULONG MaxOffLoadSize;
    ULONG Word;
  } IPv4;
  struct Version6 {
    static constexpr Bits MinSegmentCount{0, 6};
    static constexpr Bits SubMssFinalSegmentSupported{6, 1};
    static constexpr Bits IpExtensionHeadersSupported{0, 2};  ///< Of Word2.
    ULONG Encapsulation;
    ULONG MaxOffLoadSize;
    ULONG Word;
    ULONG Word2;
  } IPv6;
};

/// 464XLAT's; always zero here (CAP-18).
struct NDIS_RFC6877_464XLAT_OFFLOAD {
  ULONG XlatOffload;
  ULONG Flags;
};

/// As of revision 7; lower revisions end at an earlier member.
struct NDIS_OFFLOAD {
  NDIS_OBJECT_HEADER Header;
  NDIS_TCP_IP_CHECKSUM_OFFLOAD Checksum;
  NDIS_TCP_LARGE_SEND_OFFLOAD_V1 LsoV1;
  std::array<ULONG, 7> IPsecV1;  ///< NDIS_IPSEC_OFFLOAD_V1: always zero (CAP-18).
  NDIS_TCP_LARGE_SEND_OFFLOAD_V2 LsoV2;
  ULONG Flags;
  std::array<ULONG, 8> IPsecV2;  ///< NDIS_IPSEC_OFFLOAD_V2: always zero (CAP-18).
  NDIS_TCP_RECV_SEG_COALESCE_OFFLOAD Rsc;
  USHORT Padding1;
  NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD EncapsulatedPacketTaskOffloadGre;
  NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD_V2 EncapsulatedPacketTaskOffloadVxlan;
  UCHAR EncapsulationTypes;
  std::array<UCHAR, 3> Padding2;
  NDIS_RFC6877_464XLAT_OFFLOAD Rfc6877Xlat;
  NDIS_UDP_SEGMENTATION_OFFLOAD UdpSegmentation;
};

/// As of revision 5.
struct NDIS_OFFLOAD_PARAMETERS {
  NDIS_OBJECT_HEADER Header;
  UCHAR IPv4Checksum;
  UCHAR TCPIPv4Checksum;
  UCHAR UDPIPv4Checksum;
  UCHAR TCPIPv6Checksum;
  UCHAR UDPIPv6Checksum;
  UCHAR LsoV1;
  UCHAR IPsecV1;
  UCHAR LsoV2IPv4;
  UCHAR LsoV2IPv6;
  UCHAR TcpConnectionIPv4;
  UCHAR TcpConnectionIPv6;
  UCHAR Padding1;
  ULONG Flags;
  UCHAR IPsecV2;
  UCHAR IPsecV2IPv4;
  UCHAR RscIPv4;
  UCHAR RscIPv6;
  UCHAR EncapsulatedPacketTaskOffload;
  UCHAR EncapsulationTypes;
  USHORT Padding2;
  ULONG EncapsulationProtocolParameters;
  struct {
    UCHAR IPv4;
    UCHAR IPv6;
  } UdpSegmentation;
  USHORT Padding3;
};

struct NDIS_OFFLOAD_ENCAPSULATION {
  NDIS_OBJECT_HEADER Header;
  struct {
    ULONG Enabled;
    ULONG EncapsulationType;
    ULONG HeaderSize;
  } IPv4, IPv6;
};

struct NDIS_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES {
  NDIS_OBJECT_HEADER Header;
  ULONG Padding1;
  PVOID DefaultOffloadConfiguration;
  PVOID HardwareOffloadCapabilities;
  PVOID DefaultTcpConnectionOffloadConfiguration;
  PVOID TcpConnectionOffloadHardwareCapabilities;
};

struct NDIS_RSC_STATISTICS_INFO {
  NDIS_OBJECT_HEADER Header;
  ULONG Padding1;
  ULONG64 CoalescedPkts;
  ULONG64 CoalescedOctets;
  ULONG64 CoalesceEvents;
  ULONG64 Aborts;
};

}  // namespace nvgre::ndis

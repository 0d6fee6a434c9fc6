#include "nvgre/ndis/offload_translation.h"

#include "nvgre/ndis/constants.h"
#include "nvgre/ndis/request.h"

namespace nvgre::ndis {

namespace {

using offload::ChecksumOptions;
using offload::ChecksumSetting;
using offload::ChecksumTasks;
using offload::SegmentationLimits;
using offload::SwitchSetting;
using offload::TaskSetting;

/// Frames that every base offload takes (CAP-13).
constexpr ULONG kFrames = NDIS_ENCAPSULATION_IEEE_802_3 | NDIS_ENCAPSULATION_IEEE_802_3_P_AND_Q |
                          NDIS_ENCAPSULATION_IEEE_802_3_P_AND_Q_IN_OOB;

ULONG frames_if(bool offered) noexcept {
  return offered ? kFrames : NDIS_ENCAPSULATION_NOT_SUPPORTED;
}

/// Writes a member that has two bits.
class State {
 public:
  explicit State(OffloadUse use) noexcept
      : off_(use == OffloadUse::kAnswer ? NDIS_OFFLOAD_NOT_SUPPORTED : NDIS_OFFLOAD_SET_OFF) {}
  [[nodiscard]] ULONG place(Bits bits, bool is_on) const noexcept {
    return bits.place(is_on ? NDIS_OFFLOAD_SUPPORTED : off_);  // NDIS_OFFLOAD_SET_ON is the same number
  }

 private:
  ULONG off_;
};

NdisChecksumBlock block_v4(const ChecksumTasks& tasks, const ChecksumOptions& options, State state) noexcept {
  const bool any = offload::any_of(tasks).v4;
  return {.Encapsulation = frames_if(any),
          .Word = state.place(NdisChecksumBlock::IpOptionsSupported, any && options.ip_options) |
                  state.place(NdisChecksumBlock::TcpOptionsSupported, tasks.tcp.v4 && options.tcp_options.v4) |
                  state.place(NdisChecksumBlock::TcpChecksum, tasks.tcp.v4) |
                  state.place(NdisChecksumBlock::UdpChecksum, tasks.udp.v4) |
                  state.place(NdisChecksumBlock::IpChecksum, tasks.ip_v4)};
}

NdisChecksumBlock block_v6(const ChecksumTasks& tasks, const ChecksumOptions& options, State state) noexcept {
  const bool any = offload::any_of(tasks).v6;
  return {
      .Encapsulation = frames_if(any),
      .Word = state.place(NdisChecksumBlock::IpExtensionHeadersSupported, any && options.extension_header_bytes > 0) |
              state.place(NdisChecksumBlock::TcpOptionsSupported, tasks.tcp.v6 && options.tcp_options.v6) |
              state.place(NdisChecksumBlock::TcpChecksum, tasks.tcp.v6) |
              state.place(NdisChecksumBlock::UdpChecksum, tasks.udp.v6)};
}

/// Sizes of a task that is not offered mean nothing and are zero.
SegmentationLimits limits_if(bool offered, const SegmentationLimits& limits) noexcept {
  if (offered) return limits;
  return {.max_offload_size = 0,
          .min_segment_count = 0,
          .ip_options = false,
          .tcp_options = false,
          .extension_headers = false,
          .sub_mss_final = false};
}

NDIS_TCP_LARGE_SEND_OFFLOAD_V1 large_send_v1(const offload::OffloadSet& set, State state) noexcept {
  using Version4 = NDIS_TCP_LARGE_SEND_OFFLOAD_V1::Version4;
  const auto limits = limits_if(set.tasks.lso_v1, set.lso_v1_limits);
  return {.IPv4 = {.Encapsulation = frames_if(set.tasks.lso_v1),
                   .MaxOffLoadSize = limits.max_offload_size,
                   .MinSegmentCount = limits.min_segment_count,
                   .Word = state.place(Version4::TcpOptions, limits.tcp_options) |
                           state.place(Version4::IpOptions, limits.ip_options)}};
}

NDIS_TCP_LARGE_SEND_OFFLOAD_V2 large_send_v2(const offload::OffloadSet& set, State state) noexcept {
  using Version6 = NDIS_TCP_LARGE_SEND_OFFLOAD_V2::Version6;
  const auto v4 = limits_if(set.tasks.lso.v4, set.lso_limits);
  const auto v6 = limits_if(set.tasks.lso.v6, set.lso_limits);
  return {.IPv4 = {.Encapsulation = frames_if(set.tasks.lso.v4),
                   .MaxOffLoadSize = v4.max_offload_size,
                   .MinSegmentCount = v4.min_segment_count},
          .IPv6 = {.Encapsulation = frames_if(set.tasks.lso.v6),
                   .MaxOffLoadSize = v6.max_offload_size,
                   .MinSegmentCount = v6.min_segment_count,
                   .Word = state.place(Version6::IpExtensionHeadersSupported, v6.extension_headers) |
                           state.place(Version6::TcpOptionsSupported, v6.tcp_options)}};
}

template <typename Version>
ULONG segmentation_word(const SegmentationLimits& limits) noexcept {
  return Version::MinSegmentCount.place(limits.min_segment_count) |
         Version::SubMssFinalSegmentSupported.place(limits.sub_mss_final ? 1 : 0);
}

NDIS_UDP_SEGMENTATION_OFFLOAD udp_segmentation(const offload::OffloadSet& set) noexcept {
  using Version4 = NDIS_UDP_SEGMENTATION_OFFLOAD::Version4;
  using Version6 = NDIS_UDP_SEGMENTATION_OFFLOAD::Version6;
  const auto v4 = limits_if(set.tasks.uso.v4, set.uso_limits);
  const auto v6 = limits_if(set.tasks.uso.v6, set.uso_limits);
  return {.IPv4 = {.Encapsulation = frames_if(set.tasks.uso.v4),
                   .MaxOffLoadSize = v4.max_offload_size,
                   .Word = segmentation_word<Version4>(v4)},
          .IPv6 = {.Encapsulation = frames_if(set.tasks.uso.v6),
                   .MaxOffLoadSize = v6.max_offload_size,
                   .Word = segmentation_word<Version6>(v6),
                   .Word2 = Version6::IpExtensionHeadersSupported.place(v6.extension_headers ? 1 : 0)}};
}

NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD encapsulated(const offload::OffloadSet& set, UCHAR revision) noexcept {
  using Gre = NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD;
  if (set.encapsulated == offload::EncapsulatedTasks{}) return {};
  const auto& masks = set.encapsulated;
  const ULONG uso = revision >= NDIS_OFFLOAD_REVISION_7 ? masks.uso.bits() : 0;  // D-40
  return {.Word = Gre::TransmitChecksumOffloadSupported.place(masks.transmit_checksum.bits()) |
                  Gre::ReceiveChecksumOffloadSupported.place(masks.receive_checksum.bits()) |
                  Gre::LsoV2Supported.place(masks.lso.bits()) | Gre::RssSupported.place(masks.rss.bits()) |
                  Gre::VmqSupported.place(masks.vmq.bits()) | Gre::UsoSupported.place(uso),
          .MaxHeaderSizeSupported = static_cast<ULONG>(set.max_header_size)};
}

/// Only "no change" and "off" can be asked of what is not there.
bool is_off_at_most(UCHAR setting) noexcept {
  return setting <= 1;
}

}  // namespace

NDIS_OFFLOAD offload_structure(const offload::OffloadSet& set, NdisVersion version, OffloadUse use) noexcept {
  const auto revision = offload_revision(version);
  const State state(use);
  NDIS_OFFLOAD structure{};
  structure.Header = header<NDIS_OFFLOAD>(NDIS_OBJECT_TYPE_OFFLOAD, revision);
  structure.Checksum = {.IPv4Transmit = block_v4(set.tasks.transmit_checksum, set.transmit_options, state),
                        .IPv4Receive = block_v4(set.tasks.receive_checksum, set.receive_options, state),
                        .IPv6Transmit = block_v6(set.tasks.transmit_checksum, set.transmit_options, state),
                        .IPv6Receive = block_v6(set.tasks.receive_checksum, set.receive_options, state)};
  structure.LsoV1 = large_send_v1(set, state);
  structure.LsoV2 = large_send_v2(set, state);
  structure.Rsc.IPv4.Enabled = set.tasks.rsc.v4 ? 1 : 0;
  structure.Rsc.IPv6.Enabled = set.tasks.rsc.v6 ? 1 : 0;
  structure.EncapsulatedPacketTaskOffloadGre = encapsulated(set, revision);
  if (set.encapsulated != offload::EncapsulatedTasks{}) structure.EncapsulationTypes = NDIS_ENCAPSULATION_TYPE_GRE_MAC;
  structure.UdpSegmentation = udp_segmentation(set);
  return structure;
}

std::optional<offload::OffloadParameters> parameters_of(const NDIS_OFFLOAD_PARAMETERS& structure) noexcept {
  for (const UCHAR absent : {structure.IPsecV1, structure.TcpConnectionIPv4, structure.TcpConnectionIPv6,
                             structure.IPsecV2, structure.IPsecV2IPv4})
    if (!is_off_at_most(absent)) return std::nullopt;
  if ((structure.Flags & ~NDIS_OFFLOAD_PARAMETERS_SKIP_REGISTRY_UPDATE) != 0) return std::nullopt;  // D-45
  return offload::OffloadParameters{.ip_v4_checksum = static_cast<ChecksumSetting>(structure.IPv4Checksum),
                                    .tcp_v4_checksum = static_cast<ChecksumSetting>(structure.TCPIPv4Checksum),
                                    .udp_v4_checksum = static_cast<ChecksumSetting>(structure.UDPIPv4Checksum),
                                    .tcp_v6_checksum = static_cast<ChecksumSetting>(structure.TCPIPv6Checksum),
                                    .udp_v6_checksum = static_cast<ChecksumSetting>(structure.UDPIPv6Checksum),
                                    .lso_v1 = static_cast<TaskSetting>(structure.LsoV1),
                                    .lso_v4 = static_cast<TaskSetting>(structure.LsoV2IPv4),
                                    .lso_v6 = static_cast<TaskSetting>(structure.LsoV2IPv6),
                                    .uso_v4 = static_cast<TaskSetting>(structure.UdpSegmentation.IPv4),
                                    .uso_v6 = static_cast<TaskSetting>(structure.UdpSegmentation.IPv6),
                                    .rsc_v4 = static_cast<TaskSetting>(structure.RscIPv4),
                                    .rsc_v6 = static_cast<TaskSetting>(structure.RscIPv6),
                                    .encapsulated = static_cast<SwitchSetting>(structure.EncapsulatedPacketTaskOffload),
                                    .encapsulation_types = structure.EncapsulationTypes,
                                    .keep_keywords = structure.Flags != 0};
}

offload::OffloadEncapsulation encapsulation_of(const NDIS_OFFLOAD_ENCAPSULATION& structure) noexcept {
  // The adapter's setting has one byte; a larger number must not become an acceptable one.
  const auto version = [](const auto& member) {
    const auto enabled = member.Enabled > 0xFF ? ULONG{0xFF} : member.Enabled;
    return offload::VersionEncapsulation{.enabled = static_cast<SwitchSetting>(enabled),
                                         .type = member.EncapsulationType,
                                         .header_size = member.HeaderSize};
  };
  return {.v4 = version(structure.IPv4), .v6 = version(structure.IPv6)};
}

NDIS_OFFLOAD_ENCAPSULATION encapsulation_structure(const offload::OffloadEncapsulation& encapsulation) noexcept {
  NDIS_OFFLOAD_ENCAPSULATION structure{};
  structure.Header =
      header<NDIS_OFFLOAD_ENCAPSULATION>(NDIS_OBJECT_TYPE_OFFLOAD_ENCAPSULATION, NDIS_OFFLOAD_ENCAPSULATION_REVISION_1);
  const auto write = [](auto& member, const offload::VersionEncapsulation& version) {
    member.Enabled = static_cast<ULONG>(version.enabled);
    member.EncapsulationType = version.type;
    member.HeaderSize = version.header_size;
  };
  write(structure.IPv4, encapsulation.v4);
  write(structure.IPv6, encapsulation.v6);
  return structure;
}

}  // namespace nvgre::ndis

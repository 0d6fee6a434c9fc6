/// Hosts between which SampleFrame's packets travel: what one of them sends, and what the other takes, is then known
/// byte for byte.
///
///     02:00:00:00:10:01   tenant of the sender     02:00:00:00:50:01   192.0.2.1, 2001:db8::1   the sender
///     02:00:00:00:10:02   tenant of the receiver   02:00:00:00:50:02   192.0.2.2, 2001:db8::2   the receiver
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "tests/support/finished_frame.h"
#include "tests/support/sample_frame.h"
#include "tests/unit/overlay/host.h"

namespace nvgre::test {

using overlay::PolicyDescription;
using wire::IpVersion;

inline const wire::Vsid kSampleVsid = *wire::Vsid::from(0x123456);
inline const wire::Vsid kOtherVsid = *wire::Vsid::from(0x654321);

enum class Side : std::uint8_t { kSender = 1, kReceiver = 2 };

/// 02:00:00:00:<mark>:<number>
inline wire::MacAddress sample_mac(std::uint8_t mark, std::uint8_t number) {
  return wire::MacAddress({0x02, 0, 0, 0, mark, number});
}
/// 192.0.2.N or 2001:db8::N
inline wire::ProviderAddress sample_provider(IpVersion version, std::uint8_t number) {
  return wire::ProviderAddress(version == IpVersion::kV4 ? overlay::scenery::ipv4(192, 0, 2, number)
                                                         : overlay::scenery::ipv6(0, number));
}

/// One side's policy. FlowIDs and flow labels are 0 and the DSCP is 0, as the bytes of SampleFrame are easiest told.
inline PolicyDescription sample_policy(Side side, IpVersion outer) {
  const auto own = static_cast<std::uint8_t>(side);
  const auto peer = static_cast<std::uint8_t>(3 - own);
  PolicyDescription description;
  description.provider.interface = "eth0";
  description.provider.addresses = {sample_provider(IpVersion::kV4, own), sample_provider(IpVersion::kV6, own)};
  description.provider.dscp = 0;
  description.provider.flow_label = false;
  description.subnets = {{.vsid = kSampleVsid, .name = "sample"}, {.vsid = kOtherVsid, .name = "other"}};
  description.ports = {{.device = "tenant", .vsid = kSampleVsid, .mac = sample_mac(0x10, own), .spoof_check = false},
                       {.device = "stranger", .vsid = kOtherVsid, .mac = sample_mac(0x10, own), .spoof_check = false}};
  description.records = {{.vsid = kSampleVsid, .mac = sample_mac(0x10, peer), .provider = sample_provider(outer, peer)},
                         {.vsid = kOtherVsid, .mac = sample_mac(0x20, peer), .provider = sample_provider(outer, peer)}};
  return description;
}

class SampleHost : public overlay::scenery::Host {
 public:
  using Change = std::function<void(PolicyDescription&)>;

  /// @param change  What is different from sample_policy().
  explicit SampleHost(Side side, IpVersion outer = IpVersion::kV4, const Change& change = nullptr)
      : Host(changed(sample_policy(side, outer), change)) {
    const auto own = static_cast<std::uint8_t>(side);
    underlay.mac = sample_mac(0x50, own);
    underlay.next_hops.clear();
    for (std::uint8_t number = 1; number <= 9; ++number) {
      if (number == own) continue;
      for (const auto version : {IpVersion::kV4, IpVersion::kV6})
        underlay.next_hops[sample_provider(version, number)].macs = {sample_mac(0x50, number)};
    }
  }

  /// Takes a frame from the tenant, as it is, and returns the packets that it became.
  ByteStrings send(const ByteString& frame, const offload::FrameMetadata& metadata = {}) {
    wire.packets.clear();
    transmit("tenant", frame, metadata);
    return std::move(wire.packets);
  }
  /// Takes a packet from the underlay with all offloads off, and returns the frames that became of it.
  ByteStrings take(const ByteString& packet) {
    offloads = offload::ActiveOffloads();
    ports.units.clear();
    receive(packet);
    ByteStrings frames;
    for (auto& unit : ports.units) frames.push_back(std::move(unit.bytes));
    return frames;
  }

 private:
  static PolicyDescription changed(PolicyDescription description, const Change& change) {
    if (change) change(description);
    return description;
  }
};

/// The frame in the packet that SampleFrame describes: what its tenant sent and what the other tenant has to get.
[[nodiscard]] inline SampleFrame inside(SampleFrame frame) {
  frame.outer = std::nullopt;
  frame.tags = frame.inner_tags;
  frame.inner_tags = {};
  frame.trailing = 0;
  return frame;
}

/// The packet that a SampleHost has to send for inside(frame): the FlowID and the IPv6 flow label are 0.
[[nodiscard]] inline ByteString expected_packet(SampleFrame frame, std::uint16_t outer_id) {
  frame.outer_id = outer_id;
  ByteString bytes = finished(frame);
  const FrameLayout layout = layout_of(frame);
  bytes[layout.gre + 7] = 0;
  if (frame.outer == IpVersion::kV6) bytes[layout.outer_ip + 2] = bytes[layout.outer_ip + 3] = 0;
  return bytes;
}
/// The identification of the packet's outer IPv4 header, which counts from wherever it likes; 0 for IPv6.
[[nodiscard]] inline std::uint16_t outer_id(const ByteString& packet) {
  return packet.at(12) == 0x08 ? word_at(packet, 14 + 4) : std::uint16_t{0};
}

}  // namespace nvgre::test

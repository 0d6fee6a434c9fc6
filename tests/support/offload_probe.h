/// What an adapter really does, found out by giving it packets: one probe for each task that it can announce. A probe
/// that is refused must leave nothing behind, one that is done must be right to the last bit; anything else is a failed
/// test.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"
#include "nvgre/offload/coalescing.h"
#include "nvgre/offload/receive_checksum.h"
#include "nvgre/wire/locate.h"
#include "tests/support/coalescing_batch.h"
#include "tests/support/packet_sinks.h"
#include "tests/support/sample_frame.h"
#include "tests/support/slow_packet.h"
#include "tests/support/submission.h"

namespace nvgre::test {

inline constexpr std::uint8_t kProbeTcp = 6;
inline constexpr std::uint8_t kProbeUdp = 17;

/// Options of a probe's headers, bytes.
struct ProbeOptions {
  std::size_t ip = 0;  ///< Of the innermost IP header.
  std::size_t tcp = 0;
};

class OffloadProbe {
 public:
  explicit OffloadProbe(offload::Adapter& adapter) : adapter_(adapter) {}

  // Transmit. `outer`: encapsulated in this version; nothing: plain.
  bool large_send(std::optional<IpVersion> outer, IpVersion inner, ProbeOptions options = {}) {
    Submission submission(super_frame(outer, inner, kProbeTcp, options));
    return is_done(submission.large_send(kMss), outer.has_value(), kSegments);
  }
  bool large_send_v1(ProbeOptions options = {}) {
    Submission submission(super_frame(std::nullopt, IpVersion::kV4, kProbeTcp, options));
    submission.large_send(kMss).request.large_send->version = offload::LargeSendRequest::Version::kV1;
    return is_done(submission, false, kSegments);
  }
  bool udp_segmentation(std::optional<IpVersion> outer, IpVersion inner, ProbeOptions options = {}) {
    Submission submission(super_frame(outer, inner, kProbeUdp, options));
    return is_done(submission.udp_segmentation(kMss), outer.has_value(), kSegments);
  }
  /// TCP or UDP checksum alone; the IP headers' checksums are not asked for.
  bool transmit_checksum(std::uint8_t protocol, std::optional<IpVersion> outer, IpVersion inner,
                         ProbeOptions options = {}) {
    SampleFrame frame = super_frame(outer, inner, protocol, options);
    frame.payload_size = 500;
    frame.seed = Seed::kWithLength;
    Submission submission(frame);
    const auto first = outer.value_or(inner);
    submission.request.checksum = offload::ChecksumRequest{.is_ipv4 = first == IpVersion::kV4,
                                                           .is_ipv6 = first == IpVersion::kV6,
                                                           .tcp = protocol == kProbeTcp,
                                                           .udp = protocol == kProbeUdp};
    const auto sent = send(submission);
    if (!sent) return false;
    EXPECT_TRUE(SlowPacket(*sent, outer.has_value()).transport_verifies());
    return true;
  }
  /// The checksum of an IPv4 header of a plain packet.
  bool transmit_ip_checksum() {
    Submission submission(SampleFrame{});
    submission.request.checksum = offload::ChecksumRequest{.is_ipv4 = true, .ip_header = true};
    const auto sent = send(submission);
    if (!sent) return false;
    const SlowPacket packet(*sent, false);
    EXPECT_TRUE(packet.ip_verifies(packet.inner_ip));
    return true;
  }

  // Receive: whether a good checksum is reported as good, and a bad one as bad.
  [[nodiscard]] bool receive_checksum(std::uint8_t protocol, std::optional<IpVersion> outer, IpVersion inner) const {
    auto frame = received_frame(protocol, outer, inner);
    const auto good = validated(frame);
    frame.back() ^= 1;
    const auto bad = validated(frame);
    EXPECT_EQ(good.transport_succeeded(), bad.transport_failed());
    EXPECT_FALSE(good.transport_failed() || bad.transport_succeeded());
    return good.transport_succeeded();
  }
  [[nodiscard]] bool receive_ip_checksum() const {
    return validated(received_frame(kProbeUdp, std::nullopt, IpVersion::kV4)).ip_succeeded;
  }
  /// Whether two segments of one stream become a unit. @param vsid  They came out of a tunnel.
  [[nodiscard]] bool coalesces(IpVersion version, std::optional<Vsid> vsid = std::nullopt) const {
    Collector collector;
    offload::Coalescer coalescer(offload::UnitChecksums::kComplete);
    std::deque<ByteVector> frames;
    for (const std::size_t index : {0U, 1U}) {
      frames.push_back(data_segment(version, index).build());
      auto frame = received(frames.back());
      frame.vsid = vsid;
      coalescer.add(frame, adapter_.active(), collector);
    }
    coalescer.finish(collector);
    return collector.units.size() == 1;
  }
  /// What received frames of NVGRE are hashed by; nothing without RSS.
  [[nodiscard]] std::optional<offload::RssHashType> hash_type(IpVersion outer, IpVersion inner) const {
    const auto scaling = adapter_.receive_scaling();
    if (!scaling) return std::nullopt;
    const auto frame = received_frame(kProbeTcp, outer, inner);
    return scaling->hash_of(frame, wire::locate(frame), adapter_.active()).type;
  }
  /// The 802.1Q tag that a packet gets of this one.
  std::optional<std::uint16_t> inserted_tag(std::uint16_t tag_control) {
    Submission submission(SampleFrame{});
    submission.request.tag_control = tag_control;
    const auto sent = send(submission);
    if (!sent || (*sent)[12] != 0x81) return std::nullopt;
    return static_cast<std::uint16_t>((*sent)[14] << 8 | (*sent)[15]);
  }

 private:
  static constexpr std::uint32_t kMss = 700;
  static constexpr std::size_t kSegments = 3;

  static SampleFrame super_frame(std::optional<IpVersion> outer, IpVersion inner, std::uint8_t protocol,
                                 ProbeOptions options) {
    return {.outer = outer,
            .inner = inner,
            .protocol = protocol,
            .payload_size = 2 * kMss + 1,
            .inner_options = options.ip,
            .tcp_options = options.tcp};
  }
  static ByteVector received_frame(std::uint8_t protocol, std::optional<IpVersion> outer, IpVersion inner) {
    auto builder = outer ? tunnelled(*outer, inner) : tenant(inner);
    if (protocol == kProbeTcp)
      builder.tcp(40'000, 5'201);
    else
      builder.udp(5'000, 5'001);
    return builder.counting_payload(100).build();
  }
  [[nodiscard]] offload::ReceiveChecksum validated(const ByteVector& frame) const {
    return offload::validate(frame, wire::locate(frame), adapter_.active());
  }
  /// What a request for one packet left; nothing if it was refused because the offload is not active.
  std::optional<ByteString> send(const Submission& submission) {
    const auto packets = send_all(submission);
    if (packets.empty()) return std::nullopt;
    EXPECT_EQ(packets.size(), 1U);
    return packets.front();
  }
  std::vector<ByteString> send_all(const Submission& submission) {
    CollectingSink sink;
    const auto completion = adapter_.send(submission.request, sink);
    EXPECT_TRUE(completion.succeeded() || completion.failure == wire::DropReason::kOffloadInactive);
    EXPECT_EQ(completion.succeeded(), !sink.packets.empty());
    return std::move(sink.packets);
  }
  bool is_done(const Submission& submission, bool encapsulated, std::size_t segments) {
    const auto packets = send_all(submission);
    for (const auto& packet : packets) EXPECT_EQ(SlowPacket(packet, encapsulated).problems(), "");
    EXPECT_TRUE(packets.empty() || packets.size() == segments);
    return !packets.empty();
  }

  offload::Adapter& adapter_;
};

}  // namespace nvgre::test

#include "cli/conformance/device_case.h"

#include <array>
#include <cassert>
#include <utility>

#include "nvgre/offload/receive_checksum.h"
#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/frame_builder.h"
#include "nvgre/wire/locate.h"

namespace nvgre::cli {
namespace {

using wire::FrameBuilder;
using wire::IpVersion;
using wire::TcpFlags;
using wire::TransportChecksum;

/// What is special about a request, whatever the IP versions.
struct Shape {
  DeviceTask task{};
  bool is_tcp = true;
  std::string_view name;
  std::size_t payload_size = 0;
  std::uint16_t mss = 0;
  std::uint16_t inner_id = 0x0100;
  std::uint16_t outer_id = 0x0200;
  std::uint32_t sequence = 1;
  TcpFlags flags = TcpFlags::kAck;
  std::size_t option_size = 0;  ///< Bytes of TCP options.
  bool has_ip_options = false;  ///< 4 bytes of options in IPv4, a destination options header in IPv6.
  bool sums_to_zero = false;    ///< The UDP checksum is computed as 0 (TXC-7).
  bool is_about_ids = false;    ///< Says nothing where no header has an ID.
};

constexpr auto kLastAndFirst = TcpFlags::kAck | TcpFlags::kFin | TcpFlags::kPsh | TcpFlags::kCwr | TcpFlags::kEce;

// The payload of 3001 bytes is the worked example of LSO-32; 1378 bytes fill 1500 in the longest headers (OVL-32).
constexpr std::array kShapes = {
    Shape{.task = DeviceTask::kChecksum, .name = "TCP, even payload", .payload_size = 100},
    Shape{.task = DeviceTask::kChecksum, .name = "TCP, odd payload", .payload_size = 101},
    Shape{.task = DeviceTask::kChecksum, .name = "TCP, no payload", .payload_size = 0},
    Shape{.task = DeviceTask::kChecksum, .name = "TCP, 40 bytes of options", .payload_size = 64, .option_size = 40},
    Shape{.task = DeviceTask::kChecksum,
          .name = "TCP, IP options, extension header",
          .payload_size = 64,
          .has_ip_options = true},
    Shape{.task = DeviceTask::kChecksum, .is_tcp = false, .name = "UDP, even payload", .payload_size = 100},
    Shape{.task = DeviceTask::kChecksum, .is_tcp = false, .name = "UDP, odd payload", .payload_size = 101},
    Shape{.task = DeviceTask::kChecksum,
          .is_tcp = false,
          .name = "UDP, computed as 0x0000",
          .payload_size = 64,
          .sums_to_zero = true},
    Shape{.task = DeviceTask::kChecksum,
          .is_tcp = false,
          .name = "UDP, IP options, extension header",
          .payload_size = 64,
          .has_ip_options = true},

    Shape{.task = DeviceTask::kLso, .name = "4000 bytes, MSS 1000", .payload_size = 4000, .mss = 1000},
    Shape{.task = DeviceTask::kLso, .name = "3001 bytes, MSS 1000", .payload_size = 3001, .mss = 1000},
    Shape{.task = DeviceTask::kLso, .name = "60000 bytes, MSS 1378", .payload_size = 60'000, .mss = 1378},
    Shape{.task = DeviceTask::kLso, .name = "odd MSS 999", .payload_size = 5000, .mss = 999},
    Shape{.task = DeviceTask::kLso,
          .name = "sequence numbers wrap",
          .payload_size = 4000,
          .mss = 1000,
          .sequence = 0xFFFF'FF00},
    Shape{.task = DeviceTask::kLso,
          .name = "FIN, PSH, CWR and ECE",
          .payload_size = 3001,
          .mss = 1000,
          .flags = kLastAndFirst},
    Shape{.task = DeviceTask::kLso,
          .name = "inner IDs from 0x7FFE, outer from 0xFFFF",
          .payload_size = 3001,
          .mss = 1000,
          .inner_id = 0x7FFE,
          .outer_id = 0xFFFF,
          .is_about_ids = true},
    Shape{.task = DeviceTask::kLso,
          .name = "inner IDs from 0xFFFF",
          .payload_size = 3001,
          .mss = 1000,
          .inner_id = 0xFFFF,
          .is_about_ids = true},
    Shape{.task = DeviceTask::kLso,
          .name = "40 bytes of TCP options",
          .payload_size = 3001,
          .mss = 1000,
          .option_size = 40},
    Shape{.task = DeviceTask::kLso,
          .name = "IP options, extension header",
          .payload_size = 3001,
          .mss = 1000,
          .has_ip_options = true},

    Shape{.task = DeviceTask::kUso, .is_tcp = false, .name = "4000 bytes, MSS 1000", .payload_size = 4000, .mss = 1000},
    Shape{.task = DeviceTask::kUso, .is_tcp = false, .name = "3001 bytes, MSS 1000", .payload_size = 3001, .mss = 1000},
    Shape{.task = DeviceTask::kUso,
          .is_tcp = false,
          .name = "60000 bytes, MSS 1378",
          .payload_size = 60'000,
          .mss = 1378},
    Shape{.task = DeviceTask::kUso, .is_tcp = false, .name = "odd MSS 999", .payload_size = 5000, .mss = 999},
    Shape{.task = DeviceTask::kUso,
          .is_tcp = false,
          .name = "inner IDs from 0xFFFE, outer from 0xFFFF",
          .payload_size = 3001,
          .mss = 1000,
          .inner_id = 0xFFFE,
          .outer_id = 0xFFFF,
          .is_about_ids = true},
    Shape{.task = DeviceTask::kUso,
          .is_tcp = false,
          .name = "IP options, extension header",
          .payload_size = 3001,
          .mss = 1000,
          .has_ip_options = true},
};

/// Documentation addresses: the first host of the pair sends.
wire::IpAddress address(IpVersion version, bool is_tenant, unsigned number) {
  const std::string end = std::to_string(number);
  const std::string text = version == IpVersion::kV4 ? (is_tenant ? "192.0.2." : "198.18.0.") + end
                                                     : (is_tenant ? "2001:db8:2::" : "2001:db8:1::") + end;
  return *wire::IpAddress::parse(text);
}

/// As many bytes of options as asked for: no-operations, and one option that nobody knows, so that nobody touches it.
wire::ByteVector options_of(std::size_t size) {
  constexpr std::uint8_t kNoOperation = 1, kExperiment = 253;
  wire::ByteVector options(size, kNoOperation);
  if (size < 4) return options;
  options[0] = kExperiment;
  options[1] = 4;
  return options;
}

void add_ip_options(FrameBuilder& builder, IpVersion version) {
  constexpr std::array<std::uint8_t, 4> kExperiment = {158, 4, 0x4E, 0x56};  // RFC 4727, section 3.1
  if (version == IpVersion::kV4)
    builder.ip_options(kExperiment);
  else
    builder.padding_extension(wire::IpProtocol::kDestinationOptions, 8);
}

void add_tenant_frame(FrameBuilder& builder, const Shape& shape, IpVersion version, TransportChecksum checksum,
                      const wire::MacAddress& source = {}) {
  builder.ethernet(source, kDeviceCaseDestination).ip(address(version, true, 1), address(version, true, 2));
  if (version == IpVersion::kV4) builder.identification(shape.inner_id).dont_fragment();
  if (shape.has_ip_options) add_ip_options(builder, version);
  if (shape.is_tcp) {
    builder.tcp(40'000, 5201).sequence_number(shape.sequence).acknowledgment_number(0x0A0B'0C0D).flags(shape.flags);
    if (shape.option_size != 0) builder.tcp_options(options_of(shape.option_size));
  } else {
    builder.udp(40'000, 5201);
  }
  builder.transport_checksum(checksum);
}

/// The payload; its first word, where the sum is to come out as 0, is the checksum of what is without it.
wire::ByteVector payload_of(const Shape& shape, IpVersion version) {
  wire::ByteVector payload(shape.payload_size);
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<std::uint8_t>(i % 251);
  if (!shape.sums_to_zero) return payload;
  payload[0] = payload[1] = 0;
  FrameBuilder builder;
  add_tenant_frame(builder, shape, version, TransportChecksum::kComplete);
  const auto frame = builder.payload(payload).build();
  constexpr std::size_t kUdpSize = 8, kChecksumFromEnd = 2;
  const auto checksum =
      wire::load_big_endian<std::uint16_t>(frame, wire::locate(frame).transport.offset + kUdpSize - kChecksumFromEnd);
  payload[0] = static_cast<std::uint8_t>(checksum >> 8);
  payload[1] = static_cast<std::uint8_t>(checksum & 0xFF);
  return payload;
}

offload::FrameMetadata asked_for(const Shape& shape, IpVersion version, const wire::HeaderMap& map) {
  using offload::SegmentationKind;
  constexpr std::uint16_t kTcpChecksum = 16, kUdpChecksum = 6;
  offload::FrameMetadata asks{.needs_checksum = true,
                              .checksum_start = static_cast<std::uint16_t>(map.transport.offset),
                              .checksum_offset = shape.is_tcp ? kTcpChecksum : kUdpChecksum,
                              .header_size = static_cast<std::uint16_t>(map.transport.end())};
  if (shape.task == DeviceTask::kChecksum) return asks;
  asks.segmentation = !shape.is_tcp               ? SegmentationKind::kUdp
                      : version == IpVersion::kV4 ? SegmentationKind::kTcpV4
                                                  : SegmentationKind::kTcpV6;
  asks.has_ecn = wire::has_any(shape.flags, TcpFlags::kCwr);
  asks.segment_size = shape.mss;
  return asks;
}

DeviceCase make_case(const Shape& shape, std::optional<IpVersion> outer, IpVersion inner,
                     const wire::MacAddress& source) {
  constexpr std::uint32_t kVsid = 5001;
  const auto payload = payload_of(shape, inner);
  FrameBuilder request, frame;
  if (outer) {
    request.ethernet(source, kDeviceCaseDestination).ip(address(*outer, false, 1), address(*outer, false, 2));
    if (*outer == IpVersion::kV4) request.identification(shape.outer_id).dont_fragment();
    request.nvgre(*wire::Vsid::from(kVsid), wire::FlowId{7});
  }
  const bool is_segmentation = shape.task != DeviceTask::kChecksum;
  add_tenant_frame(request, shape, inner,
                   is_segmentation ? TransportChecksum::kSeedWithoutLength : TransportChecksum::kSeed, source);
  add_tenant_frame(frame, shape, inner, TransportChecksum::kSeed, source);

  DeviceCase result{.task = shape.task,
                    .name = std::string(shape.name),
                    .source = source,
                    .outer = outer,
                    .inner = inner,
                    .mss = shape.mss,
                    .request = request.payload(payload).build(),
                    .frame = frame.payload(payload).build(),
                    .tunnel = {},
                    .asks = {}};
  result.asks = asked_for(shape, inner, wire::locate(result.frame));
  const auto tunnel_size = wire::locate(result.request, {.ignore_lengths = true}).inner_ip.offset;
  if (outer) result.tunnel.assign(result.request.begin(), result.request.begin() + tunnel_size);
  return result;
}

}  // namespace

std::string_view name_of(DeviceTask task) noexcept {
  switch (task) {
    case DeviceTask::kChecksum:
      return "checksum";
    case DeviceTask::kLso:
      return "lso";
    case DeviceTask::kUso:
      return "uso";
  }
  return "";
}

std::string DeviceCase::pairing() const {
  const auto text = [](IpVersion version) { return std::string(version == IpVersion::kV4 ? "IPv4" : "IPv6"); };
  return outer ? text(inner) + " in " + text(*outer) : "plain " + text(inner);
}

wire::MacAddress case_source(std::size_t number) noexcept {
  return wire::MacAddress({0x02, 0x00, 0x00, 0x4E, static_cast<std::uint8_t>(number >> 8 & 0xFF),
                           static_cast<std::uint8_t>(number & 0xFF)});
}

std::vector<DeviceCase> device_cases() {
  std::vector<DeviceCase> cases;
  for (const std::optional<IpVersion> outer :
       {std::optional<IpVersion>(), std::optional(IpVersion::kV4), std::optional(IpVersion::kV6)})
    for (const auto inner : {IpVersion::kV4, IpVersion::kV6})
      for (const auto& shape : kShapes)
        if (!shape.is_about_ids || inner == IpVersion::kV4 || outer == IpVersion::kV4)
          cases.push_back(make_case(shape, outer, inner, case_source(cases.size())));
  return cases;
}

}  // namespace nvgre::cli

#include "nvgre/wire/frame_builder.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "nvgre/wire/big_endian.h"

namespace nvgre::wire {
namespace {

void pad_to_multiple(ByteVector& bytes, std::size_t unit) {
  bytes.resize((bytes.size() + unit - 1) / unit * unit);
}

}  // namespace

FrameBuilder& FrameBuilder::push(layer::Any next) {
  layers_.push_back(std::move(next));
  return *this;
}

template <typename Layer>
Layer& FrameBuilder::last() {
  const auto found = std::find_if(layers_.rbegin(), layers_.rend(),
                                  [](const layer::Any& any) { return std::holds_alternative<Layer>(any); });
  assert(found != layers_.rend() && "a field of a header that was not named");
  return std::get<Layer>(*found);
}

FrameBuilder& FrameBuilder::ethernet(const MacAddress& source, const MacAddress& destination) {
  return push(layer::Ethernet{source, destination, {}, std::nullopt});
}

FrameBuilder& FrameBuilder::vlan(std::uint16_t vlan_id, EtherType protocol, std::uint8_t priority) {
  last<layer::Ethernet>().tags.push_back({protocol, static_cast<std::uint16_t>(priority << 13 | (vlan_id & 0x0FFF))});
  return *this;
}

FrameBuilder& FrameBuilder::ether_type(EtherType value) {
  last<layer::Ethernet>().ether_type = value;
  return *this;
}

FrameBuilder& FrameBuilder::ip(const IpAddress& source, const IpAddress& destination) {
  assert(source.version() == destination.version());
  layer::Ip next;
  next.v4.source = source;
  next.v4.destination = destination;
  return push(std::move(next));
}

FrameBuilder& FrameBuilder::traffic_class(std::uint8_t value) {
  last<layer::Ip>().v4.type_of_service = value;
  return *this;
}

FrameBuilder& FrameBuilder::hop_limit(std::uint8_t value) {
  last<layer::Ip>().v4.time_to_live = value;
  return *this;
}

FrameBuilder& FrameBuilder::flow_label(std::uint32_t value) {
  last<layer::Ip>().flow_label = value;
  return *this;
}

FrameBuilder& FrameBuilder::identification(std::uint16_t value) {
  last<layer::Ip>().v4.identification = value;
  return *this;
}

FrameBuilder& FrameBuilder::dont_fragment(bool value) {
  last<layer::Ip>().v4.dont_fragment = value;
  return *this;
}

FrameBuilder& FrameBuilder::fragment(bool more_fragments, std::uint16_t offset) {
  auto& ip = last<layer::Ip>();
  if (ip.v4.source.is_v4()) {
    ip.v4.more_fragments = more_fragments;
    ip.v4.fragment_offset = offset;
    return *this;
  }
  ByteVector header(8);  // next header, reserved, offset and M flag, identification (RFC 8200, section 4.5)
  store_big_endian(MutableBytes(header), static_cast<std::uint16_t>(offset << 3 | (more_fragments ? 1 : 0)), 2);
  ip.extensions.push_back({IpProtocol::kFragment, std::move(header)});
  return *this;
}

FrameBuilder& FrameBuilder::ip_options(Bytes bytes) {
  auto& options = last<layer::Ip>().options;
  options.assign(bytes.begin(), bytes.end());
  pad_to_multiple(options, 4);
  return *this;
}

FrameBuilder& FrameBuilder::extension(IpProtocol type, Bytes body) {
  ByteVector header(2);
  header.insert(header.end(), body.begin(), body.end());
  const std::size_t padding = (8 - header.size() % 8) % 8;
  header.resize(header.size() + padding);
  if (padding > 1) {  // PadN: type 1, size, zeros; a single byte of padding is Pad1, a zero
    header[header.size() - padding] = 1;
    header[header.size() - padding + 1] = static_cast<std::uint8_t>(padding - 2);
  }
  header[1] = static_cast<std::uint8_t>(header.size() / 8 - 1);
  last<layer::Ip>().extensions.push_back({type, std::move(header)});
  return *this;
}

FrameBuilder& FrameBuilder::padding_extension(IpProtocol type, std::size_t size) {
  assert(size >= 8 && size % 8 == 0);
  return extension(type, ByteVector(size - 2));  // all Pad1
}

FrameBuilder& FrameBuilder::protocol(IpProtocol value) {
  last<layer::Ip>().protocol = value;
  return *this;
}

FrameBuilder& FrameBuilder::ip_length(std::uint16_t value) {
  last<layer::Ip>().length = value;
  return *this;
}

FrameBuilder& FrameBuilder::ip_checksum(std::uint16_t value) {
  last<layer::Ip>().checksum = value;
  return *this;
}

FrameBuilder& FrameBuilder::nvgre(Vsid vsid, FlowId flow_id) {
  return gre({.key = vsid.key(flow_id)});
}

FrameBuilder& FrameBuilder::gre(const GreFields& fields) {
  return push(layer::Gre{fields});
}

FrameBuilder& FrameBuilder::tcp(std::uint16_t source_port, std::uint16_t destination_port) {
  layer::Tcp next;
  next.fields.source_port = source_port;
  next.fields.destination_port = destination_port;
  return push(std::move(next));
}

FrameBuilder& FrameBuilder::sequence_number(std::uint32_t value) {
  last<layer::Tcp>().fields.sequence_number = value;
  return *this;
}

FrameBuilder& FrameBuilder::acknowledgment_number(std::uint32_t value) {
  last<layer::Tcp>().fields.acknowledgment_number = value;
  return *this;
}

FrameBuilder& FrameBuilder::flags(TcpFlags value) {
  last<layer::Tcp>().fields.flags = value;
  return *this;
}

FrameBuilder& FrameBuilder::window(std::uint16_t value) {
  last<layer::Tcp>().fields.window = value;
  return *this;
}

FrameBuilder& FrameBuilder::urgent_pointer(std::uint16_t value) {
  last<layer::Tcp>().fields.urgent_pointer = value;
  return *this;
}

FrameBuilder& FrameBuilder::tcp_options(Bytes bytes) {
  auto& options = last<layer::Tcp>().options;
  options.assign(bytes.begin(), bytes.end());
  pad_to_multiple(options, 4);
  return *this;
}

FrameBuilder& FrameBuilder::timestamps(std::uint32_t value, std::uint32_t echo_reply) {
  constexpr auto kNoOperation = static_cast<std::uint8_t>(TcpOptionKind::kNoOperation);
  constexpr auto kTimestamps = static_cast<std::uint8_t>(TcpOptionKind::kTimestamps);
  ByteVector options = {kNoOperation, kNoOperation, kTimestamps, 2 + TcpTimestamps::kDataSize};
  options.resize(options.size() + TcpTimestamps::kDataSize);
  store_big_endian(MutableBytes(options), value, 4);
  store_big_endian(MutableBytes(options), echo_reply, 8);
  return tcp_options(options);
}

FrameBuilder& FrameBuilder::udp(std::uint16_t source_port, std::uint16_t destination_port) {
  layer::Udp next;
  next.fields.source_port = source_port;
  next.fields.destination_port = destination_port;
  return push(std::move(next));
}

FrameBuilder& FrameBuilder::udp_length(std::uint16_t value) {
  last<layer::Udp>().length = value;
  return *this;
}

FrameBuilder& FrameBuilder::set_transport_checksum(TransportChecksum mode, std::uint16_t value) {
  for (auto any = layers_.rbegin(); any != layers_.rend(); ++any) {
    const bool is_transport = std::visit(
        [&](auto& layer) {
          if constexpr (requires { layer.fields.checksum = value, layer.checksum = mode; }) {
            layer.fields.checksum = value;
            layer.checksum = mode;
            return true;
          }
          return false;
        },
        *any);
    if (is_transport) return *this;
  }
  assert(false && "a checksum of a header that was not named");
  return *this;
}

FrameBuilder& FrameBuilder::transport_checksum(std::uint16_t value) {
  return set_transport_checksum(TransportChecksum::kGiven, value);
}

FrameBuilder& FrameBuilder::transport_checksum(TransportChecksum mode) {
  return set_transport_checksum(mode, 0);
}

FrameBuilder& FrameBuilder::icmp(std::uint8_t type, std::uint8_t code, std::uint32_t rest_of_header) {
  return push(layer::Icmp{{.type = type, .code = code, .rest_of_header = rest_of_header}});
}

FrameBuilder& FrameBuilder::arp(const ArpFields& fields) {
  return push(layer::Arp{fields});
}

FrameBuilder& FrameBuilder::neighbor(const NeighborFields& fields) {
  return push(layer::Neighbor{fields});
}

FrameBuilder& FrameBuilder::payload(Bytes bytes) {
  return push(layer::Payload{{bytes.begin(), bytes.end()}});
}

FrameBuilder& FrameBuilder::counting_payload(std::size_t size, std::size_t first) {
  ByteVector bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>((first + i) % 251);
  return push(layer::Payload{std::move(bytes)});
}

FrameBuilder& FrameBuilder::padded_to(std::size_t size) {
  padded_size_ = size;
  return *this;
}

ByteVector FrameBuilder::build() const {
  ByteVector frame;
  for (std::size_t i = layers_.size(); i-- > 0;) {
    const layer::Context context{.outer = i > 0 ? &layers_[i - 1] : nullptr,
                                 .inner = i + 1 < layers_.size() ? &layers_[i + 1] : nullptr,
                                 .body = frame};
    ByteVector bytes = layer::write(layers_[i], context);
    bytes.insert(bytes.end(), frame.begin(), frame.end());
    frame = std::move(bytes);
  }
  frame.resize(std::max(frame.size(), padded_size_));
  return frame;
}

}  // namespace nvgre::wire

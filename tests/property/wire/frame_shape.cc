#include "frame_shape.h"

namespace nvgre::wire::property {
namespace {

const MacAddress kSource({0x02, 0, 0, 0, 0, 0x01});
const MacAddress kDestination({0x02, 0, 0, 0, 0, 0x02});

void add_link(FrameBuilder& builder, unsigned tags) {
  builder.ethernet(kSource, kDestination);
  for (unsigned i = 0; i < tags; ++i) builder.vlan(static_cast<std::uint16_t>(100 + i));
}

void add_network(FrameBuilder& builder, bool v6, unsigned extra, bool fragment) {
  if (v6)
    builder.ip(*IpAddress::parse("2001:db8::1"), *IpAddress::parse("2001:db8::2"));
  else
    builder.ip(*IpAddress::parse("192.0.2.1"), *IpAddress::parse("192.0.2.2"));
  if (extra > 0 && v6) builder.padding_extension(IpProtocol::kDestinationOptions, std::size_t{8} * extra);
  if (extra > 0 && !v6) builder.ip_options(ByteVector(std::size_t{4} * extra, 1));
  if (fragment) builder.fragment(true, 0);
}

void add_tunnel(FrameBuilder& builder, const FrameShape& shape) {
  GreFields gre;
  if (shape.has_gre_checksum) gre.checksum = 0x1234;
  if (!shape.has_no_key) gre.key = 5001U << 8;
  if (shape.has_sequence) gre.sequence = 7;
  add_link(builder, shape.outer_tags);
  add_network(builder, shape.outer_v6, shape.outer_extra, shape.outer_fragment);
  builder.gre(gre);
}

void add_carried(FrameBuilder& builder, const FrameShape& shape) {
  switch (shape.carried) {
    case 0:
      builder.tcp(40000, 5201).tcp_options(ByteVector(std::size_t{4} * shape.tcp_options, 1));
      return;
    case 1:
      builder.udp(5000, 5001);
      return;
    case 2:
      builder.icmp(IcmpV4::kEchoRequest);
      return;
    default:
      builder.nvgre(*Vsid::from(6000)).ethernet(kSource, kDestination);
  }
}

}  // namespace

FrameBuilder build(const FrameShape& shape) {
  FrameBuilder builder;
  if (shape.is_encapsulated) add_tunnel(builder, shape);
  add_link(builder, shape.inner_tags);
  if (shape.carried == 4)
    return builder.arp({.sender_protocol_address = *IpAddress::parse("192.0.2.1")})
        .counting_payload(shape.payload_size);
  add_network(builder, shape.inner_v6, shape.inner_extra, shape.inner_fragment);
  add_carried(builder, shape);
  return builder.counting_payload(shape.payload_size);
}

std::ostream& operator<<(std::ostream& out, const FrameShape& shape) {
  if (shape.is_encapsulated)
    out << "outer " << (shape.outer_v6 ? "v6" : "v4") << " tags " << int{shape.outer_tags} << " extra "
        << int{shape.outer_extra} << (shape.outer_fragment ? " fragment" : "") << ", gre"
        << (shape.has_gre_checksum ? " C" : "") << (shape.has_no_key ? "" : " K") << (shape.has_sequence ? " S" : "")
        << ", ";
  return out << "inner " << (shape.inner_v6 ? "v6" : "v4") << " tags " << int{shape.inner_tags} << " extra "
             << int{shape.inner_extra} << (shape.inner_fragment ? " fragment" : "") << ", carries "
             << int{shape.carried} << ", tcp options " << int{shape.tcp_options} << ", payload " << shape.payload_size;
}

}  // namespace nvgre::wire::property

namespace rc {

Gen<nvgre::wire::property::FrameShape> Arbitrary<nvgre::wire::property::FrameShape>::arbitrary() {
  using nvgre::wire::property::FrameShape;
  const auto up_to = [](int last) { return gen::cast<std::uint8_t>(gen::inRange(0, last + 1)); };
  // Rare things are rare, so that most frames reach the inner headers.
  const auto rarely = [] { return gen::map(gen::inRange(0, 8), [](int value) { return value == 7; }); };
  return gen::build<FrameShape>(
      gen::set(&FrameShape::outer_tags, up_to(2)), gen::set(&FrameShape::is_encapsulated),
      gen::set(&FrameShape::outer_v6), gen::set(&FrameShape::outer_extra, up_to(5)),
      gen::set(&FrameShape::outer_fragment, rarely()), gen::set(&FrameShape::has_gre_checksum, rarely()),
      gen::set(&FrameShape::has_no_key, rarely()), gen::set(&FrameShape::has_sequence, rarely()),
      gen::set(&FrameShape::inner_tags, gen::map(rarely(), [](bool tagged) { return std::uint8_t{tagged}; })),
      gen::set(&FrameShape::inner_v6), gen::set(&FrameShape::inner_extra, up_to(5)),
      gen::set(&FrameShape::inner_fragment, rarely()), gen::set(&FrameShape::carried, up_to(4)),
      gen::set(&FrameShape::tcp_options, up_to(10)),
      gen::set(&FrameShape::payload_size, gen::cast<std::uint16_t>(gen::inRange(0, 1501))));
}

}  // namespace rc

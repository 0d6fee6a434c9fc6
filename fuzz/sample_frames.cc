#include "fuzz/sample_frames.h"

#include <array>

#include "nvgre/wire/frame_builder.h"
#include "tests/unit/overlay/scenery.h"

namespace nvgre::fuzz {
namespace {

using namespace overlay::scenery;  // NOLINT(google-build-using-namespace): the two hosts of all tests
using test::SampleFrame;
using wire::FrameBuilder;
using wire::IpVersion;

void add(ByteStrings& frames, const FrameBuilder& builder) {
  frames.push_back(builder.build());
}

FrameBuilder tunnel(IpVersion outer) {
  FrameBuilder builder;
  builder.ethernet(next_hop_mac(2), kUnderlayMac).ip(provider(outer, 2).ip(), provider(outer, 1).ip()).nvgre(kBlue);
  return builder;
}

/// What follows an Ethernet header and is neither TCP nor UDP.
void add_control_messages(ByteStrings& frames, FrameBuilder link) {
  link.ethernet(mac(1, 2), mac(1, 1));
  auto arp = link, solicitation = link, echo = link;
  add(frames, arp.arp({.sender_hardware_address = mac(1, 2),
                       .sender_protocol_address = customer_v4(2).ip(),
                       .target_protocol_address = customer_v4(1).ip()}));
  add(frames, solicitation.ip(customer_v6(2).ip(), customer_v6(1).ip())
                  .hop_limit(255)
                  .neighbor({.target_address = customer_v6(1).ip(), .link_layer_address = mac(1, 2)}));
  add(frames, echo.ip(customer_v4(2).ip(), customer_v4(1).ip()).icmp(8).counting_payload(32));
}

/// A router's word that a packet of ours was too big (OVL-13).
FrameBuilder too_big() {
  const auto quoted = FrameBuilder()
                          .ethernet(kUnderlayMac, next_hop_mac(2))
                          .ip(provider_v4(1).ip(), provider_v4(2).ip())
                          .nvgre(kBlue)
                          .counting_payload(40)
                          .build();
  FrameBuilder builder;
  return builder.ethernet(next_hop_mac(2), kUnderlayMac)
      .ip(provider_v4(9).ip(), provider_v4(1).ip())
      .icmp(3, 4, 1400)
      .payload(wire::Bytes(quoted).subspan(14, 28));
}

void add_oddities(ByteStrings& frames) {
  for (auto frame :
       {SampleFrame{.outer = IpVersion::kV4, .outer_options = 8, .inner_options = 12, .tcp_options = 12},
        SampleFrame{.outer = IpVersion::kV6, .inner = IpVersion::kV6, .outer_options = 16, .inner_options = 8},
        SampleFrame{.outer = IpVersion::kV4, .tags = {0x2064}, .inner_tags = {5}},
        SampleFrame{.outer = IpVersion::kV4, .inner_fragment = 0x2005},
        SampleFrame{.outer = IpVersion::kV6, .inner = IpVersion::kV6, .inner_fragment_header = true},
        SampleFrame{.outer = IpVersion::kV4, .gre_flags = 0xB000},
        SampleFrame{.outer = IpVersion::kV4, .gre_flags = 0x0000},
        SampleFrame{.outer = IpVersion::kV4, .protocol = 47, .payload_size = 30},
        SampleFrame{.outer = IpVersion::kV4, .lengths = test::Lengths::kZero},
        SampleFrame{.inner = IpVersion::kV6, .protocol = 17, .inner_options = 40, .trailing = 9}}) {
    frame.payload_size = std::min<std::size_t>(frame.payload_size, 40);
    frames.push_back(write(frame));
  }
}

}  // namespace

ByteStrings sample_frames() {
  ByteStrings frames;
  for (const auto& request : sample_requests()) frames.push_back(write(request));
  for (const auto outer : {IpVersion::kV4, IpVersion::kV6}) {
    for (const auto inner : {IpVersion::kV4, IpVersion::kV6}) {
      const std::array customers = {inner == IpVersion::kV4 ? customer_v4(2).ip() : customer_v6(2).ip(),
                                    inner == IpVersion::kV4 ? customer_v4(1).ip() : customer_v6(1).ip()};
      auto tcp = tunnel(outer), udp = tunnel(outer);
      add(frames,
          tcp.ethernet(mac(1, 2), mac(1, 1)).ip(customers[0], customers[1]).tcp(5201, 40000).counting_payload(60));
      add(frames,
          udp.ethernet(mac(1, 2), mac(1, 1)).ip(customers[0], customers[1]).udp(5000, 4000).counting_payload(33));
    }
    add_control_messages(frames, tunnel(outer));
  }
  add_control_messages(frames, FrameBuilder());
  add(frames, too_big());
  add_oddities(frames);
  return frames;
}

std::vector<SampleFrame> sample_requests() {
  auto requests = test::version_matrix(6);
  for (const auto& request : test::version_matrix(17)) requests.push_back(request);
  for (auto& request : requests) request.payload_size = 90;
  return requests;
}

}  // namespace nvgre::fuzz

/// The way through a frame, in order:
///   1. Ethernet with its tags;
///   2. IP with its options or extension headers: the outer one if it carries GRE, else the only one;
///   3. GRE: NVGRE, or what else it is (D-34);
///   4. inner Ethernet and inner IP;
///   5. TCP or UDP;
///   6. the length of all headers (LOC-12).
#include "nvgre/wire/locate.h"

#include <algorithm>

#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/gre.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"
#include "nvgre/wire/tcp.h"
#include "nvgre/wire/udp.h"

namespace nvgre::wire {
namespace {

constexpr std::uint32_t narrow(std::size_t offset) noexcept {
  return static_cast<std::uint32_t>(offset);
}

/// One walk through one frame.
class Locator {
 public:
  Locator(Bytes head, const LocateOptions& options) noexcept
      : options_(options),
        frame_size_(options.frame_size == 0 ? head.size() : options.frame_size),
        head_(head.first(std::min(head.size(), frame_size_))) {}

  HeaderMap run() noexcept {
    const LinkHeader link = link_at(0);
    if (!link) return map_;
    const NetworkHeader network = network_behind(link, frame_size_, DropReason::kTruncatedIp);
    const bool is_tunnel = network && network.protocol == IpProtocol::kGre && options_.follow_gre;
    if (is_tunnel || is_too_long_) {
      map_.outer_link = link;
      map_.outer_ip = network;
      if (is_tunnel) follow_tunnel();
      refuse_long_headers();
    } else {
      map_.inner_link = link;
      map_.inner_ip = network;
      finish_inner();
    }
    return map_;
  }

 private:
  /// Keeps the first problem only.
  void note(DropReason reason) noexcept {
    if (!map_.problem) map_.problem = reason;
  }

  LinkHeader link_at(std::size_t offset) noexcept {
    const auto view = EthernetView::parse(head_.subspan(offset));
    if (!view) {
      note(offset == 0 ? view.error() : DropReason::kTruncatedInner);
      return {};
    }
    return {.offset = narrow(offset),
            .size = narrow(view->header_size()),
            .tag_count = static_cast<std::uint8_t>(view->tag_count()),
            .tag_control = view->tag_count() > 0 ? view->tag(0).control : std::uint16_t{0},
            .ether_type = view->ether_type()};
  }

  /// @param bound  Where the frame, or the outer packet around it, ends.
  /// @param cut    What to say where the captured bytes end inside the header.
  NetworkHeader network_behind(const LinkHeader& link, std::size_t bound, DropReason cut) noexcept {
    if (link.ether_type != EtherType::kIpv4 && link.ether_type != EtherType::kIpv6) return {};
    auto header = link.ether_type == EtherType::kIpv4 ? ipv4_at(link.end(), bound) : ipv6_at(link.end(), bound);
    if (header) return *header;
    is_too_long_ = header.error() == DropReason::kHeaderTooLong;
    note(header.error() == DropReason::kTruncatedIp ? cut : header.error());
    return {};
  }

  Checked<NetworkHeader> ipv4_at(std::size_t offset, std::size_t bound) noexcept {
    const auto view = Ipv4View::parse(head_.subspan(offset));
    if (!view) return std::unexpected(view.error());
    NetworkHeader header{.offset = narrow(offset),
                         .size = narrow(view->header_size()),
                         .version = IpVersion::kV4,
                         .protocol = view->protocol(),
                         .is_fragment = view->is_fragment(),
                         .has_options = !view->options().empty()};
    bound_payload(header, view->total_length(), bound);
    return header;
  }

  Checked<NetworkHeader> ipv6_at(std::size_t offset, std::size_t bound) noexcept {
    const auto view = Ipv6View::parse(head_.subspan(offset));
    if (!view) return std::unexpected(view.error());
    const auto chain = walk_ipv6_chain(head_.subspan(offset), chain_limit(offset));
    if (!chain) return std::unexpected(chain.error());
    NetworkHeader header{.offset = narrow(offset),
                         .size = narrow(chain->size),
                         .version = IpVersion::kV6,
                         .protocol = chain->protocol,
                         .is_fragment = chain->is_fragment,
                         .has_options = chain->has_extensions()};
    const std::size_t length = view->payload_length();
    bound_payload(header, length == 0 ? 0 : Ipv6View::kSize + length, bound);
    return header;
  }

  /// Bytes behind `offset` in which an extension chain has to end (LOC-20). A small MaxHeaderSizeSupported narrows what
  /// is offloaded inside tunnels, not what we can read: 128 bytes of chain are always supported (LOC-8).
  [[nodiscard]] std::size_t chain_limit(std::size_t offset) const noexcept {
    const std::size_t limit = std::max(options_.max_header_size, kDefaultMaxHeaderSize);
    return limit > offset ? limit - offset : 0;
  }

  /// @param length  Of the whole packet as the header says; 0: it does not say.
  void bound_payload(NetworkHeader& header, std::size_t length, std::size_t bound) noexcept {
    header.payload_end = std::max(narrow(bound), header.end());
    if (options_.ignore_lengths || length == 0) return;
    if (length < header.size) return note(DropReason::kMalformedIp);
    header.is_truncated = header.offset + length > bound;
    if (header.is_truncated) return;
    header.has_length = true;
    header.payload_end = narrow(header.offset + length);
  }

  void follow_tunnel() noexcept {
    const NetworkHeader& outer = map_.outer_ip;
    if (outer.is_fragment) {
      map_.encapsulation = Encapsulation::kUnsupported;
      return note(DropReason::kOuterFragment);
    }
    if (outer.is_truncated) note(DropReason::kTruncatedInner);
    map_.gre = gre_at(outer.end());
    if (map_.gre.end() > outer.payload_end) note(DropReason::kTruncatedGre);
    if (map_.gre.protocol != EtherType::kTransparentEthernetBridging || !map_.gre.key) return;  // LOC-5, LOC-6
    const auto vsid = map_.gre.vsid();
    if (!vsid->is_tenant()) note(DropReason::kReservedVsid);
    follow_inner(outer.payload_end);
  }

  TunnelHeader gre_at(std::size_t offset) noexcept {
    const Bytes bytes = head_.subspan(offset);
    map_.encapsulation = Encapsulation::kGre;
    if (bytes.size() < GreView::kBaseSize) {
      note(DropReason::kTruncatedGre);
      return {};
    }
    TunnelHeader header{.offset = narrow(offset),
                        .size = GreView::kBaseSize,
                        .flags = load_big_endian<std::uint16_t>(bytes),
                        .protocol = static_cast<EtherType>(load_big_endian<std::uint16_t>(bytes, 2)),
                        .key = std::nullopt,
                        .sequence = std::nullopt};
    const auto problem = nvgre_problem(header.flags, header.protocol);
    if (!problem) map_.encapsulation = Encapsulation::kNvgre;
    if ((header.flags & GreFlags::kRoutingOrVersion) != 0) map_.encapsulation = Encapsulation::kUnsupported;

    const auto view = GreView::parse(bytes);
    if (!view && view.error() == DropReason::kTruncatedGre) {
      note(DropReason::kTruncatedGre);
      return {};
    }
    if (problem) note(*problem);
    if (!view) return header;
    header.size = narrow(view->header_size());
    header.key = view->key();
    header.sequence = view->sequence();
    return header;
  }

  void follow_inner(std::size_t bound) noexcept {
    map_.inner_link = link_at(map_.gre.end());
    if (!map_.inner_link) return;
    if (map_.inner_link.end() > bound) note(DropReason::kTruncatedInner);
    if (map_.inner_link.tag_count > 0) return note(DropReason::kInnerVlan);  // LOC-9
    const bool is_sound = !map_.problem;
    map_.inner_ip = network_behind(map_.inner_link, bound, DropReason::kTruncatedInner);
    if (map_.inner_ip.end() > bound) note(DropReason::kTruncatedInner);
    finish_inner(is_sound);
  }

  /// @param is_sound  Nothing was wrong up to the inner Ethernet header.
  void finish_inner(bool is_sound = true) noexcept {
    if (map_.inner_ip.is_truncated) note(DropReason::kTruncatedIp);
    map_.transport = transport_in(map_.inner_ip);
    map_.problem_is_inner = is_sound && map_.problem;
  }

  TransportHeader transport_in(const NetworkHeader& network) noexcept {
    if (!network || network.is_fragment) return {};  // D-12
    if (network.protocol == IpProtocol::kTcp) return tcp_in(network);
    if (network.protocol == IpProtocol::kUdp) return udp_in(network);
    return {};  // LOC-18 too: GRE inside is not followed
  }

  TransportHeader tcp_in(const NetworkHeader& network) noexcept {
    const Bytes payload = captured_payload(network);
    const auto view = TcpView::parse(payload);
    if (!view) {
      refuse_transport(network, view.error());
      return {};
    }
    return {.offset = network.end(),
            .size = narrow(view->header_size()),
            .protocol = IpProtocol::kTcp,
            .payload_end = network.payload_end};
  }

  TransportHeader udp_in(const NetworkHeader& network) noexcept {
    const auto view = UdpView::parse_header(captured_payload(network));
    if (!view) {
      refuse_transport(network, view.error());
      return {};
    }
    TransportHeader header{.offset = network.end(),
                           .size = UdpView::kSize,
                           .protocol = IpProtocol::kUdp,
                           .payload_end = network.payload_end};
    // A super-frame before it is cut has no length in either header.
    if (options_.ignore_lengths || (view->length() == 0 && !network.has_length)) return header;
    if (view->length() < UdpView::kSize || view->length() > network.payload_end - network.end()) {
      note(DropReason::kMalformedTransport);  // LOC-11
      return {};
    }
    header.payload_end = header.offset + view->length();
    return header;
  }

  /// Where the capture ends before the packet does, the header is cut, whatever the view makes of it.
  void refuse_transport(const NetworkHeader& network, DropReason reason) noexcept {
    note(network.payload_end > head_.size() ? DropReason::kTruncatedTransport : reason);
  }

  [[nodiscard]] Bytes captured_payload(const NetworkHeader& network) const noexcept {
    const std::size_t end = std::min<std::size_t>(network.payload_end, head_.size());
    return head_.subspan(network.end(), end - network.end());
  }

  /// A packet with longer headers than the adapter supports is passed up as one that it does not know (LOC-12, LOC-6).
  void refuse_long_headers() noexcept {
    if (map_.is_encapsulated() && map_.headers_end() > options_.max_header_size) is_too_long_ = true;
    if (!is_too_long_) return;
    note(DropReason::kHeaderTooLong);
    map_.encapsulation = Encapsulation::kUnsupported;
    map_.inner_link = {};
    map_.inner_ip = {};
    map_.transport = {};
    map_.problem_is_inner = false;
  }

  LocateOptions options_;
  std::size_t frame_size_;
  Bytes head_;
  bool is_too_long_ = false;
  HeaderMap map_;
};

}  // namespace

HeaderMap locate(Bytes head, const LocateOptions& options) noexcept {
  return Locator(head, options).run();
}

}  // namespace nvgre::wire

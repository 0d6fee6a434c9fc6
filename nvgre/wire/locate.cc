/// The way through a frame, in order:
///   1. Ethernet with its tags;
///   2. IP with its options or extension headers: the outer one if it carries GRE, else the only one;
///   3. GRE: NVGRE, or what else it is (D-34);
///   4. inner Ethernet and inner IP;
///   5. TCP or UDP;
///   6. the length of all headers (LOC-12).
#include "nvgre/wire/locate.h"

#include <algorithm>
#include <optional>
#include <utility>

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

/// One walk through one frame. Each header is written to its place in the map at once: copies of structs just written
/// would take longer than the walk itself.
class Locator {
 public:
  Locator(HeaderMap& map, Bytes head, const LocateOptions& options) noexcept
      : map_(map),
        options_(options),
        frame_size_(options.frame_size == 0 ? head.size() : options.frame_size),
        head_(head.first(std::min(head.size(), frame_size_))) {}

  void run() noexcept {
    locate_link(map_.inner_link, 0);
    if (!map_.inner_link) return;
    locate_network(map_.inner_ip, map_.inner_link, frame_size_, DropReason::kTruncatedIp);
    const bool is_tunnel = map_.inner_ip && map_.inner_ip.protocol == IpProtocol::kGre && options_.follow_gre;
    if (!is_tunnel && !is_too_long_) return finish_inner();
    map_.outer_link = std::exchange(map_.inner_link, {});
    map_.outer_ip = std::exchange(map_.inner_ip, {});
    if (is_tunnel) follow_tunnel();
    refuse_long_headers();
  }

 private:
  /// Keeps the first of each only.
  void note(DropReason reason) noexcept {
    if (!map_.obstacle) map_.obstacle = reason;
    note_refusal(reason);
  }
  void note_refusal(DropReason reason) noexcept {
    if (!map_.problem) map_.problem = reason;
  }

  void locate_link(LinkHeader& header, std::size_t offset) noexcept {
    const auto view = EthernetView::parse(head_.subspan(offset));
    if (!view) return note(offset == 0 ? view.error() : DropReason::kTruncatedInner);
    header.offset = narrow(offset);
    header.size = narrow(view->header_size());
    header.tag_count = static_cast<std::uint8_t>(view->tag_count());
    if (view->tag_count() > 0) header.tag_control = view->tag(0).control;
    header.ether_type = view->ether_type();
  }

  /// @param bound  Where the frame, or the outer packet around it, ends.
  /// @param cut    What to say where the captured bytes end inside the header.
  void locate_network(NetworkHeader& header, const LinkHeader& link, std::size_t bound, DropReason cut) noexcept {
    std::optional<DropReason> problem;
    if (link.ether_type == EtherType::kIpv4) problem = locate_ipv4(header, link.end(), bound);
    if (link.ether_type == EtherType::kIpv6) problem = locate_ipv6(header, link.end(), bound);
    if (!problem) return;
    is_too_long_ = *problem == DropReason::kHeaderTooLong;
    note(*problem == DropReason::kTruncatedIp ? cut : *problem);
  }

  std::optional<DropReason> locate_ipv4(NetworkHeader& header, std::size_t offset, std::size_t bound) noexcept {
    const auto view = Ipv4View::parse(head_.subspan(offset));
    if (!view) return view.error();
    header.offset = narrow(offset);
    header.size = narrow(view->header_size());
    header.version = IpVersion::kV4;
    header.protocol = view->protocol();
    header.is_fragment = view->is_fragment();
    header.has_options = !view->options().empty();
    bound_payload(header, view->total_length(), bound);
    return std::nullopt;
  }

  std::optional<DropReason> locate_ipv6(NetworkHeader& header, std::size_t offset, std::size_t bound) noexcept {
    const auto view = Ipv6View::parse(head_.subspan(offset));
    if (!view) return view.error();
    const auto chain = walk_ipv6_chain(head_.subspan(offset), chain_limit(offset));
    if (!chain) return chain.error();
    header.offset = narrow(offset);
    header.size = narrow(chain->size);
    header.version = IpVersion::kV6;
    header.protocol = chain->protocol;
    header.is_fragment = chain->is_fragment;
    header.has_options = chain->has_extensions();
    const std::size_t length = view->payload_length();
    bound_payload(header, length == 0 ? 0 : Ipv6View::kSize + length, bound);
    return std::nullopt;
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
    header.is_malformed = length < header.size;
    if (header.is_malformed) return note(DropReason::kMalformedIp);
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
    if (!options_.past_packet_end) head_ = head_.first(std::min<std::size_t>(head_.size(), outer.payload_end));
    locate_gre(map_.gre, outer.end());
    if (map_.gre.end() > outer.payload_end) note(DropReason::kTruncatedGre);
    if (map_.gre.protocol != EtherType::kTransparentEthernetBridging || !map_.gre.key) return;  // LOC-5, LOC-6
    const auto vsid = map_.gre.vsid();
    if (!vsid->is_tenant()) note_refusal(DropReason::kReservedVsid);
    follow_inner(outer.payload_end);
  }

  void locate_gre(TunnelHeader& header, std::size_t offset) noexcept {
    const Bytes bytes = head_.subspan(offset);
    map_.encapsulation = Encapsulation::kGre;
    if (bytes.size() < GreView::kBaseSize) return note(DropReason::kTruncatedGre);
    const auto flags = load_big_endian<std::uint16_t>(bytes);
    const auto protocol = static_cast<EtherType>(load_big_endian<std::uint16_t>(bytes, sizeof(flags)));
    const auto problem = nvgre_problem(flags, protocol);
    if (!problem) map_.encapsulation = Encapsulation::kNvgre;
    if ((flags & GreFlags::kRoutingOrVersion) != 0) map_.encapsulation = Encapsulation::kUnsupported;

    const auto view = GreView::parse(bytes);
    if (!view && view.error() == DropReason::kTruncatedGre) return note(DropReason::kTruncatedGre);
    if (problem) note_refusal(*problem);
    header.offset = narrow(offset);
    header.size = narrow(view ? view->header_size() : GreView::kBaseSize);
    header.flags = flags;
    header.protocol = protocol;
    if (!view) return;
    header.key = view->key();
    header.sequence = view->sequence();
  }

  void follow_inner(std::size_t bound) noexcept {
    locate_link(map_.inner_link, map_.gre.end());
    if (!map_.inner_link) return;
    if (map_.inner_link.end() > bound) note(DropReason::kTruncatedInner);
    if (map_.inner_link.tag_count > 0) return note(DropReason::kInnerVlan);  // LOC-9
    const bool is_sound = !map_.problem;
    locate_network(map_.inner_ip, map_.inner_link, bound, DropReason::kTruncatedInner);
    if (map_.inner_ip.end() > bound) note(DropReason::kTruncatedInner);
    finish_inner(is_sound);
  }

  /// @param is_sound  Nothing was wrong up to the inner Ethernet header.
  void finish_inner(bool is_sound = true) noexcept {
    if (map_.inner_ip.is_truncated) note(DropReason::kTruncatedIp);
    locate_transport(map_.transport, map_.inner_ip);
    map_.problem_is_inner = is_sound && map_.problem;
  }

  void locate_transport(TransportHeader& header, const NetworkHeader& network) noexcept {
    if (!network || network.is_fragment) return;  // D-12
    if (network.protocol == IpProtocol::kTcp) locate_tcp(header, network);
    if (network.protocol == IpProtocol::kUdp) locate_udp(header, network);
    // Everything else has no transport header for us; GRE inside is not followed either (LOC-18).
  }

  void locate_tcp(TransportHeader& header, const NetworkHeader& network) noexcept {
    const auto view = TcpView::parse(captured_payload(network));
    if (!view) return refuse_transport(network, view.error());
    header.offset = network.end();
    header.size = narrow(view->header_size());
    header.protocol = IpProtocol::kTcp;
    header.payload_end = network.payload_end;
  }

  void locate_udp(TransportHeader& header, const NetworkHeader& network) noexcept {
    const auto view = UdpView::parse_header(captured_payload(network));
    if (!view) return refuse_transport(network, view.error());
    const std::uint32_t room = network.payload_end - network.end();
    // A super-frame before it is cut has no length in either header.
    const bool has_no_length = options_.ignore_lengths || (view->length() == 0 && !network.has_length);
    if (!has_no_length && (view->length() < UdpView::kSize || view->length() > room))
      return note(DropReason::kMalformedTransport);  // LOC-11
    header.offset = network.end();
    header.size = UdpView::kSize;
    header.protocol = IpProtocol::kUdp;
    header.payload_end = header.offset + (has_no_length ? room : view->length());
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

  HeaderMap& map_;
  const LocateOptions& options_;
  std::size_t frame_size_;
  Bytes head_;
  bool is_too_long_ = false;
};

}  // namespace

HeaderMap locate(Bytes head, const LocateOptions& options) noexcept {
  HeaderMap map;
  Locator(map, head, options).run();
  return map;
}

}  // namespace nvgre::wire

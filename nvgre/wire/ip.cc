#include "nvgre/wire/ip.h"

namespace nvgre::wire {

Checked<IpView> IpView::parse(Bytes bytes) noexcept {
  if (bytes.empty()) return std::unexpected(DropReason::kTruncatedIp);
  return bytes[0] >> 4 == 6 ? parse_v6(bytes) : parse_v4(bytes);
}

Checked<IpView> IpView::parse_v4(Bytes bytes) noexcept {
  const auto header = Ipv4View::parse(bytes);
  if (!header) return std::unexpected(header.error());
  IpView view(IpVersion::kV4, bytes.first(header->packet_size()));
  view.protocol_ = header->protocol();
  view.is_fragment_ = header->is_fragment();
  view.header_size_ = header->header_size();
  return view;
}

Checked<IpView> IpView::parse_v6(Bytes bytes) noexcept {
  const auto header = Ipv6View::parse(bytes);
  if (!header) return std::unexpected(header.error());
  const Bytes packet = bytes.first(header->packet_size());
  const auto chain = walk_ipv6_chain(packet);
  if (!chain) return std::unexpected(chain.error());
  IpView view(IpVersion::kV6, packet);
  view.protocol_ = chain->protocol;
  view.is_fragment_ = chain->is_fragment;
  view.header_size_ = chain->size;
  return view;
}

std::string describe(const IpView& view) {
  const std::string carried = " carries " + std::to_string(static_cast<unsigned>(view.protocol())) + " in " +
                              std::to_string(view.payload().size()) + " bytes";
  if (view.is_v4()) return describe(*Ipv4View::parse(view.packet())) + carried;
  return describe(*Ipv6View::parse(view.packet())) + carried;
}

}  // namespace nvgre::wire

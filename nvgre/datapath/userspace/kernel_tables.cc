#include "nvgre/datapath/userspace/kernel_tables.h"

#include <cerrno>
#include <utility>

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/cache.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <spdlog/fmt/fmt.h>

namespace nvgre::datapath::userspace {
namespace {

using wire::IpAddress;
using wire::IpVersion;

template <auto kFree>
struct Release {
  template <typename Object>
  void operator()(Object* object) const noexcept {
    kFree(object);
  }
};
using Message = std::unique_ptr<nl_msg, Release<nlmsg_free>>;
using Cache = std::unique_ptr<nl_cache, Release<nl_cache_free>>;

std::optional<IpAddress> ip_of(const nl_addr* address) {
  if (address == nullptr) return std::nullopt;
  const auto* bytes = static_cast<const std::uint8_t*>(nl_addr_get_binary_addr(address));
  const std::size_t size = nl_addr_get_len(address);
  if (nl_addr_get_family(address) == AF_INET && size == IpAddress::kSizeV4)
    return IpAddress::load(IpVersion::kV4, {bytes, size});
  if (nl_addr_get_family(address) == AF_INET6 && size == IpAddress::kSizeV6)
    return IpAddress::load(IpVersion::kV6, {bytes, size});
  return std::nullopt;
}

std::optional<wire::MacAddress> mac_of(const nl_addr* address) {
  if (address == nullptr || nl_addr_get_len(address) != wire::MacAddress::kSize) return std::nullopt;
  return wire::MacAddress::load(
      {static_cast<const std::uint8_t*>(nl_addr_get_binary_addr(address)), wire::MacAddress::kSize});
}

std::uint8_t family_of(const IpAddress& address) {
  return address.is_v4() ? AF_INET : AF_INET6;
}

void put(nl_msg* message, int attribute, const IpAddress& address) {
  nla_put(message, attribute, static_cast<int>(address.size()), address.bytes().data());
}

struct NeighborRequest {
  int type;
  int flags = 0;
  std::uint8_t neighbor_flags = 0;
};

Message message_of(const NeighborRequest& request, int interface_index, const IpAddress& address) {
  Message message(nlmsg_alloc_simple(request.type, NLM_F_REQUEST | request.flags));
  ndmsg header{};
  header.ndm_family = family_of(address);
  header.ndm_ifindex = interface_index;
  header.ndm_state = NUD_NONE;
  header.ndm_flags = request.neighbor_flags;
  nlmsg_append(message.get(), &header, sizeof header, NLMSG_ALIGNTO);
  put(message.get(), NDA_DST, address);
  return message;
}

/// The address to resolve for one next hop, if it leaves by the device.
void add_next_hop(rtnl_nexthop* hop, const IpAddress& destination, int interface_index, Route& route) {
  if (rtnl_route_nh_get_ifindex(hop) != interface_index) return;
  auto gateway = ip_of(rtnl_route_nh_get_gateway(hop));
  if (!gateway) gateway = ip_of(rtnl_route_nh_get_via(hop));  // IPv4 by way of an IPv6 neighbour (RFC 5549)
  route.next_hops.push_back(gateway.value_or(destination));
}

struct RouteAnswer {
  const IpAddress& destination;
  int interface_index;
  Route route;
};

int take_route(nl_msg* message, void* argument) {
  auto& answer = *static_cast<RouteAnswer*>(argument);
  rtnl_route* parsed = nullptr;
  if (rtnl_route_parse(nlmsg_hdr(message), &parsed) < 0) return NL_SKIP;
  const std::unique_ptr<rtnl_route, Release<rtnl_route_put>> route(parsed);
  if (rtnl_route_get_type(parsed) != RTN_UNICAST) return NL_OK;
  for (int i = 0; i < rtnl_route_get_nnexthops(parsed); ++i)
    add_next_hop(rtnl_route_nexthop_n(parsed, i), answer.destination, answer.interface_index, answer.route);
  answer.route.leaves_elsewhere = answer.route.next_hops.empty() && rtnl_route_get_nnexthops(parsed) > 0;
  std::uint32_t mtu = 0;
  if (rtnl_route_get_metric(parsed, RTAX_MTU, &mtu) == 0) answer.route.mtu = mtu;
  return NL_OK;
}

/// Whether the kernel keeps an entry resolved by itself; libnl does not read these flags.
int take_managed(nl_msg* message, void* argument) {
  const nlattr* flags = nlmsg_find_attr(nlmsg_hdr(message), sizeof(ndmsg), NDA_FLAGS_EXT);
  *static_cast<bool*>(argument) = flags != nullptr && (nla_get_u32(flags) & NTF_EXT_MANAGED) != 0;
  return NL_OK;
}

}  // namespace

Link link_of(rtnl_link& link) {
  constexpr unsigned kUsable = IFF_UP | IFF_RUNNING;
  const char* name = rtnl_link_get_name(&link);
  const unsigned flags = rtnl_link_get_flags(&link);
  return {.index = rtnl_link_get_ifindex(&link),
          .name = name == nullptr ? "" : name,
          .is_up = (flags & kUsable) == kUsable,
          .mac = mac_of(rtnl_link_get_addr(&link)).value_or(wire::MacAddress()),
          .mtu = rtnl_link_get_mtu(&link),
          .carries_ethernet = rtnl_link_get_arptype(&link) == ARPHRD_ETHER && (flags & IFF_LOOPBACK) == 0};
}

Result<void> check_name(const Link& link, const std::string& name) {
  if (link.name == name) return {};
  return failure(ErrorCode::kUnavailable,
                 fmt::format("\"{0}\" is another name of \"{1}\"; write \"{1}\"", name, link.name), name);
}

std::optional<Neighbor> neighbor_of(rtnl_neigh& neighbor) {
  constexpr int kUsable = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT | NUD_NOARP;
  const auto address = ip_of(rtnl_neigh_get_dst(&neighbor));
  if (!address) return std::nullopt;  // a bridge's table comes through the same channel
  const int state = rtnl_neigh_get_state(&neighbor);
  Neighbor entry{.interface_index = rtnl_neigh_get_ifindex(&neighbor),
                 .address = *address,
                 .mac = std::nullopt,
                 .is_fixed = state > 0 && (state & (NUD_PERMANENT | NUD_NOARP)) != 0};
  if (state > 0 && (state & kUsable) != 0) entry.mac = mac_of(rtnl_neigh_get_lladdr(&neighbor));
  return entry;
}

void KernelTables::SocketDeleter::operator()(nl_sock* socket) const noexcept {
  nl_socket_free(socket);
}

Result<KernelTables> KernelTables::open() {
  KernelTables tables(nl_socket_alloc());
  if (const int error = nl_connect(tables.socket_.get(), NETLINK_ROUTE); error < 0)
    return failure(ErrorCode::kSystem, fmt::format("cannot open rtnetlink: {}", nl_geterror(error)));
  return tables;
}

std::optional<Link> KernelTables::link(const std::string& name) {
  rtnl_link* found = nullptr;
  if (rtnl_link_get_kernel(socket_.get(), 0, name.c_str(), &found) < 0 || found == nullptr) return std::nullopt;
  const std::unique_ptr<rtnl_link, Release<rtnl_link_put>> owner(found);
  return link_of(*found);
}

std::vector<IpAddress> KernelTables::addresses(int interface_index) {
  std::vector<IpAddress> found;
  nl_cache* all = nullptr;
  if (rtnl_addr_alloc_cache(socket_.get(), &all) < 0) return found;
  const Cache owner(all);
  for (nl_object* object = nl_cache_get_first(all); object != nullptr; object = nl_cache_get_next(object)) {
    auto* address = reinterpret_cast<rtnl_addr*>(object);
    if (rtnl_addr_get_ifindex(address) != interface_index) continue;
    if (const auto ip = ip_of(rtnl_addr_get_local(address))) found.push_back(*ip);
  }
  return found;
}

Route KernelTables::route(const IpAddress& destination, const std::optional<IpAddress>& source, int interface_index) {
  const Message message(nlmsg_alloc_simple(RTM_GETROUTE, NLM_F_REQUEST));
  rtmsg header{};
  header.rtm_family = family_of(destination);
  header.rtm_dst_len = static_cast<std::uint8_t>(8 * destination.size());
  header.rtm_flags = RTM_F_FIB_MATCH;  // the table's entry, so that equal-cost routes come all together
  nlmsg_append(message.get(), &header, sizeof header, NLMSG_ALIGNTO);
  put(message.get(), RTA_DST, destination);
  if (source && source->version() == destination.version()) {
    put(message.get(), RTA_SRC, *source);
    static_cast<rtmsg*>(nlmsg_data(nlmsg_hdr(message.get())))->rtm_src_len =
        static_cast<std::uint8_t>(8 * source->size());
  }
  RouteAnswer answer{.destination = destination, .interface_index = interface_index, .route = {}};
  nl_socket_modify_cb(socket_.get(), NL_CB_VALID, NL_CB_CUSTOM, take_route, &answer);
  // "No route" comes as an error, which ends the exchange; behind an answer comes an acknowledgement.
  if (nl_send_auto(socket_.get(), message.get()) >= 0 && nl_recvmsgs_default(socket_.get()) >= 0)
    nl_wait_for_ack(socket_.get());
  nl_socket_modify_cb(socket_.get(), NL_CB_VALID, NL_CB_DEFAULT, nullptr, nullptr);
  return answer.route;
}

std::vector<Neighbor> KernelTables::neighbors(int interface_index) {
  std::vector<Neighbor> found;
  nl_cache* all = nullptr;
  if (rtnl_neigh_alloc_cache(socket_.get(), &all) < 0) return found;
  const Cache owner(all);
  for (nl_object* object = nl_cache_get_first(all); object != nullptr; object = nl_cache_get_next(object)) {
    const auto neighbor = neighbor_of(*reinterpret_cast<rtnl_neigh*>(object));
    if (neighbor && neighbor->interface_index == interface_index) found.push_back(*neighbor);
  }
  return found;
}

bool KernelTables::is_kept(int interface_index, const IpAddress& address) {
  const auto message = message_of({.type = RTM_GETNEIGH}, interface_index, address);
  bool is_managed = false;
  nl_socket_modify_cb(socket_.get(), NL_CB_VALID, NL_CB_CUSTOM, take_managed, &is_managed);
  // As with routes: an error ends the exchange; behind an answer comes an acknowledgement.
  if (nl_send_auto(socket_.get(), message.get()) >= 0 && nl_recvmsgs_default(socket_.get()) >= 0)
    nl_wait_for_ack(socket_.get());
  nl_socket_modify_cb(socket_.get(), NL_CB_VALID, NL_CB_DEFAULT, nullptr, nullptr);
  return is_managed;
}

bool KernelTables::keep_resolved(int interface_index, const IpAddress& address) {
  constexpr int kFlags = NLM_F_CREATE | NLM_F_REPLACE;
  auto managed = message_of({.type = RTM_NEWNEIGH, .flags = kFlags}, interface_index, address);
  nla_put_u32(managed.get(), NDA_FLAGS_EXT, NTF_EXT_MANAGED);  // libnl's own functions lack it
  // A kernel that does not know the flag takes the request and leaves the flag out.
  if (nl_send_sync(socket_.get(), managed.release()) >= 0 && is_kept(interface_index, address)) return true;
  auto used = message_of({.type = RTM_NEWNEIGH, .flags = kFlags, .neighbor_flags = NTF_USE}, interface_index, address);
  nl_send_sync(socket_.get(), used.release());
  return false;
}

void KernelTables::forget(int interface_index, const IpAddress& address) {
  auto gone = message_of({.type = RTM_DELNEIGH}, interface_index, address);
  nl_send_sync(socket_.get(), gone.release());  // which frees the message
}

}  // namespace nvgre::datapath::userspace

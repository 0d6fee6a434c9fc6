#include "nvgre/datapath/userspace/kernel_events.h"

#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <netlink/route/neighbour.h>
#include <spdlog/fmt/fmt.h>

namespace nvgre::datapath::userspace {
namespace {

// A burst of changes, for example a routing daemon's start, waits here.
constexpr int kReceiveBufferBytes = 4 << 20;

void take_object(nl_object* object, void* argument) {
  auto& changes = *static_cast<KernelChanges*>(argument);
  const bool is_gone = nl_object_get_msgtype(object) == RTM_DELNEIGH;
  switch (nl_object_get_msgtype(object)) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
      changes.links.push_back(link_of(*reinterpret_cast<rtnl_link*>(object)));
      break;
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH:
      if (auto neighbor = neighbor_of(*reinterpret_cast<rtnl_neigh*>(object)))
        changes.neighbors.push_back({.neighbor = *neighbor, .is_gone = is_gone});
      break;
    default:
      break;
  }
}

int take_message(nl_msg* message, void* argument) {
  auto& changes = *static_cast<KernelChanges*>(argument);
  switch (nlmsg_hdr(message)->nlmsg_type) {
    case RTM_NEWADDR:
    case RTM_DELADDR:
      changes.addresses = true;
      changes.routes = true;  // a removed address takes routes along, silently for IPv4
      break;
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
    case RTM_NEWRULE:
    case RTM_DELRULE:
      changes.routes = true;
      break;
    default:
      nl_msg_parse(message, take_object, argument);
      break;
  }
  return NL_OK;
}

}  // namespace

void KernelEvents::SocketDeleter::operator()(nl_sock* socket) const noexcept {
  nl_socket_free(socket);
}

Result<KernelEvents> KernelEvents::open() {
  KernelEvents events(nl_socket_alloc());
  auto* socket = events.socket_.get();
  nl_socket_disable_seq_check(socket);
  if (const int error = nl_connect(socket, NETLINK_ROUTE); error < 0)
    return failure(ErrorCode::kSystem, fmt::format("cannot open rtnetlink: {}", nl_geterror(error)));
  nl_socket_set_buffer_size(socket, kReceiveBufferBytes, 0);
  nl_socket_set_nonblocking(socket);
  if (const int error = nl_socket_add_memberships(socket, RTNLGRP_LINK, RTNLGRP_NEIGH, RTNLGRP_IPV4_IFADDR,
                                                  RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
                                                  RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE, RTNLGRP_NONE);
      error < 0)
    return failure(ErrorCode::kSystem, fmt::format("cannot follow the kernel's tables: {}", nl_geterror(error)));
  return events;
}

int KernelEvents::number() const noexcept {
  return nl_socket_get_fd(socket_.get());
}

KernelChanges KernelEvents::take() {
  KernelChanges changes;
  nl_socket_modify_cb(socket_.get(), NL_CB_VALID, NL_CB_CUSTOM, take_message, &changes);
  int result = 0;
  do {
    result = nl_recvmsgs_default(socket_.get());
    // The kernel ran out of room: what it threw away is unknown.
    if (result == -NLE_NOMEM || result == -NLE_DUMP_INTR) changes.is_incomplete = true;
  } while (result >= 0 || result == -NLE_NOMEM);
  nl_socket_modify_cb(socket_.get(), NL_CB_VALID, NL_CB_DEFAULT, nullptr, nullptr);
  return changes;
}

}  // namespace nvgre::datapath::userspace

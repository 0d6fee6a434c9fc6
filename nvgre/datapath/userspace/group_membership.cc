#include "nvgre/datapath/userspace/group_membership.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <spdlog/fmt/fmt.h>
#include <sys/socket.h>

#include "nvgre/datapath/userspace/system_error.h"

namespace nvgre::datapath::userspace {
namespace {

bool join_v4(int socket, int interface_index, const wire::IpAddress& group) {
  ip_mreqn membership{};
  std::memcpy(&membership.imr_multiaddr, group.bytes().data(), group.size());
  membership.imr_ifindex = interface_index;
  return ::setsockopt(socket, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) == 0;
}

bool join_v6(int socket, int interface_index, const wire::IpAddress& group) {
  ipv6_mreq membership{};
  std::memcpy(&membership.ipv6mr_multiaddr, group.bytes().data(), group.size());
  membership.ipv6mr_interface = static_cast<unsigned>(interface_index);
  return ::setsockopt(socket, IPPROTO_IPV6, IPV6_JOIN_GROUP, &membership, sizeof membership) == 0;
}

Result<FileDescriptor> join(int interface_index, const wire::ProviderAddress& group) {
  FileDescriptor socket(::socket(group.ip().is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (socket && (group.ip().is_v4() ? join_v4(socket.number(), interface_index, group.ip())
                                    : join_v6(socket.number(), interface_index, group.ip())))
    return socket;
  return std::unexpected(
      system_error(fmt::format("join the group {}", group.to_string()), errno, "", group.to_string()));
}

}  // namespace

Result<void> GroupMembership::set(int interface_index, std::span<const wire::ProviderAddress> groups) {
  const bool is_same_interface = interface_index == interface_index_;
  std::map<wire::ProviderAddress, FileDescriptor> added;
  for (const auto& group : groups) {
    if (is_same_interface && joined_.contains(group)) continue;
    auto socket = join(interface_index, group);
    if (!socket) return std::unexpected(std::move(socket.error()));
    added.emplace(group, std::move(*socket));
  }
  if (!is_same_interface) joined_.clear();
  interface_index_ = interface_index;
  std::erase_if(joined_, [&](const auto& entry) { return std::ranges::find(groups, entry.first) == groups.end(); });
  joined_.merge(added);
  return {};
}

}  // namespace nvgre::datapath::userspace

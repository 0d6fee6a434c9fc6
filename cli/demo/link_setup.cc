#include "cli/demo/link_setup.h"

#include <memory>
#include <stdexcept>

#include <net/if.h>
#include <netlink/addr.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <sys/socket.h>

namespace nvgre::cli {
namespace {

using SocketPointer = std::unique_ptr<nl_sock, decltype(&nl_socket_free)>;
using LinkPointer = std::unique_ptr<rtnl_link, decltype(&rtnl_link_put)>;
using AddressPointer = std::unique_ptr<rtnl_addr, decltype(&rtnl_addr_put)>;

void expect(int result, const std::string& doing) {
  if (result < 0) throw std::runtime_error(doing + ": " + nl_geterror(result));
}

/// A routing socket of the calling thread's namespace.
SocketPointer connect() {
  SocketPointer socket(nl_socket_alloc(), nl_socket_free);
  if (!socket) throw std::bad_alloc();
  expect(nl_connect(socket.get(), NETLINK_ROUTE), "opening a netlink socket");
  return socket;
}

LinkPointer find_link(nl_sock* socket, const std::string& name) {
  rtnl_link* found = nullptr;
  expect(rtnl_link_get_kernel(socket, 0, name.c_str(), &found), "looking for interface " + name);
  return {found, rtnl_link_put};
}

void change_link(nl_sock* socket, const std::string& name, rtnl_link* changes) {
  const auto link = find_link(socket, name);
  expect(rtnl_link_change(socket, link.get(), changes, 0), "changing interface " + name);
}

void bring_up(nl_sock* socket, const std::string& name) {
  const LinkPointer changes(rtnl_link_alloc(), rtnl_link_put);
  rtnl_link_set_flags(changes.get(), IFF_UP);
  change_link(socket, name, changes.get());
}

void add_address(nl_sock* socket, const std::string& name, const wire::IpAddress& address, unsigned prefix_length) {
  const auto bytes = address.bytes();
  const std::unique_ptr<nl_addr, decltype(&nl_addr_put)> local(
      nl_addr_build(address.is_v4() ? AF_INET : AF_INET6, bytes.data(), bytes.size()), nl_addr_put);
  const AddressPointer entry(rtnl_addr_alloc(), rtnl_addr_put);
  const auto link = find_link(socket, name);
  rtnl_addr_set_ifindex(entry.get(), rtnl_link_get_ifindex(link.get()));
  expect(rtnl_addr_set_local(entry.get(), local.get()), "setting an address");
  rtnl_addr_set_prefixlen(entry.get(), static_cast<int>(prefix_length));
  // Nobody else is there: duplicate address detection would only keep the traffic waiting.
  if (address.is_v6()) rtnl_addr_set_flags(entry.get(), IFA_F_NODAD);
  expect(rtnl_addr_add(socket, entry.get(), 0), "adding " + address.to_string() + " to " + name);
}

}  // namespace

void make_cable(const NetworkNamespace& first, const std::string& first_name, const NetworkNamespace& second,
                const std::string& second_name, std::size_t mtu) {
  first.run([&] {
    const auto socket = connect();
    const LinkPointer link(rtnl_link_veth_alloc(), rtnl_link_put);
    rtnl_link_set_name(link.get(), first_name.c_str());
    rtnl_link_set_mtu(link.get(), static_cast<unsigned>(mtu));
    const LinkPointer peer(rtnl_link_veth_get_peer(link.get()), rtnl_link_put);
    rtnl_link_set_name(peer.get(), second_name.c_str());
    rtnl_link_set_mtu(peer.get(), static_cast<unsigned>(mtu));
    rtnl_link_set_ns_fd(peer.get(), second.descriptor());
    expect(rtnl_link_add(socket.get(), link.get(), NLM_F_CREATE | NLM_F_EXCL), "making the cable");
  });
}

void configure_link(const NetworkNamespace& where, const std::string& name, const wire::IpAddress& address,
                    unsigned prefix_length) {
  where.run([&] {
    const auto socket = connect();
    add_address(socket.get(), name, address, prefix_length);
    bring_up(socket.get(), name);
  });
}

void move_link(const NetworkNamespace& from, const std::string& name, const NetworkNamespace& to) {
  from.run([&] {
    const auto socket = connect();
    const LinkPointer changes(rtnl_link_alloc(), rtnl_link_put);
    rtnl_link_set_ns_fd(changes.get(), to.descriptor());
    change_link(socket.get(), name, changes.get());
  });
}

}  // namespace nvgre::cli

/// What the kernel knows of links, addresses, routes and neighbours, asked for through rtnetlink.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"
#include "nvgre/wire/result.h"

struct nl_sock;
struct rtnl_link;
struct rtnl_neigh;

namespace nvgre::datapath::userspace {

/// A network device at one moment.
struct Link {
  int index = 0;
  std::string name;
  bool is_up = false;  ///< Set up, and with a carrier.
  wire::MacAddress mac;
  std::size_t mtu = 0;
  bool carries_ethernet = true;  ///< false: the loopback, a TUN, and whatever else has no Ethernet header of its own.
  friend bool operator==(const Link&, const Link&) = default;
};

/// How a destination is reached through one device.
struct Route {
  /// Whom to ask for an Ethernet address: gateways, or the destination itself. Several: equal-cost routes. Empty: no
  /// route, or none that leaves by the device.
  std::vector<wire::IpAddress> next_hops;
  std::size_t mtu = 0;            ///< Of the route, bytes; 0: the device's.
  bool leaves_elsewhere = false;  ///< There is a route, but by other devices only.
  friend bool operator==(const Route&, const Route&) = default;
};

/// One entry of the neighbour table.
struct Neighbor {
  int interface_index = 0;
  wire::IpAddress address;
  std::optional<wire::MacAddress> mac;  ///< Nothing: not resolved (yet).
  bool is_fixed = false;                ///< An administrator's entry: never ours to change.
};

[[nodiscard]] Link link_of(rtnl_link& link);
/// Whether a device is called by its own name. By an alternative one nftables would guard nothing, without an error.
[[nodiscard]] Result<void> check_name(const Link& link, const std::string& name);
[[nodiscard]] std::optional<Neighbor> neighbor_of(rtnl_neigh& neighbor);

/// @note  One thread at a time. Sees the network namespace in which it was opened.
class KernelTables {
 public:
  [[nodiscard]] static Result<KernelTables> open();

  /// @return  The device of this name or alternative name, with its own name; or nothing.
  [[nodiscard]] std::optional<Link> link(const std::string& name);
  /// Addresses of a device, tentative ones too.
  [[nodiscard]] std::vector<wire::IpAddress> addresses(int interface_index);
  /// Routes to a destination that leave by a device, as the kernel would choose them for packets from `source`.
  [[nodiscard]] Route route(const wire::IpAddress& destination, const std::optional<wire::IpAddress>& source,
                            int interface_index);
  [[nodiscard]] std::vector<Neighbor> neighbors(int interface_index);

  /// Has the kernel resolve an address and keep it resolved, though no socket of the kernel sends to it.
  /// @return  false if this kernel keeps no entries for others (before Linux 5.16): then once more every few seconds.
  bool keep_resolved(int interface_index, const wire::IpAddress& address);
  /// Whether the kernel says of an entry that it keeps it resolved.
  [[nodiscard]] bool is_kept(int interface_index, const wire::IpAddress& address);
  /// Ends keep_resolved().
  void forget(int interface_index, const wire::IpAddress& address);

 private:
  struct SocketDeleter {
    void operator()(nl_sock* socket) const noexcept;
  };
  explicit KernelTables(nl_sock* socket) : socket_(socket) {}

  std::unique_ptr<nl_sock, SocketDeleter> socket_;
};

}  // namespace nvgre::datapath::userspace

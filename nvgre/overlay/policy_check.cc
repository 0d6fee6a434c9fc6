#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "nvgre/overlay/policy_description.h"

namespace nvgre::overlay {
namespace {

using Table = PolicyProblem::Table;

/// Why an address can't belong to one host; empty if it can.
std::string_view fault_of(const wire::IpAddress& address) {
  if (address.is_unspecified()) return "is the unspecified address";
  if (address.is_multicast()) return "is a multicast group";
  constexpr std::uint8_t kLoopbackNet = 127, kClassE = 240;
  const std::uint8_t first = address.bytes()[0];
  if (address.is_v4() && first == kLoopbackNet) return "is a loopback address";
  if (address.is_v4() && first >= kClassE) return "is a reserved or broadcast address";
  const auto high = address.bytes().first(address.size() - 1);
  const bool is_one = address.bytes().back() == 1;
  if (address.is_v6() && is_one && std::all_of(high.begin(), high.end(), [](auto byte) { return byte == 0; }))
    return "is the loopback address";
  return {};
}

std::string_view name_of(wire::IpVersion version) {
  return version == wire::IpVersion::kV4 ? "IPv4" : "IPv6";
}

std::string in_hexadecimal(wire::Vsid vsid) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%06X", static_cast<unsigned>(vsid.value()));
  return text.data();
}

std::string in_words(wire::Vsid vsid) {
  return std::to_string(vsid.value()) + " (" + in_hexadecimal(vsid) + ")";
}

/// Something of a subnet that may belong to one owner only.
template <typename Thing>
class Owners {
 public:
  /// @return The other owner's MAC address if somebody else has the thing already.
  [[nodiscard]] const wire::MacAddress* claim(wire::Vsid vsid, const Thing& thing, const wire::MacAddress& owner) {
    const auto [found, is_new] = owners_.try_emplace({vsid, thing}, owner);
    return is_new || found->second == owner ? nullptr : &found->second;
  }

 private:
  std::map<std::pair<wire::Vsid, Thing>, wire::MacAddress> owners_;
};

class Checker {
 public:
  explicit Checker(const PolicyDescription& description) : description_(description) {}

  std::vector<PolicyProblem> run() {
    check_provider();
    for (std::size_t i = 0; i < description_.subnets.size(); ++i) check_subnet(i);
    for (std::size_t i = 0; i < description_.ports.size(); ++i) check_port(i);
    for (std::size_t i = 0; i < description_.records.size(); ++i) check_record(i);
    return std::move(problems_);
  }

 private:
  /// Which entry of which table a problem lies in.
  struct Place {
    Table table;
    std::size_t index;
  };

  void report(Place place, std::string key, std::string message) {
    problems_.push_back({place.table, place.index, std::move(key), std::move(message)});
  }

  [[nodiscard]] bool is_own(const wire::ProviderAddress& address) const {
    const auto& own = description_.provider.addresses;
    return std::find(own.begin(), own.end(), address) != own.end();
  }
  [[nodiscard]] bool has_own(wire::IpVersion version) const {
    const auto& own = description_.provider.addresses;
    return std::any_of(own.begin(), own.end(), [version](const auto& it) { return it.ip().version() == version; });
  }

  void check_provider();
  void check_subnet(std::size_t index);
  void check_groups(Place place, const SubnetDescription& subnet);
  void check_port(std::size_t index);
  void check_record(std::size_t index);
  void check_device(Place place, const std::string& key, const std::string& name);
  void check_vsid_is_known(Place place, wire::Vsid vsid);
  void check_mac(Place place, wire::Vsid vsid, const wire::MacAddress& mac, bool may_repeat);
  void check_customers(Place place, wire::Vsid vsid, const wire::MacAddress& mac,
                       const std::vector<wire::CustomerAddress>& addresses);
  void check_group(Place place, const std::string& key, const wire::ProviderAddress& group);
  void check_reachable(Place place, const std::string& key, const wire::ProviderAddress& address);

  const PolicyDescription& description_;
  std::vector<PolicyProblem> problems_;
  std::set<wire::Vsid> vsids_;
  std::set<std::string> devices_;
  std::set<std::pair<wire::Vsid, wire::MacAddress>> macs_;
  Owners<wire::CustomerAddress> owners_;
};

void Checker::check_provider() {
  constexpr Place kPlace{Table::kProvider, 0};
  constexpr std::uint8_t kLargestDscp = 63;
  constexpr std::uint16_t kLargestVlan = 4094;
  const auto& provider = description_.provider;
  check_device(kPlace, "interface", provider.interface);
  if (provider.addresses.empty()) report(kPlace, "addresses", "none given; at least one Provider Address is needed");
  std::set<wire::ProviderAddress> seen;
  for (const auto& address : provider.addresses) {
    if (const auto fault = fault_of(address.ip()); !fault.empty())
      report(kPlace, "addresses", address.to_string() + " " + std::string(fault) + "; a unicast address is needed");
    if (!seen.insert(address).second) report(kPlace, "addresses", address.to_string() + " stands twice");
  }
  if (provider.dscp && *provider.dscp > kLargestDscp)
    report(kPlace, "dscp", std::to_string(*provider.dscp) + " is too large; \"copy\" or 0 to 63 is accepted");
  if (provider.time_to_live == 0) report(kPlace, "ttl", "0 reaches nobody; 1 to 255 is accepted");
  if (provider.vlan && (*provider.vlan == 0 || *provider.vlan > kLargestVlan))
    report(kPlace, "vlan", std::to_string(*provider.vlan) + " is no VLAN ID; \"none\" or 1 to 4094 is accepted");
}

void Checker::check_subnet(std::size_t index) {
  const Place place{Table::kSubnet, index};
  const auto& subnet = description_.subnets[index];
  if (!subnet.vsid.is_tenant())
    report(place, "vsid", in_words(subnet.vsid) + " is reserved; 0x001000 to 0xFFFFFE is accepted");
  if (!vsids_.insert(subnet.vsid).second) report(place, "vsid", in_words(subnet.vsid) + " has a subnet already");
  if (subnet.source && !is_own(*subnet.source))
    report(place, "source", subnet.source->to_string() + " is not one of [provider] addresses");
  check_groups(place, subnet);
}

void Checker::check_groups(Place place, const SubnetDescription& subnet) {
  if (subnet.flood == FloodMode::kGroup) {
    if (subnet.flood_group)
      check_group(place, "flood", *subnet.flood_group);
    else
      report(place, "flood", "no multicast group given");
  }
  for (const auto& [inner, outer] : subnet.groups) {
    if (!inner.ip().is_multicast())
      report(place, "groups", inner.to_string() + " is no multicast group; the tenant's group is needed");
    check_group(place, "groups", outer);
  }
}

void Checker::check_group(Place place, const std::string& key, const wire::ProviderAddress& group) {
  if (!group.ip().is_multicast())
    report(place, key, group.to_string() + " is no multicast group; a group of the provider's network is needed");
  check_reachable(place, key, group);
}

void Checker::check_reachable(Place place, const std::string& key, const wire::ProviderAddress& address) {
  if (has_own(address.ip().version())) return;
  report(place, key,
         address.to_string() + " can't be reached: [provider] addresses has no " +
             std::string(name_of(address.ip().version())) + " address to send from");
}

void Checker::check_device(Place place, const std::string& key, const std::string& name) {
  constexpr std::size_t kLongest = 15;  // IFNAMSIZ with its final zero
  // The kernel takes no '/' and ':' in a name and makes a number of "%d"; nftables, which guards the device, ends a
  // name at '"' and takes '*' for any ending.
  static constexpr std::string_view kForbidden = "/:%\"*";
  const auto is_forbidden = [](char character) { return character <= ' ' || kForbidden.contains(character); };
  const bool is_name = !name.empty() && name.size() <= kLongest && name != "." && name != ".." &&
                       std::none_of(name.begin(), name.end(), is_forbidden);
  if (!is_name)
    report(place, key,
           "\"" + name +
               "\" is no device name; 1 to 15 characters without '/', ':', '%', '\"', '*' and spaces are accepted");
}

void Checker::check_port(std::size_t index) {
  const Place place{Table::kPort, index};
  const auto& port = description_.ports[index];
  check_device(place, "device", port.device);
  if (port.device == description_.provider.interface && !port.device.empty())
    report(place, "device", "\"" + port.device + "\" is the provider's interface");
  if (!devices_.insert(port.device).second) report(place, "device", "\"" + port.device + "\" has a port already");
  check_vsid_is_known(place, port.vsid);
  check_mac(place, port.vsid, port.mac, false);
  check_customers(place, port.vsid, port.mac, port.addresses);
}

/// A record that leads to this host may repeat a port, so that one list of records serves all hosts.
void Checker::check_record(std::size_t index) {
  const Place place{Table::kRecord, index};
  const auto& record = description_.records[index];
  check_vsid_is_known(place, record.vsid);
  const auto is_its_port = [&record](const PortDescription& port) {
    return port.vsid == record.vsid && port.mac == record.mac;
  };
  const bool repeats_port =
      is_own(record.provider) && std::any_of(description_.ports.begin(), description_.ports.end(), is_its_port);
  check_mac(place, record.vsid, record.mac, repeats_port);
  check_customers(place, record.vsid, record.mac, record.addresses);
  if (const auto fault = fault_of(record.provider.ip()); !fault.empty())
    report(place, "provider", record.provider.to_string() + " " + std::string(fault) + "; a unicast address is needed");
  else
    check_reachable(place, "provider", record.provider);
}

void Checker::check_vsid_is_known(Place place, wire::Vsid vsid) {
  if (!vsids_.contains(vsid)) report(place, "vsid", in_words(vsid) + " has no [[subnet]]");
}

void Checker::check_mac(Place place, wire::Vsid vsid, const wire::MacAddress& mac, bool may_repeat) {
  if (mac.is_zero() || mac.is_group())
    report(place, "mac", mac.to_string() + " can't belong to one device; a unicast address is needed");
  if (!macs_.insert({vsid, mac}).second && !may_repeat)
    report(place, "mac", mac.to_string() + " stands twice in subnet " + in_words(vsid));
}

void Checker::check_customers(Place place, wire::Vsid vsid, const wire::MacAddress& mac,
                              const std::vector<wire::CustomerAddress>& addresses) {
  std::set<wire::CustomerAddress> seen;
  for (const auto& address : addresses) {
    if (!seen.insert(address).second)
      report(place, "addresses", address.to_string() + " stands twice");
    else if (const auto fault = fault_of(address.ip()); !fault.empty())
      report(place, "addresses", address.to_string() + " " + std::string(fault) + "; a unicast address is needed");
    else if (const auto* other = owners_.claim(vsid, address, mac))
      report(place, "addresses",
             address.to_string() + " belongs to " + other->to_string() + " in subnet " + in_words(vsid) + " already");
  }
}

}  // namespace

std::vector<PolicyProblem> check(const PolicyDescription& description) {
  return Checker(description).run();
}

}  // namespace nvgre::overlay

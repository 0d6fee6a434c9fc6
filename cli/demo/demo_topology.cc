#include "cli/demo/demo_topology.h"

#include <fmt/format.h>

namespace nvgre::cli {
namespace {

wire::IpAddress address(const std::string& text) {
  return wire::IpAddress::parse(text).value();
}

std::vector<wire::CustomerAddress> customer_addresses(int host) {
  return {wire::CustomerAddress(customer_address(host, wire::IpVersion::kV4)),
          wire::CustomerAddress(customer_address(host, wire::IpVersion::kV6))};
}

std::string quoted(const std::vector<wire::CustomerAddress>& addresses) {
  return fmt::format(R"(["{}", "{}"])", addresses[0].to_string(), addresses[1].to_string());
}

}  // namespace

const std::array<Colour, 2>& colours() {
  static const std::array<Colour, 2> kColours = {Colour{"blue", kBlueVsid}, Colour{"red", kRedVsid}};
  return kColours;
}

const Colour& other(const Colour& colour) {
  return colours()[colour.vsid == colours()[0].vsid ? 1 : 0];
}

const std::vector<Exchange>& exchanges() {
  static const auto kExchanges = [] {
    std::vector<Exchange> all;
    for (const auto& colour : colours())
      for (const auto version : kVersions) all.push_back({colour, version});
    return all;
  }();
  return kExchanges;
}

std::string device_name(const Colour& colour, int host) {
  return colour.name + std::to_string(host);
}

wire::MacAddress tenant_mac(const Colour& colour, int host) {
  const auto number = static_cast<std::uint8_t>(colour.vsid == kBlueVsid ? 0x50 : 0x60);
  return wire::MacAddress({0x02, 0x00, 0x00, 0x00, number, static_cast<std::uint8_t>(host)});
}

wire::IpAddress customer_address(int host, wire::IpVersion version) {
  return address((version == wire::IpVersion::kV4 ? "192.0.2." : "2001:db8:2::") + std::to_string(host));
}

wire::IpAddress provider_address(int host) {
  return address("198.18.0." + std::to_string(host));
}

overlay::PolicyDescription demo_policy(int own, const std::string& interface) {
  overlay::PolicyDescription policy;
  policy.provider.interface = interface;
  policy.provider.addresses = {wire::ProviderAddress(provider_address(own))};
  for (const auto& colour : colours()) {
    const auto vsid = wire::Vsid::from(colour.vsid).value();
    overlay::SubnetDescription subnet;
    subnet.vsid = vsid;
    subnet.name = colour.name;
    policy.subnets.push_back(subnet);
    for (const int host : kHosts) {
      if (host == own)
        policy.ports.push_back({device_name(colour, host), vsid, tenant_mac(colour, host), customer_addresses(host)});
      else
        policy.records.push_back(
            {vsid, customer_addresses(host), tenant_mac(colour, host), wire::ProviderAddress(provider_address(host))});
    }
  }
  return policy;
}

std::string demo_configuration(int own, const std::string& interface, const std::string& socket,
                               const std::vector<unsigned>& cpus) {
  const auto policy = demo_policy(own, interface);
  auto text = fmt::format(
      "[provider]\ninterface = \"{}\"\naddresses = [\"{}\"]\n\n"
      "[datapath]\nmode = \"userspace\"\ncpus = [{}]\n\n[api]\nsocket = \"{}\"\n",
      interface, policy.provider.addresses.front().to_string(), fmt::join(cpus, ", "), socket);
  for (const auto& subnet : policy.subnets)
    text += fmt::format("\n[[subnet]]\nvsid = {}\nname = \"{}\"\n", subnet.vsid.value(), subnet.name);
  for (const auto& port : policy.ports)
    text += fmt::format("\n[[port]]\ndevice = \"{}\"\nvsid = {}\nmac = \"{}\"\naddresses = {}\n", port.device,
                        port.vsid.value(), port.mac.to_string(), quoted(port.addresses));
  for (const auto& record : policy.records)
    text +=
        fmt::format("\n[[record]]\nvsid = {}\nmac = \"{}\"\naddresses = {}\nprovider = \"{}\"\n", record.vsid.value(),
                    record.mac.to_string(), quoted(record.addresses), record.provider.to_string());
  return text;
}

}  // namespace nvgre::cli

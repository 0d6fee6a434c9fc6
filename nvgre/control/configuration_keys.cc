#include "nvgre/control/configuration_keys.h"

#include <algorithm>
#include <cassert>

namespace nvgre::control {
namespace {

constexpr std::string_view kVsid = "a number from 0x001000 to 0xFFFFFE (4096 to 16777214)";
constexpr std::string_view kMac = R"(an Ethernet address such as "02:00:00:00:50:01")";
constexpr std::string_view kBoolean = "true or false";
constexpr std::string_view kAddress = R"(an IPv4 or IPv6 address such as "192.0.2.1" or "2001:db8::1")";
constexpr std::string_view kAddresses = R"(a list of IPv4 and IPv6 addresses such as ["192.0.2.1", "2001:db8::1"])";
constexpr std::string_view kSomeAddresses = R"(a list of at least one IPv4 or IPv6 address, such as ["198.18.0.1"])";
constexpr std::string_view kInterface =
    R"(the name of an interface such as "eth0": 1 to 15 characters, no space, no "/")";

constexpr ConfigurationKey kKeys[] = {
    {"[provider]", "interface", kInterface, R"("eth0")", "the interface to the provider's network"},
    {"[provider]", "addresses", kSomeAddresses, "",
     "this host's Provider Addresses; the first of a version is sent from"},
    {"[provider]", "dscp", R"("copy" or a number from 0 to 63)", R"("copy")",
     "outer DSCP: the inner packet's, or a fixed one"},
    {"[provider]", "ttl", "a number from 1 to 255", "64", "outer TTL or hop limit"},
    {"[provider]", "flow_label", kBoolean, "true", "outer IPv6 flow label from a hash of the inner flow"},
    {"[provider]", "vlan", R"("none" or a VLAN ID from 1 to 4094)", R"("none")", "the outer 802.1Q tag"},

    {"[datapath]", "mode", R"("auto", "kernel" or "userspace")", R"("auto")", "who moves the frames"},
    {"[datapath]", "workers", "a number from 0 to 256", "0", "threads that move frames; 0: one for each CPU"},
    {"[datapath]", "cpus", "a list of CPU numbers from 0 to 1023, such as [2, 3]", "all that nvgre may use, ascending",
     "the CPUs of the workers: worker 0's first; with more workers than CPUs, from the start again"},

    {"[rss]", "key", "40 bytes: 80 hexadecimal digits, colons between bytes are allowed",
     "Microsoft's verification key", "the secret of the hash that spreads flows over workers"},
    {"[rss]", "hash_types",
     R"(a list of at least one of "ipv4", "tcp_ipv4", "udp_ipv4", "ipv6", "tcp_ipv6", "udp_ipv6")", "all of them",
     "what is hashed: inner addresses and ports of TCP and UDP, else the outer addresses"},
    {"[rss]", "table", "a list of 1, 2, 4, ... or 128 workers, from 0", "all workers in turn",
     "the indirection table: the worker for each value of the hash's lowest bits"},
    {"[rss]", "default_worker", "a worker's number from 0 to 255", "the first in the table",
     "the worker of frames that are not hashed"},

    {"[api]", "socket", "a path of 1 to 107 bytes without NUL", R"("/run/nvgre/nvgre.sock")",
     "where `nvgre status` and `nvgre offload` reach this endpoint"},

    {"[[subnet]]", "vsid", kVsid, "", "the Virtual Subnet ID"},
    {"[[subnet]]", "name", "a text of at least one character, none of them a control character", "the VSID",
     "what people call the subnet"},
    {"[[subnet]]", "flow_id", R"(0 or "hash")", "0",
     "the FlowID that is sent: 0, which every peer understands, or a hash of the inner flow (entropy for ECMP)"},
    {"[[subnet]]", "flood", R"("replicate", "drop" or a multicast Provider Address such as "239.1.1.1")",
     R"("replicate")", "broadcast and multicast: a copy to every PA with a record, none, or one to a PA group"},
    {"[[subnet]]", "unknown", R"("drop", "flood" or "report")", R"("drop")", "frames to a MAC without a record"},
    {"[[subnet]]", "source_check", kBoolean, "true", "only PAs with a record here may send"},
    {"[[subnet]]", "fragment", kBoolean, "false", "inner IPv4 packets with DF clear may be fragmented before"},
    {"[[subnet]]", "source", kAddress, "the first of the version", "the Provider Address to send from"},
    {"[[subnet]]", "groups", R"(a table of multicast addresses, inner = provider's: { "239.1.1.1" = "239.2.2.2" })",
     "{}", "inner groups with a PA group of their own"},

    {"[[port]]", "device", kInterface, "",
     "the host's end of the tenant's cable; if it does not exist it is made as the tenant's own interface"},
    {"[[port]]", "vsid", kVsid, "", "the subnet it belongs to"},
    {"[[port]]", "mac", kMac, "", "the tenant's Ethernet address"},
    {"[[port]]", "addresses", kAddresses, "[]", "the tenant's Customer Addresses"},
    {"[[port]]", "spoof_check", kBoolean, "true",
     "drop frames with another source MAC, and ARP or ND that claims another's address"},
    {"[[port]]", "router", kBoolean, "false", "the tenant is a router: ND answers for its addresses say so"},
    {"[[port]]", "workers", "a list of workers from 0 to 63, such as [0, 1]", "all workers",
     "the workers that serve this port's VM queue"},

    {"[[record]]", "vsid", kVsid, "", "the subnet"},
    {"[[record]]", "address", kAddress, "none", "the Customer Address that lives there; or addresses"},
    {"[[record]]", "addresses", kAddresses, "[]", "several Customer Addresses of one MAC; or address"},
    {"[[record]]", "mac", kMac, "", "its Ethernet address"},
    {"[[record]]", "provider", kAddress, "", "the Provider Address of the host where it lives"},
    {"[[record]]", "router", kBoolean, "false", "a router lives there: ND answers for its addresses say so"},
};

}  // namespace

std::span<const ConfigurationKey> configuration_keys() noexcept {
  return kKeys;
}

const ConfigurationKey& configuration_key(std::string_view table, std::string_view name) noexcept {
  const auto* found =
      std::ranges::find_if(kKeys, [&](const ConfigurationKey& key) { return key.table == table && key.name == name; });
  assert(found != std::end(kKeys));
  return *found;
}

}  // namespace nvgre::control

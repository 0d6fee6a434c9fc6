/// A configuration file with every table and every key, none at its default.
#pragma once

#include <string_view>

namespace nvgre::test {

inline constexpr std::string_view kWholeConfiguration = R"([provider]
interface = "eth0"
addresses = ["198.18.0.1", "2001:db8:1::1"]
dscp = 46
ttl = 32
flow_label = false
vlan = 100

[datapath]
mode = "userspace"
workers = 2
cpus = [1, 0]

[offload]
LsoV2IPv4 = false
UDPChecksumOffloadIPv4 = 2

[api]
socket = "/tmp/blue.sock"

[[subnet]]
vsid = 0x001389
name = "blue"
flow_id = "hash"
flood = "239.1.1.1"
unknown = "report"
source_check = false
fragment = true
source = "198.18.0.1"
groups = { "239.9.9.9" = "239.2.2.2" }

[[port]]
device = "blue1"
vsid = 5001
mac = "02:00:00:00:50:01"
addresses = ["192.0.2.1", "2001:db8:2::1"]
spoof_check = false
router = true

[[record]]
vsid = 5001
address = "192.0.2.2"
mac = "02:00:00:00:50:02"
provider = "198.18.0.2"
router = true
)";

}  // namespace nvgre::test
